package store

import (
	"database/sql/driver"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"time"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

type migration struct {
	version int
	text    string
}

// migrations returns all migrations in order. The first has number 1 and each
// next one more; anything else is a mistake in this program.
func migrations() []migration {
	entries, err := fs.ReadDir(migrationFiles, "migrations")
	if err != nil {
		panic(fmt.Sprintf("store: embedded migrations: %v", err))
	}
	var all []migration
	for i, e := range entries {
		text, err := migrationFiles.ReadFile("migrations/" + e.Name())
		if err != nil {
			panic(fmt.Sprintf("store: embedded migrations: %v", err))
		}
		if number, err := strconv.Atoi(e.Name()[:4]); err != nil || number != i+1 {
			panic(fmt.Sprintf("store: migration %s is not number %d", e.Name(), i+1))
		}
		all = append(all, migration{version: i + 1, text: string(text)})
	}
	return all
}

// migrate brings the database to the newest schema, each migration in a
// transaction of its own. Before it changes an existing database it keeps a
// copy beside it. It returns ErrNewer when the schema is newer than all
// migrations, ErrCorrupt when the tables are not ours.
func migrate(s *session, all []migration, path string, now time.Time, appVersion string, log *slog.Logger) error {
	have, err := s.number("PRAGMA user_version")
	if err != nil {
		return err
	}
	newest := len(all)
	switch {
	case have > newest:
		return newerError(have, newest)
	case have == newest:
		return nil
	case have == 0:
		tables, err := s.number("SELECT count(*) FROM sqlite_schema")
		if err != nil {
			return err
		}
		if tables > 0 {
			return fmt.Errorf("%w: %s has tables of another program", ErrCorrupt, path)
		}
	default:
		if err := keepCopy(s, path); err != nil {
			return fmt.Errorf("keep a copy before the upgrade: %w", err)
		}
	}
	for _, m := range all[have:] {
		if err := apply(s, m, now, appVersion); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", m.version, err)
		}
		log.Info("database migrated", "schema", m.version)
	}
	return nil
}

func newerError(have, newest int) error {
	return fmt.Errorf("%w: its schema is %d, this program knows %d", ErrNewer, have, newest)
}

func apply(s *session, m migration, now time.Time, appVersion string) error {
	if _, err := s.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := s.script(m.text)
	if err == nil {
		_, err = s.exec("INSERT INTO migration (version, app_version, applied_at) VALUES (?, ?, ?)",
			int64(m.version), appVersion, millis(now))
	}
	if err == nil {
		err = s.script(fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d", m.version, applicationID))
	}
	if err == nil {
		_, err = s.exec("COMMIT")
	}
	if err != nil {
		_, _ = s.exec("ROLLBACK")
	}
	return err
}

// copySuffix names the copy that is kept from before the last upgrade.
const copySuffix = ".before-upgrade"

// keepCopy replaces the copy beside the database, and only once the new one is
// whole.
func keepCopy(s *session, path string) error {
	part := path + copySuffix + ".part"
	if err := s.copyTo(part); err != nil {
		return err
	}
	return os.Rename(part, path+copySuffix)
}

// copyTo writes a compact copy of the database that only its owner can read,
// replacing the file at path.
func (s *session) copyTo(path string) error {
	// SQLite would create the file with the permissions of everybody; it takes
	// an empty file, too.
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if _, err := s.exec("VACUUM INTO ?", path); err != nil {
		_ = os.Remove(path) // half a copy is worse than none
		return err
	}
	return syncFile(path)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// number runs a query whose answer is one number.
func (s *session) number(query string, args ...driver.Value) (int, error) {
	var n int64
	err := s.query(func(row []driver.Value) error {
		n, _ = row[0].(int64)
		return nil
	}, query, args...)
	return int(n), err
}
