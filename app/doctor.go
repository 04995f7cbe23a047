package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"deskbridge/app/checklist"
	"deskbridge/app/connectwise"
	"deskbridge/app/oauth"
	"deskbridge/app/rest"
	"deskbridge/app/secret"
	"deskbridge/app/ticket"
	"deskbridge/app/zendesk"
)

// Check is one row of the doctor.
type Check = checklist.Check

// Doctor asks both services and this computer whether a sync can work. It
// changes nothing.
func (a *App) Doctor(ctx context.Context) ([]Check, error) {
	var checks []Check
	err := a.connected(ctx, func(c *connection) (err error) {
		checks, err = checklist.Doctor{
			Desk:    deskDoctor{c.desk, c.tokens, c.signIn},
			PSA:     psaDoctor{c.psa},
			Local:   localDoctor{c.held},
			Choices: c.settings.choices(),
			Now:     a.opt.Now,
		}.Run(ctx)
		return err
	})
	return checks, err
}

// choices are what the settings name, for the doctor.
func (s Settings) choices() checklist.Choices {
	c := checklist.Choices{
		Board: s.Sync.Board.String(), DefaultCompany: s.Sync.DefaultCompany.String(),
		Statuses: map[ticket.Status]string{}, Priorities: map[ticket.Priority]string{},
	}
	for k, ref := range s.Sync.Statuses {
		c.Statuses[k] = ref.String()
	}
	for k, ref := range s.Sync.Priorities {
		c.Priorities[k] = ref.String()
	}
	return c
}

// deskDoctor answers the doctor's questions about Zendesk.
type deskDoctor struct {
	desk   *zendesk.Client
	tokens *rest.Client // carries no credentials
	signIn oauth.Vault
}

func (d deskDoctor) Reach(ctx context.Context) (time.Duration, error) {
	_, err := d.tokens.Do(ctx, rest.Request{Path: "/api/v2/users/me.json", Tries: 1})
	if _, answered := errors.AsType[*rest.StatusError](err); answered {
		err = nil // somebody is there, and that was the question
	}
	return d.tokens.Skew(), err
}

func (d deskDoctor) WhoAmI(ctx context.Context) (ticket.Person, error) {
	me, err := d.desk.Me(ctx)
	return ticket.Person{ID: me.ID, Name: me.Name, Email: me.Email, Role: me.Role}, err
}

func (d deskDoctor) ReadExport(ctx context.Context) error { return d.desk.CheckExports(ctx) }

// AccessEnds is when the refresh token ends: an access token is renewed with
// every use and ends nothing, unless it is all there is.
func (d deskDoctor) AccessEnds(ctx context.Context) (time.Time, error) {
	pair, err := d.signIn.Load()
	if err != nil || !pair.Refresh.Empty() {
		return pair.RefreshExpiresAt, err
	}
	token, err := d.desk.Token(ctx)
	return token.ExpiresAt, err
}

// psaDoctor answers the doctor's questions about ConnectWise.
type psaDoctor struct{ *connectwise.Client }

func (p psaDoctor) Identify(ctx context.Context) (string, error) {
	found, err := p.Client.Identify(ctx)
	return strings.TrimSpace(found.Company + " " + found.Version), doctorWords(err)
}

func (p psaDoctor) SignIn(ctx context.Context) error {
	err := doctorWords(p.Client.SignIn(ctx))
	plainRefusal := errors.Is(err, ticket.ErrSignIn) && !errors.Is(err, checklist.ErrCompany) && !errors.Is(err, checklist.ErrClientID)
	if plainRefusal && p.KeysSwapped(ctx) {
		return checklist.ErrSwapped
	}
	return err
}

func (p psaDoctor) BoardTeams(ctx context.Context, board int64) ([]checklist.Team, error) {
	found, err := p.Client.BoardTeams(ctx, board)
	return teams(found), err
}

// doctorWords turns the client's words into the doctor's.
func doctorWords(err error) error {
	for _, w := range []struct{ client, doctor error }{
		{connectwise.ErrUnknownCompany, checklist.ErrCompany},
		{connectwise.ErrClientID, checklist.ErrClientID},
		{connectwise.ErrAddress, checklist.ErrAddress},
	} {
		if errors.Is(err, w.client) {
			return fmt.Errorf("%w: %w", w.doctor, err)
		}
	}
	return err
}

// localDoctor answers the doctor's questions about this computer. The data
// folder is held and the database open when it is asked.
type localDoctor struct{ *held }

func (l localDoctor) Folder(context.Context) (string, error) {
	f, err := os.CreateTemp(string(l.folder), "doctor-*")
	if err != nil {
		return string(l.folder), err
	}
	_, err = f.WriteString("can be removed\n")
	return string(l.folder), errors.Join(err, f.Close(), os.Remove(f.Name()))
}

// Database is open, so it fits: opening refuses or migrates any other.
func (l localDoctor) Database(ctx context.Context) (is, wants int, err error) {
	is, err = l.db.SchemaVersion(ctx)
	return is, is, err
}

func (l localDoctor) Free(context.Context) (uint64, error) { return freeBytes(string(l.folder)) }

// Keychain reads an item that is not there: the answer to that proves as much as
// any other, and leaves nothing behind.
func (l localDoctor) Keychain(context.Context) (spare bool, err error) {
	_, err = l.opt.Secrets.Get("doctor")
	if errors.Is(err, secret.ErrNotFound) {
		err = nil
	}
	return given(l.givenPair()) && !l.env(EnvPrivateKey).Empty(), err
}
