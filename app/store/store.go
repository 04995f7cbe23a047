// Package store keeps on disk what must survive: links with their agreed
// state, the journal, what is staged, read positions, settings, problems and
// the history of runs.
//
// It decides how these lie in SQLite and what one transaction holds. It
// refuses to know why anything is written, and both services; nobody else
// knows SQL. The one rule: when a call that writes returns without an error,
// what it wrote survives a crash and a power cut, and when it returns with
// one, nothing of it was written.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
)

// Options of Open; the zero value works.
type Options struct {
	Now        func() time.Time
	Log        *slog.Logger
	AppVersion string // recorded with each migration
	// ReadOnly opens an existing database beside the instance that writes it.
	// Calls that write return ErrReadOnly then.
	ReadOnly bool
}

// Store is an open database. All methods may be called from many goroutines.
type Store struct {
	path string
	now  func() time.Time

	write *committer // nil: opened for reading only
	read  *sql.DB

	closed atomic.Bool
}

// readers is how many readers work at once: the run, and one or two lists of
// the window.
const readers = 3

// Open opens the database at path, creating file and folder, and migrates it.
// Take the lock of the folder first. It returns ErrNewer, ErrCorrupt,
// ErrLocked, ErrFull or ErrReadOnly; with ReadOnly also ErrOlder, and
// fs.ErrNotExist where there is no database yet. A file that is refused is
// left as it is.
func Open(ctx context.Context, path string, opt Options) (*Store, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s, err := open(ctx, path, opt, migrations())
	return s, wrap("open database", err)
}

func open(ctx context.Context, path string, opt Options, all []migration) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if !opt.ReadOnly {
		if err := prepareFile(path); err != nil {
			return nil, err
		}
	}
	version, err := inspect(path)
	if err != nil {
		return nil, err
	}
	if version > len(all) {
		return nil, newerError(version, len(all))
	}
	s := &Store{path: path, now: opt.Now}
	if !opt.ReadOnly {
		writing, err := openSession(path)
		if err != nil {
			return nil, err
		}
		if err := migrate(writing, all, path, opt.Now(), opt.AppVersion, opt.Log); err != nil {
			return nil, errors.Join(err, writing.close())
		}
		s.write = newCommitter(writing)
	}
	if err := s.openReaders(ctx, len(all)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// prepareFile makes sure that folder and file exist and that nobody else can
// read the file. SQLite gives its companions the same permissions.
func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := f.Chmod(0o600); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		_ = f.Close()
		return err
	}
	return f.Close()
}

func openSession(path string) (*session, error) {
	// A commit waits for the data and for nothing else: the time stamp of the
	// file may be lost in a power cut. Where there is no fdatasync this is refused.
	if _, err := sqlite.Fdatasync(true); err != nil && !errors.Is(err, sqlite.ErrFdatasyncUnavailable) {
		return nil, err
	}
	connector, err := sqlite.NewConnector(dsn(path, writerPragmas()...))
	if err != nil {
		return nil, err
	}
	s, err := newSession(connector)
	if err != nil {
		return nil, cannotOpen(err)
	}
	return s, nil
}

func writerPragmas() []string {
	return []string{
		"journal_mode(WAL)", "synchronous(FULL)",
		"fullfsync(1)", // macOS keeps a plain fsync in the drive's own memory
		"cache_size(-8192)",
		// Fewer, larger checkpoints, and a log that shrinks again after a first sync.
		"wal_autocheckpoint(2000)", "journal_size_limit(16777216)",
	}
}

func readerPragmas() []string { return []string{"cache_size(-2048)", "query_only(1)"} }

func (s *Store) openReaders(ctx context.Context, newest int) error {
	connector, err := sqlite.NewConnector(dsn(s.path, readerPragmas()...))
	if err != nil {
		return err
	}
	s.read = sql.OpenDB(connector)
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	var version int
	if err := s.read.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return cannotOpen(err)
	}
	switch {
	case version > newest:
		return newerError(version, newest)
	case version < newest:
		return fmt.Errorf("%w: its schema is %d, this program needs %d", ErrOlder, version, newest)
	}
	return nil
}

// dsn names the database with what every connection needs. The wait for a lock
// comes first, because the other settings may have to wait themselves.
func dsn(path string, pragmas ...string) string {
	q := url.Values{"_txlock": {"immediate"}, "_dqs": {"0"}, "_defensive": {"1"}, "_error_rc": {"1"}}
	q["_pragma"] = append([]string{
		"busy_timeout(5000)", "foreign_keys(1)", "trusted_schema(0)", "temp_store(MEMORY)", "mmap_size(0)",
	}, pragmas...)
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/... on Windows
	}
	return (&url.URL{Scheme: "file", Path: slashed, RawQuery: q.Encode()}).String()
}

// Close lets calls that wait for a commit finish, then closes the database. It
// is safe to call twice.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	var errs []error
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	// The writer last: it leaves one file behind, without a log.
	if s.write != nil {
		s.write.close()
		errs = append(errs, s.write.session.close())
	}
	return wrap("close database", errors.Join(errs...))
}

// Path returns where the database is.
func (s *Store) Path() string { return s.path }

// do writes: it returns once work is durable, see committer.do.
func (s *Store) do(ctx context.Context, doing string, work func(*session) error) error {
	if s.write == nil {
		return fmt.Errorf("%s: %w", doing, ErrReadOnly)
	}
	return wrap(doing, s.write.do(ctx, work))
}

// view is what a reading method sees: the database as it was when its first
// query ran, however many it makes.
type view struct {
	ctx context.Context
	tx  *sql.Tx
}

func (s *Store) view(ctx context.Context, doing string, read func(view) error) error {
	if s.closed.Load() {
		return wrap(doing, ErrClosed)
	}
	if err := ctx.Err(); err != nil {
		return wrap(doing, err)
	}
	// Views are short. Watching ctx would cost a goroutine for each query, and
	// an interrupted connection is thrown away.
	ctx = context.WithoutCancel(ctx)
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return wrap(doing, err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return wrap(doing, read(view{ctx, tx}))
}

// rows calls row for each row of a query; row scans it.
func (v view) rows(row func(*sql.Rows) error, query string, args ...any) error {
	rows, err := v.tx.QueryContext(v.ctx, query, args...)
	if err != nil {
		return err
	}
	return each(rows, row)
}

// rows runs a single query, which needs no transaction to be consistent.
func (s *Store) rows(ctx context.Context, doing string, row func(*sql.Rows) error, query string, args ...any) error {
	if s.closed.Load() {
		return wrap(doing, ErrClosed)
	}
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return wrap(doing, err)
	}
	return wrap(doing, each(rows, row))
}

func each(rows *sql.Rows, row func(*sql.Rows) error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
