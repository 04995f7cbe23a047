package window_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"deskbridge/app/window"
)

func TestRun_PagesNotBuilt(t *testing.T) {
	err := window.Run(t.Context(), window.Options{Pages: fstest.MapFS{"gitkeep": {}}})
	if !errors.Is(err, window.ErrNoPages) {
		t.Fatalf("Run with no index.html: %v, want ErrNoPages", err)
	}
}
