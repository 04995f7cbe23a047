package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"deskbridge/app/store"
)

// asNobody runs f with the file rights of an ordinary user, whoever we are:
// root may write everywhere.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0); errno != 0 {
		t.Skipf("file rights cannot be dropped: %v", errno)
	}
	defer func() { _, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, 0, 0, 0) }()
	f()
}

func TestOpen_FolderThatCannotBeWritten(t *testing.T) {
	top := t.TempDir()
	must(t, os.Chmod(filepath.Dir(top), 0o755))
	for name, c := range map[string]struct{ folder, file os.FileMode }{
		"nothing there yet":        {0o555, 0},
		"file for reading only":    {0o555, 0o444},
		"file that may be written": {0o555, 0o666},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(top, name)
			path := filepath.Join(dir, "deskbridge.db")
			must(t, os.Mkdir(dir, 0o755))
			if c.file != 0 {
				s, err := store.Open(t.Context(), path, store.Options{})
				must(t, err)
				must(t, s.Close())
				if os.Geteuid() == 0 {
					must(t, os.Chown(path, 65534, -1))
				}
				must(t, os.Chmod(path, c.file))
			}
			must(t, os.Chmod(dir, c.folder))
			t.Cleanup(func() { must(t, os.Chmod(dir, 0o755)) })
			asNobody(t, func() {
				s, err := store.Open(t.Context(), path, store.Options{})
				if !errors.Is(err, store.ErrReadOnly) {
					t.Errorf("open: %v", err)
				}
				if s != nil {
					must(t, s.Close())
				}
				if _, err := store.Lock(filepath.Join(dir, "sub")); !errors.Is(err, store.ErrReadOnly) {
					t.Errorf("lock: %v", err)
				}
			})
		})
	}
}
