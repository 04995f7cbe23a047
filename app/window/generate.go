//go:build bindings

package window

import (
	"context"

	"github.com/wailsapp/wails/v2"
)

// Generate writes the TypeScript side of the bound methods where the wails.json
// of the current folder says. Under this build tag Wails opens no window.
func Generate() error {
	return wails.Run(newWindow(context.Background(), Options{}).config(Options{}))
}
