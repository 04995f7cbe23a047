package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"

	"deskbridge/app/store"
)

// settingsName is where the settings are kept in the database.
const settingsName = "connection"

// held is the data folder while it is ours alone.
type held struct {
	*App
	log *slog.Logger
	db  *store.Store

	lock *store.FolderLock
	file io.Closer // of the log
}

// hold takes the data folder, then opens log and database. It comes before
// anything that writes or signs in.
func (a *App) hold(ctx context.Context) (_ *held, err error) {
	if err := a.folder.prepare(); err != nil {
		return nil, err
	}
	h := &held{App: a}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.release())
		}
	}()
	if h.lock, err = store.Lock(string(a.folder)); err != nil {
		return nil, err
	}
	if h.log, h.file, err = a.logger(); err != nil {
		return nil, err
	}
	h.db, err = store.Open(ctx, a.folder.database(), store.Options{Now: a.opt.Now, Log: h.log, AppVersion: version})
	return h, err
}

// release gives everything back, in the opposite order.
func (h *held) release() error {
	var errs []error
	if h.db != nil {
		errs = append(errs, h.db.Close())
	}
	if h.file != nil {
		errs = append(errs, h.file.Close())
	}
	if h.lock != nil {
		errs = append(errs, h.lock.Release())
	}
	return errors.Join(errs...)
}

// use runs do while the data folder is ours. What went wrong goes to the log
// whole, because a person is told only what it means.
func (a *App) use(ctx context.Context, do func(*held) error) error {
	h, err := a.hold(ctx)
	if err != nil {
		return err
	}
	err = do(h)
	if err != nil && !errors.Is(err, context.Canceled) {
		h.log.ErrorContext(ctx, "command failed", "code", Explain(err).Code, "err", err)
	}
	return errors.Join(err, h.release())
}

// look opens the database for reading, beside whoever works with it. It returns
// ErrNotSetUp when there is none.
func (a *App) look(ctx context.Context, do func(*store.Store) error) error {
	db, err := store.Open(ctx, a.folder.database(), store.Options{Now: a.opt.Now, ReadOnly: true})
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotSetUp
	}
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

// readSettings returns the settings in use, or ErrNotSetUp.
func readSettings(ctx context.Context, db *store.Store) (Settings, error) {
	saved, err := db.LoadSettings(ctx, settingsName)
	if err != nil {
		return Settings{}, err
	}
	if saved.Version == 0 {
		return Settings{}, ErrNotSetUp
	}
	s, err := ParseSettings(saved.Body)
	if err != nil {
		return Settings{}, fmt.Errorf("read stored settings: %w", err)
	}
	return s, nil
}
