// Package window is the Wails face of Deskbridge: one window whose pages ask the
// bound methods of Window for view structs and show them.
//
// It decides how the window looks from outside: title, size, what closing does.
// It refuses to decide anything about tickets, settings or sign-in: every bound
// method is one call into package app and a translation of its answer. The one
// rule: nothing here starts GTK, WebView2 or WebKit before Run is called, so that
// the command line works on a machine without a display.
package window

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	goruntime "runtime"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/menu"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"deskbridge/app"
)

// ErrNoPages says that the binary was built before its pages were.
var ErrNoPages = errors.New("the window's pages are not in this binary: build it with \"go tool mage build\"")

// Options is what the program tells the window.
type Options struct {
	Pages   fs.FS  // the built pages, index.html at the top; required
	DataDir string // empty: the place the operating system has for it
	Hidden  bool   // start out of the way
	Demo    bool   // the demo, apart from live settings
	Log     *slog.Logger
}

// Window carries the bound methods. Its exported methods are what the pages can
// call; each screen keeps its own in a file named for it.
type Window struct {
	ctx  context.Context // the bound methods' only way to learn that the program ends
	app  *app.App
	demo bool
}

// Run shows the window and returns when it was closed, nil then. Cancelling ctx
// closes it. It must be called on the main goroutine and, like the toolkit below
// it, once per process. Without a display the toolkit ends the process itself.
func Run(ctx context.Context, o Options) error {
	if _, err := fs.Stat(o.Pages, "index.html"); err != nil {
		return ErrNoPages
	}
	config := newWindow(ctx, o).config(o)
	config.OnStartup = func(shown context.Context) {
		context.AfterFunc(ctx, func() { runtime.Quit(shown) })
	}
	if err := wails.Run(config); err != nil {
		return fmt.Errorf("open window: %w", err)
	}
	return nil
}

func newWindow(ctx context.Context, o Options) *Window {
	return &Window{ctx: ctx, app: app.New(app.Options{DataDir: o.DataDir}), demo: o.Demo}
}

func (w *Window) config(o Options) *options.App {
	config := &options.App{
		Title:       title(o.Demo),
		Width:       1100,
		Height:      720,
		MinWidth:    1024,
		MinHeight:   640,
		AssetServer: &assetserver.Options{Assets: o.Pages},
		Bind:        []any{w},
		Logger:      toolkitLog{o.Log},
		Linux: &linux.Options{
			Icon:        icon,
			ProgramName: "deskbridge",
			// Drawing on the graphics card leaves the window blank on some drivers
			// (wailsapp/wails#2977), and these pages have nothing to gain from it.
			WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
		},
	}
	if o.Hidden {
		// Not invisible: without a tray icon nobody would find it again.
		config.WindowStartState = options.Minimised
	}
	if goruntime.GOOS == "darwin" {
		// On macOS copy and paste exist only as entries of a menu.
		config.Menu = menu.NewMenuFromItems(menu.AppMenu(), menu.EditMenu(), menu.WindowMenu())
	}
	return config
}

// title names the window; a demo says so even in the task bar.
func title(demo bool) string {
	if demo {
		return "Deskbridge (demo)"
	}
	return "Deskbridge"
}
