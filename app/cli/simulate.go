package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"deskbridge/app"
)

func (c *command) simulate() *cobra.Command {
	var o app.SimulateOptions
	var limits, settings string
	cmd := &cobra.Command{
		Use:   "simulate --zendesk ADDR --connectwise ADDR",
		Short: "Serve a simulated Zendesk and ConnectWise to try against",
		Long:  "Serve a simulated Zendesk and ConnectWise over real HTTP until stopped.\n\nFaults:\n" + faultHelp(),
		Example: "  deskbridge simulate --zendesk 127.0.0.1:4001 --connectwise 127.0.0.1:4002 --settings sim.json\n" +
			"  deskbridge simulate --zendesk :0 --connectwise :0 --faults drop-answer=0.1,late-save",
		Args: arguments(0, 0, ""),
		PreRunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case o.Zendesk == "" || o.ConnectWise == "":
				return usageError{errors.New("simulate needs --zendesk ADDR and --connectwise ADDR, such as 127.0.0.1:4001")}
			case limits != "none" && limits != "documented":
				return usageError{fmt.Errorf("--limits is none or documented, not %q", limits)}
			case o.Tickets < 0 || o.Latency < 0:
				return usageError{errors.New("--tickets and --latency cannot be negative")}
			case cmd.Flags().Changed("tickets") && o.LoadDir != "":
				return usageError{errors.New("--tickets and --load exclude each other")}
			}
			if cmd.Flags().Changed("tickets") && o.Tickets == 0 {
				o.Tickets = -1 // zero stands for "not said"
			}
			o.Zendesk, o.ConnectWise = local(o.Zendesk), local(o.ConnectWise)
			if err := app.CheckFaults(o.Faults); err != nil {
				return usageError{err}
			}
			o.Limited = limits == "documented"
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return c.serve(cmd, o, settings) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Zendesk, "zendesk", "", "`address` for Zendesk, such as 127.0.0.1:4001 (port 0: any free one)")
	f.StringVar(&o.ConnectWise, "connectwise", "", "`address` for ConnectWise")
	f.IntVar(&o.Tickets, "tickets", 40, "how many tickets to make up")
	f.StringVar(&o.LoadDir, "load", "", "`folder` of recorded answers to serve in place of made-up tickets")
	f.Uint64Var(&o.Seed, "seed", 0, "the same number makes the same tickets and faults")
	f.DurationVar(&o.Latency, "latency", 0, "how long each answer takes, such as 50ms")
	f.StringSliceVar(&o.Faults, "faults", nil, "`names` of faults, each with an optional =probability")
	f.StringVar(&limits, "limits", "none", "request limits to enforce: none or documented")
	f.StringVar(&settings, "settings", "", "write settings that fit to `file`")
	return cmd
}

func faultHelp() string {
	var rows [][]string
	for _, f := range app.Faults() {
		rows = append(rows, []string{"  " + f.Name, f.About})
	}
	return table(rows)
}

func (c *command) serve(cmd *cobra.Command, o app.SimulateOptions, settings string) error {
	sim, err := app.Simulate(cmd.Context(), o)
	if err != nil {
		return err
	}
	defer func() { _ = sim.Stop() }() // nothing is lost with it
	if settings != "" {
		made, err := sim.Settings(cmd.Context())
		if err != nil {
			return err
		}
		text, err := made.Encode()
		if err != nil {
			return err
		}
		if err := os.WriteFile(settings, text, 0o600); err != nil {
			return fmt.Errorf("write settings: %w", err)
		}
	}
	lines := []string{
		"Zendesk      " + sim.Zendesk,
		"ConnectWise  " + sim.ConnectWise,
		"",
	}
	for _, v := range sim.Environment() {
		lines = append(lines, "export "+v)
	}
	if settings != "" {
		lines = append(lines, "", "Next, in another terminal: deskbridge settings import "+quoted(settings)+", then deskbridge sync.")
	} else {
		lines = append(lines, "", "Settings that fit: run this again with --settings FILE.")
	}
	if err := c.lines(lines...); err != nil {
		return err
	}
	say(c.std.Err, "Serving until Ctrl-C.\n")
	<-cmd.Context().Done()
	say(c.std.Err, "Stopped at %s.\n", time.Now().Format("15:04:05"))
	return nil
}

// local keeps simulated services, whose keys everybody knows, on this computer
// unless a host is named. A port alone will do, and so will a whole address.
func local(address string) string {
	address = strings.TrimSuffix(strings.TrimPrefix(address, "http://"), "/")
	if !strings.Contains(address, ":") {
		address = ":" + address
	}
	if strings.HasPrefix(address, ":") {
		return "127.0.0.1" + address
	}
	return address
}

// quoted makes a file name safe to paste where it needs to be.
func quoted(name string) string {
	if strings.ContainsAny(name, " '\"$&();<>|*?`\\") {
		return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	}
	return name
}
