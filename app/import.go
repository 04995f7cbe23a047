package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"deskbridge/app/secret"
	"deskbridge/app/store"
)

// Imported says what an import came to.
type Imported struct {
	Settings Settings
	// Stored names the secrets that went from the environment into the keychain.
	Stored []string
}

// ImportSettings puts the settings in use and moves the secrets of the
// environment into the keychain. It reaches neither service: what the settings
// name is looked up by the next command that signs in. It returns a
// *SettingsError, with the settings from before still in use, when anything is
// wrong with the text. Without a keychain the settings count all the same, and a
// note says so.
func (a *App) ImportSettings(ctx context.Context, text []byte) (Imported, error) {
	s, err := ParseSettings(text)
	if err != nil {
		return Imported{}, err
	}
	if s.Sync.Start.IsZero() {
		// Only new tickets from now on: carrying years of old ones is a decision.
		s.Sync.Start = a.opt.Now().UTC().Truncate(time.Second)
	}
	in := Imported{Settings: s}
	body, err := s.Encode()
	if err != nil {
		return Imported{}, err
	}
	err = a.use(ctx, func(h *held) error {
		if _, err := h.db.SaveSettings(ctx, settingsName, body); err != nil {
			return err
		}
		h.log.InfoContext(ctx, "settings imported")
		in.Stored, err = a.keepSecrets(s)
		if errors.Is(err, secret.ErrUnavailable) {
			a.note("The secrets were not stored, because the keychain of this computer cannot be used. " +
				"Commands use those in the environment as long as they are set there.")
			return nil
		}
		return err
	})
	if err != nil {
		return Imported{}, err
	}
	if s.Sync.TwoWay.Status || s.Sync.TwoWay.Comments {
		a.note("The settings ask for changes to be carried back to Zendesk (" + strings.Join(s.backwards(), ", ") +
			"). This version carries from Zendesk to ConnectWise only; nothing is written to Zendesk.")
	}
	return in, nil
}

// backwards lists what the settings want carried to the desk.
func (s Settings) backwards() []string {
	var all []string
	if s.Sync.TwoWay.Comments {
		all = append(all, "comments")
	}
	if s.Sync.TwoWay.Status {
		all = append(all, "status")
	}
	return all
}

// ExportSettings returns the settings in use as ImportSettings reads them. It
// returns ErrNotSetUp when there are none.
func (a *App) ExportSettings(ctx context.Context) ([]byte, error) {
	var text []byte
	err := a.look(ctx, func(db *store.Store) error {
		s, err := readSettings(ctx, db)
		if err != nil {
			return err
		}
		text, err = s.Encode()
		return err
	})
	return text, err
}
