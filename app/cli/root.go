package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"deskbridge/app"
	"deskbridge/app/event"
)

// command is one invocation: the shared flags, and the exit code it came to.
type command struct {
	std        IO
	openWindow func(context.Context, WindowOptions) error

	dataDir string
	verbose bool
	hub     event.Hub
	code    app.Exit
}

// usageError is a command line that cannot be carried out as written.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// said marks an error that was already put into words for the person.
type said struct{ error }

func (e said) Unwrap() error { return e.error }

func (c *command) root() *cobra.Command {
	// Without this, a double click in the Windows Explorer shows a lecture about
	// command lines and ends, where it should open the window.
	cobra.MousetrapHelpText = ""

	var hidden bool
	root := &cobra.Command{
		Use:   "deskbridge",
		Short: "Carries Zendesk tickets to ConnectWise PSA, each exactly once",
		Long: "Deskbridge keeps a Zendesk and a ConnectWise PSA in step: tickets, comments and\n" +
			"changes are carried across, each exactly once, quietly, and provably.\n\n" +
			"Without a command it opens its window. To see it work without any account, run\n" +
			"\"deskbridge demo --headless\".\n\n" +
			"Exit codes: 0 done and nothing wrong, 1 failed, 2 wrong usage, 3 not set up or\n" +
			"sign-in needed, 4 done but problems are open.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.window(cmd.Context(), WindowOptions{DataDir: c.dataDir, Hidden: hidden})
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	root.Flags().BoolVar(&hidden, "hidden", false, "start in the tray, without showing the window")
	flags := root.PersistentFlags()
	flags.StringVar(&c.dataDir, "data-dir", os.Getenv(app.EnvDataDir),
		"`folder` of settings, database and logs (or "+app.EnvDataDir+")")
	flags.BoolVar(&c.verbose, "verbose", false, "write the log to stderr as well")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		c.demo(), c.simulate(), c.settings(), c.preview(), c.sync(), c.verify(), c.doctor(), c.status(), c.version(),
	)
	return root
}

// app returns the application for this invocation. Its notes and, with
// --verbose, its log go to stderr.
func (c *command) app() *app.App {
	o := app.Options{
		DataDir:  c.dataDir,
		Headless: true,
		Note:     func(text string) { say(c.std.Err, "%s\n", text) },
		Hub:      &c.hub,
	}
	if c.verbose {
		o.Verbose = c.std.Err
	}
	return app.New(o)
}

// window opens the window, where this build has one.
func (c *command) window(ctx context.Context, o WindowOptions) error {
	if c.openWindow == nil {
		return usageError{errors.New("this build has no window: name a command, such as \"sync\" or \"demo --headless\"")}
	}
	return c.openWindow(ctx, o)
}

// fail says on stderr why a command ended, and returns its exit code.
func (c *command) fail(err error) int {
	var usage usageError
	if errors.As(err, &usage) {
		say(c.std.Err, "deskbridge: %v (see deskbridge --help)\n", usage)
		return int(app.ExitUsage)
	}
	trouble := app.Explain(err)
	var told said
	if !errors.As(err, &told) {
		c.trouble(trouble)
	}
	return int(trouble.Exit)
}

// trouble puts an error into words on stderr.
func (c *command) trouble(t app.Trouble) {
	say(c.std.Err, "deskbridge: %s\n  What to do: %s\n", t.Message, t.Next)
}

// noCommand refuses a first word that is no command, with the nearest one.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usageError{fmt.Errorf("%s has no command %q; did you mean %q?", cmd.CommandPath(), args[0], near[0])}
	}
	return usageError{fmt.Errorf("%s has no command %q", cmd.CommandPath(), args[0])}
}

// arguments refuses fewer than least or more than most arguments; what says
// what they are.
func arguments(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usageError{fmt.Errorf("%s needs %s", cmd.CommandPath(), what)}
		case len(args) > most && most == 0:
			return usageError{fmt.Errorf("%s takes no argument, but was given %q", cmd.CommandPath(), args[0])}
		case len(args) > most:
			return usageError{fmt.Errorf("%s takes %s and nothing more, but was given %q too", cmd.CommandPath(), what, args[most])}
		}
		return nil
	}
}
