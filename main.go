// Deskbridge keeps a Zendesk and a ConnectWise PSA in step. This file only
// introduces the command line to the window; the two know nothing of each other.
package main

import (
	"context"
	"os"

	"deskbridge/app/cli"
	"deskbridge/app/window"
	"deskbridge/frontend"
)

func main() {
	std := cli.IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	os.Exit(cli.Run(context.Background(), os.Args[1:], std, openWindow))
}

func openWindow(ctx context.Context, o cli.WindowOptions) error {
	return window.Run(ctx, window.Options{Pages: frontend.Pages(), DataDir: o.DataDir, Hidden: o.Hidden, Demo: o.Demo})
}
