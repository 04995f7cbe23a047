package cli

import (
	"github.com/spf13/cobra"

	"deskbridge/app"
)

func (c *command) version() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		Args:  arguments(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			build := app.Version()
			if asJSON {
				return c.json(build)
			}
			label := build.Version
			if build.Commit != "" {
				label += " (" + build.Commit + ")"
			}
			return c.lines("deskbridge " + label + ", " + build.Go + ", " + build.System)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}
