package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"time"
)

// Settings is one saved version of settings.
type Settings struct {
	Version int64 // counts from 1
	SavedAt time.Time
	Body    []byte // JSON
}

// SaveSettings adds a version of the settings of that name and returns its
// number. The caller names what they are for: the program, or a connection,
// whose settings exist before the accounts they lead to are known. The body
// must be JSON and hold no secret. Saving what already holds adds nothing.
func (s *Store) SaveSettings(ctx context.Context, name string, body []byte) (int64, error) {
	if !json.Valid(body) {
		return 0, errors.New("save settings: body is no JSON")
	}
	now := millis(s.now())
	var version int64
	err := s.do(ctx, "save settings", func(w *session) error {
		version = 0
		same := false
		if err := w.query(func(row []driver.Value) error {
			version = row[0].(int64)
			same = row[1].(int64) == 1
			return nil
		}, "SELECT version, body = ?2 FROM settings_version WHERE name = ?1 ORDER BY version DESC LIMIT 1",
			clean(name), string(body)); err != nil || same {
			return err
		}
		version++
		_, err := w.exec("INSERT INTO settings_version (name, version, saved_at, body) VALUES (?, ?, ?, ?)",
			clean(name), version, now, string(body))
		return err
	})
	return version, err
}

// LoadSettings returns the newest settings of that name, or Version zero and
// no body when none were ever saved.
func (s *Store) LoadSettings(ctx context.Context, name string) (Settings, error) {
	var found Settings
	err := s.rows(ctx, "load settings", func(r *sql.Rows) error {
		var at int64
		err := r.Scan(&found.Version, &at, &found.Body)
		found.SavedAt = timeOf(at)
		return err
	}, "SELECT version, saved_at, body FROM settings_version WHERE name = ? ORDER BY version DESC LIMIT 1", clean(name))
	return found, err
}
