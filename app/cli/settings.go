package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"deskbridge/app"
)

func (c *command) settings() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "settings",
		Short: "Import or export the settings",
		Long: "Import or export the settings as one JSON file. Secrets are never in it: an import\n" +
			"takes them from the environment into the keychain of this computer\n" +
			"(" + app.EnvAccessToken + ", " + app.EnvRefreshToken + ",\n" +
			app.EnvPrivateKey + ").",
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usageError{fmt.Errorf("%s needs import or export", cmd.CommandPath())}
		},
	}
	cmd.AddCommand(c.settingsImport(), c.settingsExport())
	return cmd
}

// largestSettings is far beyond any settings file.
const largestSettings = 1 << 20

func (c *command) settingsImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Put the settings in FILE (- is stdin) in use",
		Args:  arguments(1, 1, "a FILE, or - for stdin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			from := c.std.In
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return fmt.Errorf("open settings: %w", err)
				}
				defer func() { _ = f.Close() }() // only read from
				from = f
			}
			text, err := io.ReadAll(io.LimitReader(from, largestSettings))
			if err != nil {
				return fmt.Errorf("read settings: %w", err)
			}
			a := c.app()
			in, err := a.ImportSettings(cmd.Context(), text)
			if err != nil {
				return err
			}
			lines := []string{
				"Settings imported: " + in.Settings.Zendesk.URL + " to board " + in.Settings.Sync.Board.String() +
					" of " + in.Settings.ConnectWise.Company + ".",
				"Tickets changed since " + moment(in.Settings.Sync.Start) + " take part.",
			}
			if len(in.Stored) > 0 {
				lines = append(lines, "Stored in the keychain: "+strings.Join(in.Stored, " and ")+".")
			}
			return c.lines(append(lines, "Next: deskbridge doctor, then deskbridge preview.")...)
		},
	}
}

func (c *command) settingsExport() *cobra.Command {
	return &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write the settings in use to FILE, else to stdout",
		Args:  arguments(0, 1, "a FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := c.app().ExportSettings(cmd.Context())
			if err != nil {
				return err
			}
			if len(args) == 0 || args[0] == "-" {
				_, err = c.std.Out.Write(text)
			} else {
				err = os.WriteFile(args[0], text, 0o600)
			}
			if err != nil {
				return fmt.Errorf("write settings: %w", err)
			}
			return nil
		},
	}
}
