//go:build mage

// The build script of Deskbridge: "go tool mage -l" lists its targets. It runs on
// Windows and macOS too, needs Go and Node.js, and fetches the rest itself.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// goTags are needed wherever Go code is compiled: Debian 12 and later ship
	// WebKitGTK 4.1 only. The others make Wails open a real window.
	goTags      = "webkit2_41"
	windowTags  = "webkit2_41,desktop,production"
	toolsModule = "build/tools/go.mod"
	linter      = "github.com/golangci/golangci-lint/v2/cmd/golangci-lint"
)

// debian are the packages that building and testing need on Debian and Ubuntu.
var debian = []string{
	// compile the window
	"gcc", "libc6-dev", "libgtk-3-dev", "libwebkit2gtk-4.1-dev", "pkg-config",
	// open, read and photograph it where nobody watches; a keychain for the same place
	"at-spi2-core", "adwaita-icon-theme", "dbus", "dbus-x11", "fonts-dejavu-core", "imagemagick",
	"gnome-keyring", "openbox", "python3-pyatspi", "xauth", "xdotool", "xvfb",
}

// Demo runs the main job against built-in simulated services: no account, no network.
// It opens the window where there is a display, and prints the result where there is none.
func Demo() error {
	if err := Build(); err != nil {
		return err
	}
	if hasDisplay() {
		return run(binary(), "demo")
	}
	return run(binary(), "demo", "--headless")
}

// Test passes every test there is: linters, front end, Go with the race detector, the real window.
func Test() error {
	began := time.Now()
	heading("build")
	if err := Build(); err != nil {
		return err
	}
	// One broken step does not hide what the others would say.
	var broken []error
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"front end", testFrontend},
		{"bindings", checkBindings},
		{"go vet", func() error { return run("go", "vet", "-tags", goTags, "./...") }},
		{"go test", testGo},
		{"crash and fault schedules", testCrash},
		{"lint", lintGo},
	} {
		stepBegan := time.Now()
		heading(step.name)
		if err := step.do(); err != nil {
			broken = append(broken, fmt.Errorf("%s: %w", step.name, err))
		}
		fmt.Printf("%s took %v\n", step.name, time.Since(stepBegan).Round(time.Second))
	}
	if len(broken) > 0 {
		return fmt.Errorf("%d of the steps failed:\n%w", len(broken), errors.Join(broken...))
	}
	fmt.Printf("\nAll tests passed in %v.\n", time.Since(began).Round(time.Second))
	return nil
}

// Build leaves the program for this machine at build/bin/deskbridge.
func Build() error {
	if err := Setup(); err != nil {
		return err
	}
	if err := npm("run", "--silent", "build"); err != nil {
		return err
	}
	version, commit := release()
	flags := fmt.Sprintf("-s -w -X deskbridge/app.version=%s -X deskbridge/app.commit=%s", version, commit)
	if runtime.GOOS == "windows" {
		flags += " -H windowsgui"
	}
	return run("go", "build", "-tags", windowTags, "-ldflags", flags, "-o", binary(), ".")
}

// Setup fetches what building and testing need: system packages on Linux, npm packages. Quick when all is there.
func Setup() error {
	if err := setupSystem(); err != nil {
		return err
	}
	return setupFrontend()
}

// Lint checks style and likely mistakes in Go and TypeScript. The first run compiles the Go linter, 1 to 3 minutes.
func Lint() error {
	if err := Setup(); err != nil {
		return err
	}
	if err := npm("run", "--silent", "lint"); err != nil {
		return err
	}
	return lintGo()
}

// Bindings writes frontend/wailsjs anew from the bound methods of app/window.
func Bindings() error {
	return generateBindings("frontend")
}

// Shots opens the window on a display of its own and leaves a picture of it in build/shots.
func Shots() error {
	if runtime.GOOS != "linux" {
		return errors.New("pictures of the window are taken on Linux only")
	}
	if err := Build(); err != nil {
		return err
	}
	if err := goTest("-count=1", "-run=^TestSmoke$", "./app/window"); err != nil {
		return err
	}
	fmt.Println("The pictures are in build/shots.")
	return nil
}

// Bench runs every benchmark once over. BENCH=Name narrows it down.
func Bench() error {
	if err := setupSystem(); err != nil {
		return err
	}
	return goTest("-run=^$", "-bench="+env("BENCH", "."), "-benchmem", "./...")
}

// Figures builds the program and measures a first sync and an idle one, in ratios within one run. About five minutes.
func Figures() error {
	if err := Build(); err != nil {
		return err
	}
	return goTest("-run=^$", "-bench=Sync$", "-benchtime=1x", "-timeout=30m", "./app")
}

