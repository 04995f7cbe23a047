package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What can be wrong with the database. Callers branch with errors.Is; every
// other error of this package is one that nobody is expected to cure.
var (
	// ErrNewer: a newer version of the program wrote the database. It was not
	// touched.
	ErrNewer = errors.New("database is from a newer version")
	// ErrOlder: the database must be migrated first, and it was opened for
	// reading only.
	ErrOlder = errors.New("database is from an older version")
	// ErrCorrupt: the file is damaged, or no database of ours. It is left as it is.
	ErrCorrupt = errors.New("database is damaged")
	// ErrLocked: somebody else held the database for longer than we wait.
	ErrLocked = errors.New("database is locked")
	// ErrFull: the disk takes no more. Nothing of the call was written.
	ErrFull = errors.New("disk is full or does not take writes")
	// ErrReadOnly: file or folder may not be written, or the store was opened
	// for reading only.
	ErrReadOnly = errors.New("database cannot be written")
	// ErrInUse: another instance holds the data folder.
	ErrInUse = errors.New("data folder is in use")
	// ErrClosed: the store was closed before the call.
	ErrClosed = errors.New("store is closed")
	// ErrMove: an entry cannot come into the asked state from the one it is in,
	// see journal.Allowed. Nothing of the call was written.
	ErrMove = errors.New("entry cannot move there")
	// ErrNotFound: there is no such record.
	ErrNotFound = errors.New("not found")
)

// wrap adds what was being done to err and turns SQLite's codes and the
// system's into ours. It is the only place that knows them.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	if kind := kindOf(err); kind != nil && !errors.Is(err, kind) {
		return fmt.Errorf("%s: %w: %w", doing, kind, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func kindOf(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	var coded *sqlite.Error
	if errors.As(err, &coded) {
		return kindOfCode(coded.Code())
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return ErrFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	}
	return nil
}

// cannotOpen explains an error of a first connection. The file is known to be
// there, so what cannot be opened is the log beside it.
func cannotOpen(err error) error {
	var coded *sqlite.Error
	if errors.As(err, &coded) && coded.Code()&0xff == sqlite3.SQLITE_CANTOPEN {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}

func kindOfCode(code int) error {
	switch code {
	case sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC,
		sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_CLOSE:
		return ErrFull
	case sqlite3.SQLITE_IOERR_CORRUPTFS, sqlite3.SQLITE_IOERR_DATA:
		return ErrCorrupt
	case sqlite3.SQLITE_READONLY_DBMOVED:
		return ErrCorrupt
	}
	switch code & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrCorrupt
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return ErrLocked
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return ErrReadOnly
	}
	return nil
}
