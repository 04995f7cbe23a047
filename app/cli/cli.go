// Package cli is the command-line face of Deskbridge: it turns arguments into
// one use case of package app, and what came of it into text, one JSON object
// and an exit code.
//
// It decides nothing about tickets and refuses to know how either service, the
// database or the keychain works. The one rule: results go to stdout, everything
// else (progress, notes, errors) to stderr, so that a pipe carries results only.
package cli

import (
	"context"
	"io"
	"os/signal"
	"syscall"
)

// IO is what a command reads from and writes to.
type IO struct {
	In  io.Reader
	Out io.Writer // results
	Err io.Writer // everything else
}

// WindowOptions is what the command line tells the window.
type WindowOptions struct {
	DataDir string // empty: the place the operating system has for it
	Hidden  bool   // start in the tray
	Demo    bool   // start in the demo, apart from live settings
}

// Run executes one command line and returns the exit code: 0 done and nothing
// wrong, 1 failed, 2 wrong usage, 3 not set up or sign-in needed, 4 done but
// problems are open. Without a command it calls openWindow. The first Ctrl-C
// lets current writes finish; the second ends the process at once.
func Run(ctx context.Context, args []string, std IO, openWindow func(context.Context, WindowOptions) error) int {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	// Once stopping, the signals have their usual effect again.
	context.AfterFunc(ctx, stop)

	c := &command{std: std, openWindow: openWindow}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(std.In)
	root.SetOut(std.Out)
	root.SetErr(std.Err)
	if err := root.ExecuteContext(ctx); err != nil {
		return c.fail(err)
	}
	return int(c.code)
}