// Fuzz runs every fuzz target for a moment, each for FUZZTIME (default 10s).
func Fuzz() error {
	if err := setupSystem(); err != nil {
		return err
	}
	targets, err := fuzzTargets()
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("no fuzz targets found")
	}
	for _, t := range targets {
		heading(t.name + " in " + t.dir)
		if err := goTest("-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+env("FUZZTIME", "10s"), t.dir); err != nil {
			return err
		}
	}
	return nil
}

// Crash stops the sync at random instants, count times (100000 is the full proof), and checks that nothing is lost or doubled.
func Crash(count int) error {
	if err := setupSystem(); err != nil {
		return err
	}
	return goTest("-count=1", "-timeout=0", "-v", "-run=CrashAndFault", "./app/bridge", "-schedules="+strconv.Itoa(count))
}

// Clean removes what the build made. Downloaded packages stay.
func Clean() error {
	for _, dir := range []string{"build/bin", "build/shots", "frontend/dist/assets"} {
		if err := os.RemoveAll(filepath.FromSlash(dir)); err != nil {
			return err
		}
	}
	err := os.Remove(filepath.FromSlash("frontend/dist/index.html"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// setupSystem installs the Debian packages that are missing, and elsewhere says what is needed.
func setupSystem() error {
	if _, err := exec.LookPath("node"); err != nil {
		return errors.New("Node.js 20.19 or later is needed, with npm: https://nodejs.org")
	}
	if runtime.GOOS != "linux" {
		return nil // WebView2 and WebKit come with the system; on macOS cgo asks for the Xcode tools itself
	}
	missing, err := missingPackages(debian)
	if err != nil || len(missing) == 0 {
		return err
	}
	install := append([]string{"apt-get", "install", "-y", "-q", "--no-install-recommends"}, missing...)
	update := []string{"apt-get", "update", "-q"}
	if os.Geteuid() != 0 {
		if _, err := exec.LookPath("sudo"); err != nil {
			return fmt.Errorf("these packages are missing and only root can install them: %s", strings.Join(missing, " "))
		}
		install, update = append([]string{"sudo"}, install...), append([]string{"sudo"}, update...)
	}
	heading("installing " + strings.Join(missing, " "))
	if err := run(update[0], update[1:]...); err != nil {
		return err
	}
	return runWith([]string{"DEBIAN_FRONTEND=noninteractive"}, install[0], install[1:]...)
}

// missingPackages asks dpkg. Where there is none, the compiler will say what it misses.
func missingPackages(want []string) ([]string, error) {
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		fmt.Fprintln(os.Stderr, "This is no Debian: install GTK 3 and WebKitGTK 4.1 with their headers, and what the window test names.")
		return nil, nil
	}
	// It fails when it does not know a package, and answers for the others all the same.
	out, err := exec.Command("dpkg-query", append([]string{"-W", "-f", "${db:Status-Status} ${Package}\n"}, want...)...).Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	installed := strings.Split(string(out), "\n")
	return slices.DeleteFunc(slices.Clone(want), func(name string) bool {
		return slices.Contains(installed, "installed "+name)
	}), nil
}

// setupFrontend runs npm ci, unless the installed packages are those of the lock file.
func setupFrontend() error {
	lock, err := os.ReadFile(filepath.FromSlash("frontend/package-lock.json"))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(lock)
	want := hex.EncodeToString(sum[:])
	stamp := filepath.FromSlash("frontend/node_modules/.deskbridge-lock")
	if have, err := os.ReadFile(stamp); err == nil && string(have) == want {
		return nil
	}
	heading("npm ci")
	if err := npm("ci", "--no-progress"); err != nil {
		return err
	}
	return os.WriteFile(stamp, []byte(want), 0o644)
}

func testFrontend() error {
	for _, script := range []string{"types", "lint", "test"} {
		if err := npm("run", "--silent", script); err != nil {
			return err
		}
	}
	return nil
}

// testGo passes the built program on to the tests that start it for real. What the
// environment says of recorded answers and specs reaches the tests unchanged.
func testGo() error {
	if os.Getenv("CI") == "true" {
		if err := checkReference(); err != nil {
			return err
		}
	}
	return goTest("-race", "-timeout=12m", "./...")
}

// testCrash runs the thousand schedules of which the race detector, which makes SQLite ten times slower, saw a sample.
func testCrash() error {
	return goTest("-count=1", "-timeout=20m", "-run=CrashAndFault", "./app/bridge")
}

// checkReference refuses a CI run that would skip tests although their data is there.
func checkReference() error {
	for name, dir := range map[string]string{"DESKBRIDGE_FIXTURES": "fixtures", "DESKBRIDGE_SPECS": "specs"} {
		where := filepath.Join("..", "shared", dir)
		if _, err := os.Stat(where); err == nil && os.Getenv(name) == "" {
			return fmt.Errorf("%s exists but %s is not set: tests would be skipped", where, name)
		}
	}
	return nil
}

// lintGo keeps the linter as a program: compiling it is what takes long. Its name
// carries a sum of its module, so that a new version is compiled anew.
func lintGo() error {
	sum, err := os.ReadFile(filepath.FromSlash("build/tools/go.sum"))
	if err != nil {
		return err
	}
	tool := filepath.Join("build", "bin", "tools", fmt.Sprintf("golangci-lint-%x", sha256.Sum256(sum))[:22]+exe())
	if _, err := os.Stat(tool); err != nil {
		heading("compiling the Go linter (once)")
		if err := run("go", "build", "-modfile="+toolsModule, "-o", tool, linter); err != nil {
			return err
		}
	}
	return run(tool, "run", "./...")
}

// checkBindings fails when frontend/wailsjs is not what the bound methods say.
func checkBindings() error {
	scratch, err := os.MkdirTemp("", "deskbridge-bindings-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	if err := generateBindings(scratch); err != nil {
		return err
	}
	fresh, committed := os.DirFS(scratch), os.DirFS("frontend")
	for _, pair := range [][2]fs.FS{{fresh, committed}, {committed, fresh}} {
		err := fs.WalkDir(pair[0], "wailsjs", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			one, err := fs.ReadFile(pair[0], path)
			if err != nil {
				return err
			}
			other, err := fs.ReadFile(pair[1], path)
			if err != nil || !bytes.Equal(one, other) {
				return fmt.Errorf("frontend/%s does not fit the bound methods: run \"go tool mage bindings\"", path)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// generateBindings writes wailsjs into a folder. The generator goes by the
// wails.json of the folder it runs in, so it is given one of its own.
func generateBindings(into string) error {
	into, err := filepath.Abs(into)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "deskbridge-generator-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	generator := filepath.Join(scratch, "bindings"+exe())
	if err := run("go", "build", "-tags", goTags+",bindings", "-o", generator, "./build/bindings"); err != nil {
		return err
	}
	project := fmt.Sprintf("{%q: %q, %q: %q}\n", "name", "Deskbridge", "wailsjsdir", filepath.ToSlash(into))
	if err := os.WriteFile(filepath.Join(scratch, "wails.json"), []byte(project), 0o600); err != nil {
		return err
	}
	cmd := exec.Command(generator, into)
	cmd.Dir = scratch
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("generate bindings: %w\n%s", err, out)
	}
	return nil
}

type fuzzTarget struct{ name, dir string }

// fuzzTargets finds them by reading: "go test -fuzz" takes one at a time.
func fuzzTargets() ([]fuzzTarget, error) {
	declared := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	var found []fuzzTarget
	err := filepath.WalkDir("app", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, match := range declared.FindAllSubmatch(source, -1) {
			found = append(found, fuzzTarget{string(match[1]), "./" + filepath.ToSlash(filepath.Dir(path))})
		}
		return nil
	})
	return found, err
}

// release names this build after the newest tag, or "dev" without one. The
// commit is empty outside a git work tree.
func release() (version, commit string) {
	version = strings.TrimPrefix(gitSays("describe", "--tags", "--dirty", "--match", "v[0-9]*"), "v")
	if version == "" {
		version = "dev"
	}
	return version, gitSays("rev-parse", "--short", "HEAD")
}

func gitSays(args ...string) string {
	out, err := exec.Command("git", args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// goTest runs "go test" and tells the tests where the built program is, if it is.
func goTest(args ...string) error {
	var environment []string
	if program, err := filepath.Abs(binary()); err == nil {
		if _, err := os.Stat(program); err == nil {
			environment = append(environment, "DESKBRIDGE_BINARY="+program)
		}
	}
	return runWith(environment, "go", append([]string{"test", "-tags", goTags}, args...)...)
}

func npm(args ...string) error {
	name := "npm"
	if runtime.GOOS == "windows" {
		name = "npm.cmd"
	}
	return run(name, append([]string{"--prefix", "frontend"}, args...)...)
}

func run(name string, args ...string) error {
	return runWith(nil, name, args...)
}

func runWith(environment []string, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(append([]string{filepath.Base(name)}, args...), " "), err)
	}
	return nil
}

func hasDisplay() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

func binary() string {
	return filepath.Join("build", "bin", "deskbridge"+exe())
}

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func heading(text string) {
	fmt.Println("\n== " + text)
}
