package connectwise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"deskbridge/app/rest"
	"deskbridge/app/ticket"
)

// anyCodebase leads to whatever release an instance runs.
const anyCodebase = "v4_6_release/"

// lookAgainAfter spaces look-ups that an unrouted call asks for, because single
// 404s are an ordinary answer too.
const lookAgainAfter = 5 * time.Minute

var codebaseName = regexp.MustCompile(`^v[A-Za-z0-9_]{1,40}/?$`)

// Instance is what ConnectWise says about a company to anybody who asks.
type Instance struct {
	Company  string // its name
	Codebase string // "v2025_1/"
	Version  string // "v2025.1"
	Cloud    bool
}

// Identify asks, without signing in, whether the company exists at the address.
// It returns ErrUnknownCompany if not, ticket.ErrUnavailable where nobody
// answers, and ticket.ErrMalformed where somebody else does, which an own
// server behind a gateway may do though all else is well.
func (c *Client) Identify(ctx context.Context) (Instance, error) {
	k := &call{doing: "look up company"}
	res, err := c.HTTP.Do(ctx, rest.Request{
		Path:   "/login/companyinfo/" + c.keys.Company,
		Header: http.Header{"Accept": {"application/json"}},
		Tries:  setupTries,
	})
	if err != nil {
		if said, ok := errors.AsType[*rest.StatusError](err); ok {
			if said.Status == http.StatusNotFound {
				return Instance{}, fmt.Errorf("%s: %w", k, ErrUnknownCompany)
			}
			return Instance{}, fmt.Errorf("%s: %w: %w", k, ticket.ErrMalformed, err)
		}
		return Instance{}, c.failure(k, err)
	}
	var said *struct {
		CompanyName, Codebase, VersionCode, VersionNumber string
		IsCloud                                           bool
	}
	if err := json.Unmarshal(res.Body, &said); err != nil && !isTypeError(err) {
		return Instance{}, fmt.Errorf("%s: %w: %w", k, ticket.ErrMalformed, err)
	}
	if said == nil {
		return Instance{}, fmt.Errorf("%s: %w", k, ErrUnknownCompany)
	}
	if !codebaseName.MatchString(said.Codebase) {
		said.Codebase = anyCodebase
	}
	version := said.VersionCode
	if version == "" {
		version = said.VersionNumber
	}
	return Instance{
		Company: said.CompanyName, Version: version, Cloud: said.IsCloud,
		Codebase: strings.TrimSuffix(said.Codebase, "/") + "/",
	}, nil
}

// Base returns the API base in use, looking it up on first use.
func (c *Client) Base(ctx context.Context) (string, error) {
	base, err := c.apiBase(ctx)
	return c.address.root + base, err
}

// apiBase returns the path of the API base. A server that does not tell its
// codebase is asked by the name that always works.
func (c *Client) apiBase(ctx context.Context) (string, error) {
	if base := c.base.Load(); base != nil {
		return *base, nil
	}
	c.lookup.Lock()
	defer c.lookup.Unlock()
	if base := c.base.Load(); base != nil {
		return *base, nil
	}
	return c.look(ctx)
}

// moved tells whether the API base is another than before, looking it up where
// that was not done lately. An address that named its base stays with it.
func (c *Client) moved(ctx context.Context, before string) bool {
	if c.address.api != "" {
		return false
	}
	c.lookup.Lock()
	defer c.lookup.Unlock()
	if now := c.base.Load(); now != nil && *now != before {
		return true // somebody else found it meanwhile
	}
	if c.now().Sub(c.lookedAt).Abs() < lookAgainAfter {
		return false
	}
	base, err := c.look(ctx)
	return err == nil && base != before
}

// look asks for the codebase and keeps it. The caller holds the lock.
func (c *Client) look(ctx context.Context) (string, error) {
	in, err := c.Identify(ctx)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	c.lookedAt = c.now()
	switch {
	case errors.Is(err, ticket.ErrMalformed), hasStatus(err):
		if now := c.base.Load(); now != nil {
			return *now, nil
		}
		in.Codebase = anyCodebase
	case err != nil:
		return "", err
	}
	base := "/" + in.Codebase + apiRoot
	c.base.Store(&base)
	return base, nil
}

// hasStatus tells whether an error holds an answer: somebody was there.
func hasStatus(err error) bool {
	_, ok := errors.AsType[*rest.StatusError](err)
	return ok
}
