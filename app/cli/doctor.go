package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"deskbridge/app"
)

// diagnosis is the doctor's result as JSON.
type diagnosis struct {
	OK     bool        `json:"ok"` // nothing fails
	Checks []app.Check `json:"checks"`
}

func (c *command) doctor() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check addresses, keys, rights, board and this computer",
		Long: "Check whether a sync can work: addresses, sign-ins, each right, the board and what\n" +
			"the settings name, and this computer. Looking changes nothing.",
		Args: arguments(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks, err := c.app().Doctor(cmd.Context())
			if err != nil {
				return err
			}
			d := diagnosis{OK: true, Checks: checks}
			for _, check := range checks {
				if check.Verdict == "fail" {
					d.OK = false
					c.code = app.ExitProblems
				}
			}
			if asJSON {
				return c.json(d)
			}
			return c.lines(prescribe(checks)...)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// prescribe is a diagnosis in lines.
func prescribe(checks []app.Check) []string {
	words := map[string]string{"pass": "ok", "fail": "FAIL", "warn": "warn", "unknown": "?"}
	counts := map[string]int{}
	var lines []string
	for _, check := range checks {
		verdict := string(check.Verdict)
		counts[verdict]++
		lines = append(lines, fmt.Sprintf("%-5s %s", words[verdict], check.Title))
		if verdict == "pass" {
			continue
		}
		if check.Detail != "" {
			lines = append(lines, "      "+check.Detail)
		}
		if check.Next != "" {
			lines = append(lines, "      What to do: "+check.Next)
		}
	}
	return append(lines, fmt.Sprintf("%d pass, %d fail, %d warn, %d cannot be told.",
		counts["pass"], counts["fail"], counts["warn"], counts["unknown"]))
}
