//go:build bindings

// Command bindings writes frontend/wailsjs from the bound methods of app/window.
// The Wails command-line tool would do the same, at the price of compiling it;
// this is its own generator, reached directly. The one rule: it runs in a folder
// with a wails.json, and touches nothing but the wailsjs folder named there.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"deskbridge/app/window"
)

func main() {
	if err := generate(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bindings:", err)
		os.Exit(1)
	}
}

func generate(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("want one argument, the folder that holds wailsjs")
	}
	// Views are plain data; the classes Wails would write by default can do nothing more.
	if err := os.Setenv("tsoutputtype", "interfaces"); err != nil {
		return err
	}
	if err := window.Generate(); err != nil {
		return err
	}
	// Wails marks everything executable.
	return filepath.WalkDir(filepath.Join(args[0], "wailsjs"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chmod(path, 0o644)
	})
}
