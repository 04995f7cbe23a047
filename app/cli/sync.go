package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"deskbridge/app"
)

func (c *command) sync() *cobra.Command {
	var asJSON, watch bool
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Carry everything that is new",
		Long: "Carry everything that is new on the desk to the PSA, once, or with --watch on the\n" +
			"schedule of the settings until stopped. The first Ctrl-C lets writes under way\n" +
			"finish; the second ends at once. Either way nothing is lost or written twice.",
		Args: arguments(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if watch {
				return c.watch(cmd.Context(), asJSON)
			}
			bar := c.progress(asJSON)
			res, err := c.app().Sync(cmd.Context())
			bar.stop()
			return c.ended(res, err, asJSON, "")
		},
	}
	jsonFlag(cmd, &asJSON)
	cmd.Flags().BoolVar(&watch, "watch", false, "go on, on the schedule of the settings")
	return cmd
}

// watch shows each run as it ends. A run that fails is told like any other; the
// watch itself fails only when it cannot go on.
func (c *command) watch(ctx context.Context, asJSON bool) error {
	bar := c.progress(asJSON)
	defer bar.stop()
	var last error
	err := c.app().Watch(ctx, func(res app.Result, err error) {
		last = c.ended(res, err, asJSON, time.Now().Format("15:04:05")+"  ")
	}, func(next time.Time) {
		say(c.std.Err, "Next run at %s.\n", next.Local().Format("15:04:05"))
	})
	if err != nil && last != nil {
		return last // told already
	}
	if err == nil {
		c.code = app.ExitDone // stopped between runs, as asked
	}
	return err
}

// ended shows what a run came to. The error it returns was put into words here.
func (c *command) ended(res app.Result, err error, asJSON bool, stamp string) error {
	c.code = app.ExitDone
	if len(res.Problems) > 0 || res.Outcome == app.Partial {
		c.code = app.ExitProblems
	}
	if asJSON {
		if printErr := c.json(res); printErr != nil {
			return errors.Join(err, printErr)
		}
	} else if err == nil || res.Took > 0 { // else there was no run to speak of
		if printErr := c.lines(stamp + summary(res)); printErr != nil {
			return errors.Join(err, printErr)
		}
	}
	c.problems(res.Problems, err != nil)
	if err == nil {
		return nil
	}
	if left := res.Left; left > 0 {
		say(c.std.Err, "  Waiting for the next run: %s.\n", tickets(left))
	}
	return said{err}
}

// summary is a run in one line.
func summary(res app.Result) string {
	if res.Outcome == app.NothingNew {
		return fmt.Sprintf("Nothing new. Asked Zendesk %s in %s.", count(res.Requests.Zendesk, "time", "times"), took(res.Took))
	}
	word := map[bool]string{true: "Done", false: "Stopped"}[res.Outcome != app.Failed]
	if res.Outcome == app.Partial {
		word = "Done in part"
	}
	t := res.Tickets
	text := fmt.Sprintf("%s: %s created, %s updated, %s adopted; %s carried",
		word, tickets(t.Created), thousands(int64(t.Updated)), thousands(int64(t.Adopted)), comments(res.Comments.ToPSA))
	if t.LeftOut > 0 {
		text += fmt.Sprintf("; %s left out by rule", thousands(int64(t.LeftOut)))
	}
	if t.Parked > 0 {
		text += fmt.Sprintf("; %s waiting for you", thousands(int64(t.Parked)))
	}
	return text + fmt.Sprintf(". %s and %s in %s.",
		count(res.Requests.Zendesk, "request to Zendesk", "requests to Zendesk"),
		thousands(res.Requests.ConnectWise)+" to ConnectWise", took(res.Took))
}

// problemsTold bounds how many problems fill a screen.
const problemsTold = 20

// problems tells what needs a person. Where the run failed, the last one is why.
func (c *command) problems(all []app.Problem, failed bool) {
	if failed && len(all) > 0 {
		last := all[len(all)-1]
		all = all[:len(all)-1]
		defer c.trouble(app.Trouble{Code: last.Code, Message: last.Message, Next: last.Next})
	}
	for i, p := range all {
		if i == problemsTold {
			say(c.std.Err, "… and %d more; \"deskbridge status\" lists them.\n", len(all)-i)
			return
		}
		say(c.std.Err, "! %s\n  What to do: %s\n", p.Message, p.Next)
	}
}
