//go:build linux

package window_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// patience is how long the window may take for one thing on a busy machine.
const patience = 60 * time.Second

// TestSmoke opens the real window of the real program on a display and a session
// bus of its own, reads it as a screen reader would, looks at it, and closes it
// as a person would.
func TestSmoke(t *testing.T) {
	binary := os.Getenv("DESKBRIDGE_BINARY")
	if binary == "" {
		t.Skip("DESKBRIDGE_BINARY names no built program; \"go tool mage test\" builds one and sets it")
	}
	for _, tool := range []string{"Xvfb", "openbox", "xdotool", "import", "dbus-run-session", "/usr/bin/python3"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("the window test needs %s; \"go tool mage setup\" installs it", tool)
		}
	}
	s := newScreen(t)
	s.start("openbox")
	// The session bus of this run, and nothing of the person's own desktop.
	program := s.start("dbus-run-session", "--", "sh", "-c",
		`printf '%s\n' "$DBUS_SESSION_BUS_ADDRESS" >"$HOME/bus" && exec "$0" --data-dir "$HOME/data"`, binary)

	// Not "search --sync": that ends with an X error when a window vanishes meanwhile.
	s.until("the window is there", func() error {
		_, err := s.try("xdotool", "search", "--onlyvisible", "--name", "^Deskbridge$")
		return err
	})
	bus, err := os.ReadFile(filepath.Join(s.home, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	s.env = append(s.env, "DBUS_SESSION_BUS_ADDRESS="+strings.TrimSpace(string(bus)))

	// The version comes from a bound method, so the pages reached the program.
	want := []string{"Every support ticket carried across, once", "ersion"}
	s.until("the window says what it should", func() error {
		said, err := s.try("/usr/bin/python3", "testdata/say.py", "Deskbridge")
		if err != nil {
			return err
		}
		for _, text := range want {
			if !strings.Contains(said, text) {
				return fmt.Errorf("nothing on the page says %q; it says:\n%s", text, said)
			}
		}
		return nil
	})
	// The shores and the accent, so the style sheets were let in too.
	tints := []color.RGBA{{0xf5, 0xef, 0xe3, 0xff}, {0xe6, 0xec, 0xf2, 0xff}, {0x0b, 0x5f, 0x6d, 0xff}}
	shot := filepath.Join(shotsDir(t), "window.png")
	s.until("the window shows its colours", func() error {
		if _, err := s.try("import", "-window", "root", shot); err != nil {
			return err
		}
		return checkColours(shot, tints)
	})

	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	s.until("the program ends with its window", func() error {
		// In two commands: chained, xdotool would send the keys past the window
		// manager. Either fails when the window is gone already.
		if _, err := s.try("xdotool", "search", "--onlyvisible", "--name", "^Deskbridge$", "windowactivate"); err == nil {
			_, _ = s.try("xdotool", "key", "alt+F4")
		}
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("closing the window: %v, want exit code 0", err)
			}
			return nil
		case <-time.After(2 * time.Second):
			return errors.New("it goes on")
		}
	})
}

// screen is an X server nobody looks at, and the environment programs on it get.
type screen struct {
	t    *testing.T
	home string
	env  []string
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	s := &screen{t: t, home: t.TempDir()}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{write}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	if err := read.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	// The server picks a free number itself and writes it once it is ready.
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not start: %v", err)
	}
	s.env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return strings.HasPrefix(name, "XDG_") || strings.HasPrefix(name, "DBUS_") ||
			slices.Contains([]string{"HOME", "DISPLAY", "WAYLAND_DISPLAY", "GTK_THEME", "XAUTHORITY"}, name)
	})
	s.env = append(s.env, "HOME="+s.home, "DISPLAY=:"+strings.TrimSpace(number))
	return s
}

// start begins a program that ends with the test at the latest.
func (s *screen) start(name string, args ...string) *exec.Cmd {
	s.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = s.env
	cmd.Stdout, cmd.Stderr = s.t.Output(), s.t.Output()
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

// try waits for a program and returns what it printed.
func (s *screen) try(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), patience/4)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = s.env
	cmd.WaitDelay = time.Second // what it started may keep its output open
	out, err := cmd.Output()
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return string(out), nil
}

// until looks again and again; a window has no way to say "painted".
func (s *screen) until(what string, look func() error) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for {
		err := look()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("waited %v until %s: %v", patience, what, err)
		}
		<-again.C
	}
}

// checkColours wants each colour on at least one pixel in a thousand, and more
// colours than an empty window with a title bar has.
func checkColours(path string, want []color.RGBA) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		return fmt.Errorf("decode %s: %w", path, err)
	}
	count := make(map[color.RGBA]int)
	area := picture.Bounds()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			count[rgba(picture, x, y)]++
		}
	}
	if len(count) < 50 {
		return fmt.Errorf("the picture has only %d colours", len(count))
	}
	for _, c := range want {
		if least := area.Dx() * area.Dy() / 1000; count[c] < least {
			return fmt.Errorf("colour %02x%02x%02x is on %d pixels, want %d", c.R, c.G, c.B, count[c], least)
		}
	}
	return nil
}

func rgba(picture image.Image, x, y int) color.RGBA {
	r, g, b, a := picture.At(x, y).RGBA()
	return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), uint8(a >> 8)}
}

// shotsDir is where pictures stay for a person to look at; git ignores it.
func shotsDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "..", "build", "shots")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
