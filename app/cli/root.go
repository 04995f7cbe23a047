package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// command is one invocation: the shared flags, and the exit code it came to.
type command struct {
	std        IO
	openWindow func(context.Context, WindowOptions) error

	dataDir string
	verbose bool
	code    int
}

// usageError is a command line that cannot be carried out as written.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

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
			"Without a command it opens its window.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.window(cmd.Context(), WindowOptions{DataDir: c.dataDir, Hidden: hidden})
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.Flags().BoolVar(&hidden, "hidden", false, "start in the tray, without showing the window")
	flags := root.PersistentFlags()
	flags.StringVar(&c.dataDir, "data-dir", "", "`folder` of settings, database and logs (or DESKBRIDGE_DATA_DIR)")
	flags.BoolVar(&c.verbose, "verbose", false, "write the log to stderr as well")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(c.version())
	return root
}

// window opens the window, where this build has one.
func (c *command) window(ctx context.Context, o WindowOptions) error {
	if c.openWindow == nil {
		return usageError{errors.New("this build has no window: name a command, such as \"sync\" or \"demo --headless\"")}
	}
	return c.openWindow(ctx, o)
}

// noCommand refuses a first word that is no command, with the nearest ones.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usageError{fmt.Errorf("there is no command %q; did you mean %q?", args[0], near[0])}
	}
	return usageError{fmt.Errorf("there is no command %q", args[0])}
}

// exactArgs refuses any number of arguments but n; what names them.
func exactArgs(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == n:
			return nil
		case n == 0:
			return usageError{fmt.Errorf("%s takes no argument, but was given %q", cmd.CommandPath(), args[0])}
		default:
			return usageError{fmt.Errorf("%s takes %s", cmd.CommandPath(), what)}
		}
	}
}

// fail says on stderr why a command ended, and returns its exit code.
func (c *command) fail(err error) int {
	var usage usageError
	if errors.As(err, &usage) {
		say(c.std.Err, "deskbridge: %v (see deskbridge --help)\n", usage)
		return 2
	}
	say(c.std.Err, "deskbridge: %v\n", err)
	return 1
}

// say writes to a person; that nobody can read it is no reason to fail.
func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format, args...)
}
