package store_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"

	"deskbridge/app/store"
)

func TestOpen_OnlyTheOwnerCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, filepath.Join(dir, "deskbridge.db"))
	connect(t, s)
	info, err := os.Stat(dir)
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("folder has %v", info.Mode())
	}
	files, err := os.ReadDir(dir)
	must(t, err)
	if len(files) < 3 {
		t.Errorf("%d files, want the database and its companions", len(files))
	}
	for _, f := range files {
		info, err := f.Info()
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has %v", f.Name(), info.Mode())
		}
	}
}

func TestOpen_ClosedLeavesOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder, 100 % odd?#", "deskbridge.db")
	s, err := store.Open(t.Context(), path, store.Options{})
	must(t, err)
	connect(t, s)
	must(t, s.Close())
	must(t, s.Close())
	files, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(files) != 1 || files[0].Name() != "deskbridge.db" {
		t.Errorf("left %v", files)
	}
	if _, err := s.Connections(t.Context()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("read after close: %v", err)
	}
	if _, err := s.SaveSettings(t.Context(), "app", []byte("{}")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("write after close: %v", err)
	}
}

// untouched fails the test when run changes a file of the folder.
func untouched(t *testing.T, dir string, run func()) {
	t.Helper()
	before := contents(t, dir)
	run()
	after := contents(t, dir)
	for name, body := range before {
		if !bytes.Equal(after[name], body) {
			t.Errorf("%s was changed", name)
		}
	}
	for name := range after {
		if _, ok := before[name]; !ok {
			t.Errorf("%s was added", name)
		}
	}
}

func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files, err := os.ReadDir(dir)
	must(t, err)
	all := map[string][]byte{}
	for _, f := range files {
		body, err := os.ReadFile(filepath.Join(dir, f.Name()))
		must(t, err)
		all[f.Name()] = body
	}
	return all
}

func TestOpen_RefusesWhatItDoesNotKnow(t *testing.T) {
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		want error
	}{
		"a newer version": {func(t *testing.T, path string) {
			s, err := store.OpenWith(t.Context(), path, store.Options{}, "CREATE TABLE later (n INTEGER) STRICT")
			must(t, err)
			must(t, s.Close())
		}, store.ErrNewer},
		"no database": {func(t *testing.T, path string) {
			must(t, os.WriteFile(path, []byte(strings.Repeat("dear diary ", 500)), 0o600))
		}, store.ErrCorrupt},
		"half a header": {func(t *testing.T, path string) {
			must(t, os.WriteFile(path, []byte("SQLite format 3\x00"), 0o600))
		}, store.ErrCorrupt},
		"another program's database": {func(t *testing.T, path string) {
			must(t, store.RunScript(path, "CREATE TABLE t (n); PRAGMA user_version = 1; PRAGMA application_id = 7"))
		}, store.ErrCorrupt},
		"another program's tables": {func(t *testing.T, path string) {
			must(t, store.RunScript(path, "PRAGMA journal_mode = wal; CREATE TABLE t (n)"))
		}, store.ErrCorrupt},
		"a damaged first page": {func(t *testing.T, path string) {
			s, err := store.Open(t.Context(), path, store.Options{})
			must(t, err)
			must(t, s.Close())
			body, err := os.ReadFile(path)
			must(t, err)
			copy(body[100:], bytes.Repeat([]byte{0xee}, 3000))
			must(t, os.WriteFile(path, body, 0o600))
		}, store.ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "deskbridge.db")
			c.make(t, path)
			for _, readOnly := range []bool{false, true} {
				untouched(t, filepath.Dir(path), func() {
					s, err := store.Open(t.Context(), path, store.Options{ReadOnly: readOnly})
					older := readOnly && errors.Is(err, store.ErrOlder) // nothing more was looked at
					if !errors.Is(err, c.want) && !older {
						t.Errorf("read only %v: %v, want %v", readOnly, err, c.want)
					}
					if s != nil {
						t.Error("a store with an error")
					}
				})
			}
		})
	}
}

