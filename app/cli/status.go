package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"deskbridge/app"
)

func (c *command) status() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say how the last run ended and what needs you",
		Long:  "Say how the last run ended and what needs you. Neither service is asked, and it\nworks beside a sync.",
		Args:  arguments(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, err := c.app().Status(cmd.Context())
			if err != nil {
				return err
			}
			if len(st.Problems) > 0 {
				c.code = app.ExitProblems
			}
			if asJSON {
				return c.json(st)
			}
			return c.lines(describe(st)...)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// describe is a status in lines.
func describe(st app.Status) []string {
	last := "never"
	if r := st.LastRun; r != nil {
		last = moment(r.StartedAt) + ", " + r.Outcome
		if r.EndedAt.IsZero() {
			last = moment(r.StartedAt) + ", under way or cut off"
		}
	}
	rows := [][]string{
		{"From", st.Account},
		{"To", st.Company},
		{"In sync", tickets(st.Links)},
		{"Waiting", tickets(st.Waiting) + fmt.Sprintf(", %d of them for you", st.Parked)},
		{"Left out", tickets(st.LeftOut)},
		{"Last run", last},
		{"Last good run", moment(st.LastGood)},
		{"Schedule", st.Schedule + ", next " + moment(st.Next) + " under \"sync --watch\""},
	}
	if st.Checking > 0 {
		rows = append(rows, []string{"Checking", count(st.Checking, "write", "writes") + " whether they arrived"})
	}
	lines := []string{table(rows)}
	for i, p := range st.Problems {
		if i == problemsTold {
			lines = append(lines, fmt.Sprintf("… and %d more; --json lists them.", len(st.Problems)-i))
			break
		}
		lines = append(lines, fmt.Sprintf("! since %s: %s", moment(p.OpenedAt), p.Message), "  What to do: "+p.Next)
	}
	if len(st.Problems) == 0 {
		lines = append(lines, "Nothing needs you.")
	}
	return lines
}
