package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"deskbridge/app"
)

// plan is a preview as JSON: the counts of a run, and its first writes.
type plan struct {
	app.Result
	Planned []app.Planned `json:"planned"`
}

func (c *command) preview() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Say what a sync would do, and write nothing",
		Args:  arguments(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			bar := c.progress(asJSON)
			res, err := c.app().Preview(cmd.Context())
			bar.stop()
			if len(res.Problems) > 0 {
				c.code = app.ExitProblems
			}
			if asJSON {
				if res.Planned == nil {
					res.Planned = []app.Planned{}
				}
				if printErr := c.json(plan{res, res.Planned}); printErr != nil {
					return printErr
				}
			} else if err == nil {
				if printErr := c.lines(foretell(res)...); printErr != nil {
					return printErr
				}
			}
			c.problems(res.Problems, err != nil)
			if err != nil {
				return said{err}
			}
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// plannedTold bounds how many writes fill a screen.
const plannedTold = 20

// foretell is a preview in lines.
func foretell(res app.Result) []string {
	t := res.Tickets
	if t.Created+t.Updated+t.Adopted+res.Comments.ToPSA == 0 {
		return []string{"A sync would write nothing: both sides agree, as far as Zendesk shows changes by now."}
	}
	lines := []string{
		"A sync would do this; nothing was written:",
		"  create   " + tickets(t.Created),
		"  update   " + tickets(t.Updated),
		"  carry    " + comments(res.Comments.ToPSA),
		"  send     0 e-mails",
	}
	if t.Adopted > 0 {
		lines = append(lines, "  adopt    "+tickets(t.Adopted)+" that ConnectWise holds already")
	}
	if t.LeftOut > 0 {
		lines = append(lines, "  leave out "+tickets(t.LeftOut))
	}
	shown := 0
	for _, p := range res.Planned {
		if p.Summary == "" {
			continue
		}
		if shown == plannedTold {
			lines = append(lines, "  …; --json lists more")
			break
		}
		shown++
		lines = append(lines, fmt.Sprintf("  %-8s %-8d %s", p.Kind, p.Ticket, p.Summary))
	}
	return append(lines, "Next: deskbridge sync.")
}