func TestOpen_DamageFoundLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deskbridge.db")
	s, err := store.Open(t.Context(), path, store.Options{})
	must(t, err)
	linkMany(t, connect(t, s), 5000)
	must(t, s.Check(t.Context()))
	must(t, s.Close())
	body, err := os.ReadFile(path)
	must(t, err)
	for i := 40 * 4096; i < len(body); i++ {
		body[i] = 0xee
	}
	must(t, os.WriteFile(path, body, 0o600))

	s, err = store.Open(t.Context(), path, store.Options{})
	if err == nil {
		err = s.Check(t.Context())
		must(t, s.Close())
	}
	if !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("damaged pages: %v", err)
	}
}

func TestOpen_ReadOnlyBesideTheWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deskbridge.db")
	if _, err := store.Open(t.Context(), path, store.Options{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing there: %v", err)
	}
	s := open(t, path)
	c := connect(t, s)
	must(t, c.SetFact(t.Context(), "adopted", "yes"))

	r, err := store.Open(t.Context(), path, store.Options{ReadOnly: true})
	must(t, err)
	defer func() { must(t, r.Close()) }()
	seen := connect(t, r)
	if fact, err := seen.Fact(t.Context(), "adopted"); err != nil || fact != "yes" {
		t.Errorf("fact = %q, %v", fact, err)
	}
	must(t, c.SetFact(t.Context(), "adopted", "again"))
	if fact, err := seen.Fact(t.Context(), "adopted"); err != nil || fact != "again" {
		t.Errorf("later fact = %q, %v", fact, err)
	}
	if err := seen.SetFact(t.Context(), "x", "y"); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("write: %v", err)
	}
	if _, err := r.Connection(t.Context(), "other", "msp"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown pair: %v", err)
	}
}

func TestOpen_ReadOnlyDoesNotMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deskbridge.db")
	s, err := store.Open(t.Context(), path, store.Options{})
	must(t, err)
	must(t, s.Close())
	_, err = store.OpenWith(t.Context(), path, store.Options{ReadOnly: true}, "CREATE TABLE later (n INTEGER) STRICT")
	if !errors.Is(err, store.ErrOlder) {
		t.Errorf("%v, want ErrOlder", err)
	}
}

func TestLock_OneAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	lock, err := store.Lock(dir)
	must(t, err)
	if _, err := store.Lock(dir); !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second lock: %v", err)
	}
	must(t, lock.Release())
	must(t, lock.Release())
	again, err := store.Lock(dir)
	must(t, err)
	must(t, again.Release())
}

func TestErrors_FromSQLite(t *testing.T) {
	for code, want := range map[int]error{
		sqlite3.SQLITE_CORRUPT: store.ErrCorrupt, sqlite3.SQLITE_CORRUPT_INDEX: store.ErrCorrupt, sqlite3.SQLITE_NOTADB: store.ErrCorrupt,
		sqlite3.SQLITE_BUSY: store.ErrLocked, sqlite3.SQLITE_BUSY_SNAPSHOT: store.ErrLocked, sqlite3.SQLITE_LOCKED: store.ErrLocked,
		sqlite3.SQLITE_FULL: store.ErrFull, sqlite3.SQLITE_IOERR_WRITE: store.ErrFull, sqlite3.SQLITE_IOERR_FSYNC: store.ErrFull,
		sqlite3.SQLITE_READONLY: store.ErrReadOnly, sqlite3.SQLITE_READONLY_DIRECTORY: store.ErrReadOnly, sqlite3.SQLITE_PERM: store.ErrReadOnly,
		sqlite3.SQLITE_CONSTRAINT: nil, sqlite3.SQLITE_IOERR_READ: nil, sqlite3.SQLITE_INTERRUPT: nil,
	} {
		if got := store.KindOfCode(code); got != want {
			t.Errorf("code %d is %v, want %v", code, got, want)
		}
	}
}
