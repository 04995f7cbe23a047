package cli

import (
	"github.com/spf13/cobra"

	"deskbridge/app"
)

func (c *command) verify() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Read both sides anew and compare them",
		Long: "Read both sides anew and compare them: each ticket and each comment must exist in\n" +
			"the PSA exactly once, in order, and hidden from customers where it is internal.\n" +
			"Nothing is written on either side.",
		Args: arguments(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			bar := c.progress(asJSON)
			found, err := c.app().Verify(cmd.Context())
			bar.stop()
			if err != nil {
				return err
			}
			if !found.OK {
				c.code = app.ExitProblems
			}
			if asJSON {
				return c.json(found)
			}
			return c.lines(compared(found)...)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// findingsTold bounds how many differences of a kind fill a screen.
const findingsTold = 20

// compared is a comparison in lines.
func compared(v app.Verification) []string {
	if v.OK {
		return []string{"Both sides agree: " + tickets(v.Compared) + " and " + comments(v.Comments) + " exist exactly once, in order."}
	}
	lines := []string{"The sides differ. " + tickets(v.Compared) + " compared."}
	for _, kind := range []struct {
		title string
		found []app.Finding
	}{
		{"Missing in ConnectWise", v.Missing}, {"More than once in ConnectWise", v.Duplicates}, {"Different", v.Different},
	} {
		if len(kind.found) == 0 {
			continue
		}
		lines = append(lines, kind.title+":")
		for i, f := range kind.found {
			if i == findingsTold {
				lines = append(lines, "  …; --json lists all")
				break
			}
			lines = append(lines, "  "+f.Message)
		}
	}
	return append(lines, "Next: deskbridge sync, then deskbridge verify again.")
}
