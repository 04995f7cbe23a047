package store

import (
	"context"
	"database/sql/driver"
	"log/slog"
	"time"

	"modernc.org/sqlite"
)

// WriterRead runs a query on the writing connection and returns one number.
func (s *Store) WriterRead(query string) (n int, err error) {
	err = s.write.do(context.Background(), func(w *session) (err error) {
		n, err = w.number(query)
		return err
	})
	return n, err
}

// Do runs work as a request of its own; hold is called within the transaction.
func (s *Store) Do(ctx context.Context, hold func() error) error {
	return s.do(ctx, "test", func(*session) error { return hold() })
}

// DoExec runs a statement as a request of its own.
func (s *Store) DoExec(ctx context.Context, query string, args ...driver.Value) error {
	return s.do(ctx, "test", func(w *session) error {
		_, err := w.exec(query, args...)
		return err
	})
}

// Waiting tells how many requests wait for the committer.
func (s *Store) Waiting() int {
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	return len(s.write.queue)
}

// OpenWith opens with more migrations than the program has.
func OpenWith(ctx context.Context, path string, opt Options, extra ...string) (*Store, error) {
	opt.Now, opt.Log = time.Now, slog.New(slog.DiscardHandler)
	all := migrations()
	for _, text := range extra {
		all = append(all, migration{version: len(all) + 1, text: text})
	}
	s, err := open(ctx, path, opt, all)
	return s, wrap("open database", err)
}

// Schema is how many migrations there are.
func Schema() int { return len(migrations()) }

// WriterDSN and ReaderDSN name a database as the store's connections do.
func WriterDSN(path string) string { return dsn(path, writerPragmas()...) }

// ReaderDSN names a database as the reading connections do.
func ReaderDSN(path string) string { return dsn(path, readerPragmas()...) }

// KindOfCode is how SQLite's codes become ours.
func KindOfCode(code int) error { return kindOfCode(code) }

// RunScript runs SQL text on a file of its own.
func RunScript(path, text string) error {
	connector, err := sqlite.NewConnector(dsn(path))
	if err != nil {
		return err
	}
	s, err := newSession(connector)
	if err != nil {
		return err
	}
	if err := s.script(text); err != nil {
		_ = s.close()
		return err
	}
	return s.close()
}
