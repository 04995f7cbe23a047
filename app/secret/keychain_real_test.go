//go:build linux

package secret_test

import (
	"errors"
	"os"
	"os/exec"
	"testing"

	"deskbridge/app/secret"
)

// inside marks the copy of the test that runs on the private bus.
const inside = "DESKBRIDGE_TEST_PRIVATE_BUS"

// TestKeychain_Real runs against a real gnome-keyring on a session bus and a
// home of its own, started here. The daemon is unlocked before the first call:
// a call would start a locked one, which stays locked.
func TestKeychain_Real(t *testing.T) {
	if os.Getenv(inside) != "" {
		keeps(t, secret.Keychain{})
		return
	}
	onPrivateBus(t, `printf 'pw\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" -test.run='^TestKeychain_Real$' -test.v`)
}

// TestKeychain_NoService shows what a desktop without a keyring answers.
func TestKeychain_NoService(t *testing.T) {
	if os.Getenv(inside) != "" {
		if _, err := (secret.Keychain{}).Get("x"); !errors.Is(err, secret.ErrUnavailable) {
			t.Errorf("Get = %v", err)
		}
		return
	}
	onPrivateBus(t, `DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus exec "$0" -test.run='^TestKeychain_NoService$' -test.v`)
}

func onPrivateBus(t *testing.T, script string) {
	t.Helper()
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon", "sh"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	home := t.TempDir()
	cmd := exec.Command("dbus-run-session", "--", "sh", "-c", script, os.Args[0])
	cmd.Env = append(os.Environ(), inside+"=1", "HOME="+home, "XDG_RUNTIME_DIR="+home,
		"XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
