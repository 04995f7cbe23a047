package zendesk

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"deskbridge/app/rest"
	"deskbridge/app/ticket"
)

// Identity is who a sign-in is. Only an admin can read the exports
// ("Incremental Exports").
type Identity struct {
	ID    ticket.UserID
	Name  string
	Email string
	Role  string // admin, agent or end-user
	// Restricted is true for an agent who does not see every ticket.
	Restricted bool
}

// Admin tells whether the exports are open to this role.
func (i Identity) Admin() bool { return i.Role == "admin" }

// Me returns who is signed in. It returns ticket.ErrSignIn for the anonymous
// user that Zendesk answers with where nobody is.
func (c *Client) Me(ctx context.Context) (Identity, error) {
	var me wireMe
	err := c.get(ctx, rest.Request{Path: "/api/v2/users/me.json"}, func(body io.Reader) error {
		var err error
		me, err = decodeMe(body)
		return err
	})
	if err != nil {
		return Identity{}, fmt.Errorf("read own user: %w", err)
	}
	if me.ID <= 0 {
		return Identity{}, fmt.Errorf("read own user: nobody is signed in: %w", ticket.ErrSignIn)
	}
	p := me.person()
	return Identity{
		ID: p.ID, Name: p.Name, Email: p.Email, Role: p.Role,
		Restricted: me.Restricted || me.TicketRestriction != "",
	}, nil
}

type wireMe struct {
	wireUser
	Restricted        bool   `json:"restricted_agent"`
	TicketRestriction string `json:"ticket_restriction"`
}

func decodeMe(body io.Reader) (wireMe, error) { return decodeOne[wireMe](body, "user") }

// decodeOne reads an answer that is one record under a known name.
func decodeOne[Wire any](body io.Reader, name string) (Wire, error) {
	var out Wire
	seen := false
	err := fields(body, func(key string, dec *json.Decoder) (bool, error) {
		if key != name {
			return false, nil
		}
		var err error
		seen = true
		out, err = value[Wire](dec)
		return true, err
	})
	if err == nil && !seen {
		err = malformed(fmt.Errorf("no %s in the answer", name))
	}
	return out, err
}

// CheckExports asks both exports for as little as they give. It returns
// ticket.ErrForbidden when this sign-in may not read one of them.
func (c *Client) CheckExports(ctx context.Context) error {
	start := strconv.FormatInt(c.now().Add(-5*time.Minute).Unix(), 10)
	for _, probe := range []struct {
		name, path string
		query      url.Values
	}{
		{"ticket", "/api/v2/incremental/tickets/cursor.json", url.Values{"start_time": {start}, "per_page": {"1"}}},
		{"event", "/api/v2/incremental/ticket_events.json", url.Values{"start_time": {start}}},
	} {
		err := c.export(ctx, probe.path, probe.query, func(body io.Reader) error {
			return fields(body, func(string, *json.Decoder) (bool, error) { return false, nil })
		})
		if err != nil && !isNotYet(err) {
			return fmt.Errorf("try %s export: %w", probe.name, err)
		}
	}
	return nil
}

// Token is what the account knows about the token in use ("OAuth Tokens").
type Token struct {
	ID        int64
	Scopes    []string
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
}

// Left tells how long the token is good for, and false if it does not expire.
func (t Token) Left(now time.Time) (time.Duration, bool) {
	if t.ExpiresAt.IsZero() {
		return 0, false
	}
	return max(t.ExpiresAt.Sub(now), 0), true
}

// Token returns what the account knows about the token in use.
func (c *Client) Token(ctx context.Context) (Token, error) {
	var w wireToken
	err := c.get(ctx, rest.Request{Path: "/api/v2/oauth/tokens/current.json"}, func(body io.Reader) error {
		var err error
		w, err = decodeOne[wireToken](body, "token")
		return err
	})
	if err != nil {
		return Token{}, fmt.Errorf("read own token: %w", err)
	}
	return Token{ID: w.ID, Scopes: w.Scopes, CreatedAt: instant(w.CreatedAt), ExpiresAt: instant(w.ExpiresAt)}, nil
}

type wireToken struct {
	ID        int64    `json:"id"`
	Scopes    []string `json:"scopes"`
	CreatedAt string   `json:"created_at"`
	ExpiresAt string   `json:"expires_at"`
}
