package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"deskbridge/app"
)

func (c *command) version() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		Args:  exactArgs(0, ""),
		RunE: func(*cobra.Command, []string) error {
			build := app.Version()
			if asJSON {
				return c.json(build)
			}
			label := build.Version
			if build.Commit != "" {
				label += " (" + build.Commit + ")"
			}
			_, err := fmt.Fprintf(c.std.Out, "deskbridge %s, %s, %s\n", label, build.Go, build.System)
			return err
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// jsonFlag adds --json.
func jsonFlag(cmd *cobra.Command, to *bool) {
	cmd.Flags().BoolVar(to, "json", false, "print one JSON object")
}

// json prints v as the one result of a command.
func (c *command) json(v any) error {
	enc := json.NewEncoder(c.std.Out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
