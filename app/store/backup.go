package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
)

// Backup writes a compact copy of the database to dest, as it is at this
// moment and while others go on writing. It replaces the file at dest only
// once the copy is whole.
func (s *Store) Backup(ctx context.Context, dest string) error {
	if s.closed.Load() {
		return wrap("back up", ErrClosed)
	}
	if err := ctx.Err(); err != nil {
		return wrap("back up", err)
	}
	dest, err := filepath.Abs(dest)
	if err != nil {
		return wrap("back up", err)
	}
	if dest == s.path {
		return errors.New("back up: the copy needs a place of its own")
	}
	connector, err := sqlite.NewConnector(dsn(s.path, "cache_size(-2048)")) // not query_only: a copy counts as a write
	if err != nil {
		return wrap("back up", err)
	}
	own, err := newSession(connector)
	if err != nil {
		return wrap("back up", err)
	}
	part := dest + ".part"
	if err = errors.Join(own.copyTo(part), own.close()); err == nil {
		err = os.Rename(part, dest)
	}
	return wrap("back up", err)
}

// Check reads the whole database and returns ErrCorrupt, with what is wrong,
// when it is damaged. It takes seconds on a large one.
func (s *Store) Check(ctx context.Context) error {
	return s.rows(ctx, "check database", func(r *sql.Rows) error {
		var verdict string
		if err := r.Scan(&verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return fmt.Errorf("%w: %s", ErrCorrupt, verdict)
		}
		return nil
	}, "PRAGMA quick_check(1)")
}

// SchemaVersion returns the version of the schema on disk.
func (s *Store) SchemaVersion(ctx context.Context) (int, error) {
	var version int
	err := s.rows(ctx, "read schema version", func(r *sql.Rows) error { return r.Scan(&version) }, "PRAGMA user_version")
	return version, err
}

// SQLiteVersion returns the version of the database engine.
func (s *Store) SQLiteVersion(ctx context.Context) (string, error) {
	var version string
	err := s.rows(ctx, "read engine version", func(r *sql.Rows) error { return r.Scan(&version) }, "SELECT sqlite_version()")
	return version, err
}
