package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"deskbridge/app"
)

func (c *command) demo() *cobra.Command {
	var o app.DemoOptions
	var headless, asJSON bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it work: no account, no key, no network",
		Long: "See Deskbridge work against simulated services inside this program: no account, no\n" +
			"key, no network, and nothing left behind. With --headless it carries tickets with\n" +
			"the commands of this program, one of which is killed half-way, and prints what the\n" +
			"simulated services counted.",
		Args: arguments(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !headless && !asJSON {
				return c.window(cmd.Context(), WindowOptions{DataDir: c.dataDir, Demo: true})
			}
			if o.Tickets < 2 {
				return usageError{errors.New("--tickets must be at least 2: one is across when the sync is killed")}
			}
			return c.perform(cmd.Context(), o, asJSON)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&headless, "headless", false, "without a window")
	f.IntVar(&o.Tickets, "tickets", 40, "how many tickets to carry")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c *command) perform(ctx context.Context, o app.DemoOptions, asJSON bool) error {
	o.Step = func(text string) { say(c.std.Err, "· %s\n", text) }
	o.Errors = func(text string) { say(c.std.Err, "%s", text) }
	r, err := c.app().Demo(ctx, o)
	if asJSON {
		if r.Broken == nil {
			r.Broken = []string{}
		}
		return errors.Join(err, c.json(r))
	}
	if err != nil {
		return err
	}
	return c.lines(
		"",
		fmt.Sprintf("%s and %s read, written and verified.", tickets(r.Carried), comments(r.Comments)),
		"",
		fmt.Sprintf("  Killed half-way   at %s across; the next run found them and carried the rest", tickets(r.AtKill)),
		"  Exactly once      no ticket and no comment is missing or there twice",
		"  In order          every conversation reads as it was written",
		"  Private           no internal note is visible to a customer",
		"  Silent            no e-mail went to anybody",
		fmt.Sprintf("  Nothing to do     one more run took %s", count(r.Idle, "request", "requests")),
		"",
		fmt.Sprintf("%s in %s. Counted by the simulated services.", count(r.Requests, "request", "requests"), took(r.Took)),
	)
}
