package app_test

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// may says what one package may import besides the standard library.
type may struct {
	internal []string // packages of this module
	drivers  []string // modules of others; their sub-packages are included
	never    []string // parts of the standard library it has no business with
}

// pure packages decide and never reach out.
var pure = []string{"net", "net/http", "database/sql", "os", "os/exec", "log"}

// imports is the map of the program: who knows whom. A new arrow is a decision
// about the whole; it is made here, in the change that needs it, or not at all.
var imports = map[string]may{
	".": {internal: []string{"app/cli", "app/window", "frontend"}},

	// The two faces never meet.
	"app/cli": {
		internal: []string{"app", "app/event", "app/ticket"},
		drivers:  []string{"github.com/spf13/cobra", "github.com/schollz/progressbar/v3", "golang.org/x/term"},
	},
	"app/window": {
		internal: []string{"app", "app/event", "app/ticket"},
		drivers:  []string{"github.com/wailsapp/wails/v2"},
	},
	"build/bindings": {internal: []string{"app/window"}},
	"frontend":       {},

	"app": {
		internal: []string{
			"app/bridge", "app/checklist", "app/connectwise", "app/event", "app/journal", "app/logging", "app/oauth",
			"app/reconcile", "app/rest", "app/schedule", "app/secret", "app/simulator", "app/store", "app/ticket", "app/zendesk",
		},
		drivers: []string{"github.com/adrg/xdg", "golang.org/x/sync"},
		never:   []string{"database/sql"},
	},

	// Decisions.
	"app/ticket":    {never: pure},
	"app/reconcile": {internal: []string{"app/ticket"}, drivers: []string{"github.com/rivo/uniseg"}, never: pure},
	"app/journal":   {internal: []string{"app/reconcile", "app/ticket"}, never: pure},
	"app/bridge": {
		internal: []string{"app/event", "app/journal", "app/reconcile", "app/ticket"},
		drivers:  []string{"golang.org/x/sync"},
		never:    []string{"net", "net/http", "database/sql"},
	},
	"app/checklist": {internal: []string{"app/ticket"}, never: []string{"net/http", "database/sql", "os", "os/exec"}},

	// Deeds. Only store knows SQL, only secret knows the keychain.
	"app/store": {
		internal: []string{"app/journal", "app/reconcile", "app/ticket"},
		drivers:  []string{"modernc.org/sqlite", "github.com/gofrs/flock"},
		never:    []string{"net/http"},
	},
	"app/secret":      {drivers: []string{"github.com/zalando/go-keyring"}, never: []string{"net/http", "database/sql"}},
	"app/rest":        {drivers: []string{"golang.org/x/time"}, never: []string{"database/sql"}},
	"app/zendesk":     {internal: []string{"app/rest", "app/ticket"}, drivers: []string{"golang.org/x/net/html"}, never: []string{"database/sql"}},
	"app/connectwise": {internal: []string{"app/rest", "app/ticket"}, never: []string{"database/sql"}},
	"app/oauth":       {internal: []string{"app/rest", "app/secret"}, drivers: []string{"golang.org/x/oauth2"}, never: []string{"database/sql"}},
	"app/logging":     {drivers: []string{"gopkg.in/natefinch/lumberjack.v2"}},
	"app/event":       {never: pure},
	"app/schedule":    {drivers: []string{"github.com/robfig/cron/v3"}, never: pure},

	// The simulator shares no code with the clients, so that the two cannot share a bug.
	"app/simulator":               {internal: []string{"app/simulator/desk", "app/simulator/fault", "app/simulator/psa"}},
	"app/simulator/desk":          {internal: []string{"app/simulator/fault"}},
	"app/simulator/fault":         {},
	"app/simulator/psa":           {internal: []string{"app/simulator/fault", "app/simulator/psa/condition"}},
	"app/simulator/psa/condition": {},
}

const module = "deskbridge/"

func TestImports(t *testing.T) {
	seen := make(map[string]bool)
	forEachGoFile(t, func(dir, file string, imported []string) {
		rule, known := imports[dir]
		if !known && !strings.HasSuffix(file, "_test.go") && !seen[dir] {
			t.Errorf("package %s is not in the map: say in one line what its duty is, and add it to imports in app/imports_test.go", dir)
		}
		seen[dir] = true
		for _, name := range imported {
			if strings.HasSuffix(file, "_test.go") {
				checkTestImport(t, dir, file, name)
				continue
			}
			if known {
				checkImport(t, dir, file, name, rule)
			}
		}
	})
	for dir := range imports {
		if !seen[dir] {
			t.Errorf("the map names %s, which is not there", dir)
		}
	}
}

func checkImport(t *testing.T, dir, file, name string, rule may) {
	t.Helper()
	switch internal, ours := strings.CutPrefix(name, module); {
	case ours:
		if !slices.Contains(rule.internal, internal) {
			t.Errorf("%s: %s must not import %s (the map is in app/imports_test.go)", file, dir, internal)
		}
	case strings.Contains(strings.Split(name, "/")[0], "."):
		if !slices.ContainsFunc(rule.drivers, func(driver string) bool { return within(name, driver) }) {
			t.Errorf("%s: %s has no leave to use %s (the map is in app/imports_test.go)", file, dir, name)
		}
	case slices.Contains(rule.never, name):
		t.Errorf("%s: %s has no business with %s", file, dir, name)
	}
}

// checkTestImport lets tests import what they like, with one exception: a simulator
// tested with the client's own code would be as wrong as the client is.
func checkTestImport(t *testing.T, dir, file, name string) {
	t.Helper()
	clients := []string{"app/zendesk", "app/connectwise", "app/rest", "app/oauth"}
	if within(dir, "app/simulator") && slices.Contains(clients, strings.TrimPrefix(name, module)) {
		t.Errorf("%s: tests of the simulator must not use %s", file, name)
	}
}

// within says whether an import path is parent or below it.
func within(name, parent string) bool {
	return name == parent || strings.HasPrefix(name, parent+"/")
}

// forEachGoFile reads the imports of every Go file of the module, those for
// other systems and build tags included. It calls visit with slash paths below
// the module's root, in order.
func forEachGoFile(t *testing.T, visit func(dir, file string, imported []string)) {
	t.Helper()
	root := os.DirFS("..")
	type entry struct {
		dir, file string
		imported  []string
	}
	var found []entry
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			base := path.Base(name)
			outside := name == "frontend/node_modules" || name == "build/bin" || name == "build/tools"
			if outside || base == "testdata" || (name != "." && strings.HasPrefix(base, ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", filepath.FromSlash(name)), nil, parser.ImportsOnly)
		if err != nil {
			return fmt.Errorf("read imports: %w", err)
		}
		e := entry{dir: path.Dir(name), file: name}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			e.imported = append(e.imported, imported)
		}
		found = append(found, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 50 {
		t.Fatalf("only %d Go files found: the walk is broken", len(found))
	}
	slices.SortFunc(found, func(a, b entry) int { return cmp.Compare(a.file, b.file) })
	for _, e := range found {
		visit(e.dir, e.file, e.imported)
	}
}
