package app_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// topLevel is everything the root of the project may hold, besides dotfiles.
var topLevel = []string{
	"README.md", "app", "build", "frontend", "go.mod", "go.sum", "magefile.go", "main.go", "wails.json",
}

func TestLayout_TopLevel(t *testing.T) {
	for _, name := range committed(t) {
		top, _, _ := strings.Cut(name, "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(topLevel, top) {
			t.Errorf("%s: the top level holds %s and dotfiles only", name, strings.Join(topLevel, " "))
		}
	}
}

// machine matches what is true on one computer only: folders of its own, and
// addresses of package registries. Written in pieces, so as not to match itself.
var machine = regexp.MustCompile(
	`(?m)(^|[^\w./-])/(?:` + strings.Join([]string{"work", "tmp", "root", "home", "Users"}, "|") + `)/\w` +
		`|` + strings.Join([]string{`registry\.` + `npmjs`, `proxy\.` + `golang`, `sum\.` + `golang`}, "|"))

func TestLayout_NoMachinePaths(t *testing.T) {
	for _, name := range committed(t) {
		text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
		if err != nil {
			continue // deleted, not yet committed
		}
		if bytes.IndexByte(text, 0) >= 0 {
			continue // a picture
		}
		if at := machine.FindIndex(text); at != nil {
			line := 1 + bytes.Count(text[:at[0]], []byte("\n"))
			t.Errorf("%s:%d: %q is true on one machine only", name, line, text[at[0]:at[1]])
		}
	}
}

// committed lists the files git keeps, as slash paths below the root.
func committed(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("not in a git work tree: %v", err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}
