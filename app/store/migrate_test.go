package store_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"deskbridge/app/store"
	"deskbridge/app/ticket"
)

var update = flag.Bool("update", false, "write the fixture of the newest schema, if there is none yet")

// dump returns the statements of a database's schema by name.
func dump(t *testing.T, path string) map[string]string {
	t.Helper()
	rows, err := openDriver(t, store.ReaderDSN(path)).Query(`SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL`)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	all := map[string]string{}
	for rows.Next() {
		var name, text string
		must(t, rows.Scan(&name, &text))
		all[name] = text
	}
	must(t, rows.Err())
	return all
}

// TestMigrate_EveryReleasedSchema upgrades a database of every schema that was
// ever released, with a ticket of each sort in it.
func TestMigrate_EveryReleasedSchema(t *testing.T) {
	if name := fixture(store.Schema()); *update {
		if _, err := os.Stat(name); os.IsNotExist(err) {
			writeFixture(t, name)
		}
	}
	fresh := filepath.Join(t.TempDir(), "fresh.db")
	open(t, fresh)
	want := dump(t, fresh)
	for version := 1; version <= store.Schema(); version++ {
		t.Run(fmt.Sprint("schema ", version), func(t *testing.T) {
			text, err := os.ReadFile(fixture(version))
			if err != nil {
				t.Fatalf("run this test with -update before the release: %v", err)
			}
			path := filepath.Join(t.TempDir(), "deskbridge.db")
			must(t, store.RunScript(path, string(text)))
			s := open(t, path)
			if got := dump(t, path); !maps.Equal(got, want) {
				t.Error("the upgraded schema is not that of a new database: was a released migration edited?")
			}
			if got, err := s.SchemaVersion(t.Context()); err != nil || got != store.Schema() {
				t.Errorf("schema %d, %v", got, err)
			}
			must(t, s.Check(t.Context()))
			checkSample(t, s)
		})
	}
}

func fixture(version int) string {
	return filepath.Join("testdata", fmt.Sprintf("schema-%04d.sql", version))
}

func TestMigrate_KeepsACopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deskbridge.db")
	s, err := store.Open(t.Context(), path, store.Options{AppVersion: "1.0.0"})
	must(t, err)
	fillSample(t, s)
	must(t, s.Close())
	if _, err := os.Stat(path + ".before-upgrade"); !os.IsNotExist(err) {
		t.Errorf("a copy of nothing: %v", err)
	}

	s, err = store.OpenWith(t.Context(), path, store.Options{AppVersion: "2.0.0"}, "CREATE TABLE later (n INTEGER) STRICT")
	must(t, err)
	if n, err := s.WriterRead("SELECT count(*) FROM migration WHERE app_version = '2.0.0' AND applied_at > 0"); err != nil || n != 1 {
		t.Errorf("%d migrations recorded, %v", n, err)
	}
	must(t, s.Close())
	old := path + ".before-upgrade"
	info, err := os.Stat(old)
	must(t, err)
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the copy has %v", info.Mode())
	}
	checkSample(t, open(t, old)) // of the version before, whole

	s, err = store.OpenWith(t.Context(), path, store.Options{}, "CREATE TABLE later (n INTEGER) STRICT", "CREATE TABLE last (n INTEGER) STRICT")
	must(t, err)
	must(t, s.Close())
	files, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	for _, f := range files {
		if n := f.Name(); n != filepath.Base(path) && n != filepath.Base(old) && n != filepath.Base(old)+"-wal" && n != filepath.Base(old)+"-shm" {
			t.Errorf("left %s", n)
		}
	}
}

func TestMigrate_FailureChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deskbridge.db")
	s, err := store.Open(t.Context(), path, store.Options{})
	must(t, err)
	fillSample(t, s)
	must(t, s.Close())
	if _, err := store.OpenWith(t.Context(), path, store.Options{}, "CREATE TABLE later (n INTEGER) STRICT; UPDATE link SET nonsense = 1"); err == nil {
		t.Fatal("a broken migration went through")
	}
	checkSample(t, open(t, path))
}

func TestOpen_NewerFoundInTheLog(t *testing.T) {
	// The newer program was killed: its version stands in the log alone.
	dir := t.TempDir()
	path := filepath.Join(dir, "deskbridge.db")
	s, err := store.OpenWith(t.Context(), path, store.Options{}, "CREATE TABLE later (n INTEGER) STRICT")
	must(t, err)
	crashed := filepath.Join(t.TempDir(), "deskbridge.db")
	for _, suffix := range []string{"", "-wal"} {
		body, err := os.ReadFile(path + suffix)
		must(t, err)
		must(t, os.WriteFile(crashed+suffix, body, 0o600))
	}
	must(t, s.Close())
	if _, err := store.Open(t.Context(), crashed, store.Options{}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("%v, want ErrNewer", err)
	}
}

func TestBackup(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deskbridge.db"))
	fillSample(t, s)
	dest := filepath.Join(t.TempDir(), "copy.db")
	must(t, os.WriteFile(dest, []byte("an older copy"), 0o600))
	must(t, s.Backup(t.Context(), dest))
	must(t, s.Backup(t.Context(), dest))
	checkSample(t, open(t, dest))
	if err := s.Backup(t.Context(), s.Path()); err == nil {
		t.Error("a copy onto itself")
	}
}

// fillSample leaves a ticket of each sort: linked and settled, staged, in
// doubt, parked.
func fillSample(t *testing.T, s *store.Store) {
	t.Helper()
	c := connect(t, s)
	fillConnection(t, c)
	_, err := s.SaveSettings(t.Context(), "app", []byte(`{"version":1}`))
	must(t, err)
}

func checkSample(t *testing.T, s *store.Store) {
	t.Helper()
	c := connect(t, s)
	n, err := c.Counts(t.Context())
	must(t, err)
	if want := (store.Counts{Links: 1, LeftOut: 1, Staged: 3, Parked: 1, InDoubt: 1, Problems: 1}); n != want {
		t.Errorf("counts %+v, want %+v", n, want)
	}
	w, err := c.Load(t.Context(), 1)
	must(t, err)
	if w.Link == nil || w.Link.PSA != 501 || w.Link.Agreed != agreed(snapshot(1, at(10))) || len(w.Done) != 2 {
		t.Errorf("linked ticket came back as %+v", w)
	}
	var staged []ticket.DeskID
	for _, w := range work(t, c) {
		staged = append(staged, w.Desk)
	}
	if len(staged) != 1 || staged[0] != 2 {
		t.Errorf("work on %v, want 2", staged)
	}
	settings, err := s.LoadSettings(t.Context(), "app")
	if err != nil || settings.Version != 1 {
		t.Errorf("settings %+v, %v", settings, err)
	}
}
