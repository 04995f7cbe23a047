package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"deskbridge/app/rest"
	"deskbridge/app/secret"
)

// The longest lifetimes Zendesk gives ("Announcing the required expiration of
// global OAuth access and refresh tokens"): a machine may sleep for weeks.
const (
	accessFor  = 48 * time.Hour
	refreshFor = 90 * 24 * time.Hour
)

// shortest is the least an access token lives. An answer that does not say how
// long its token lives is taken to mean this: soon.
const shortest = 5 * time.Minute

// Server is the account's side of a sign-in.
type Server struct {
	// Rest reaches the account. It carries no credentials of its own.
	Rest *rest.Client
	// ClientID is the identifier of the OAuth client, registered as public.
	ClientID string
	// Scope is what is asked for; empty means "read write".
	Scope string
}

// TokenError is a no from the token endpoint.
type TokenError struct {
	Status      int
	Code        string // such as invalid_grant, invalid_client
	Description string
}

func (e *TokenError) Error() string {
	s := "token request refused with " + strconv.Itoa(e.Status)
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Description != "" {
		s += ": " + e.Description
	}
	return s
}

func (s *Server) scope() string {
	if s.Scope == "" {
		return "read write"
	}
	return s.Scope
}

// exchange turns the code of a consent into a pair.
func (s *Server) exchange(ctx context.Context, now func() time.Time, code, verifier, redirect string) (Pair, error) {
	return s.ask(ctx, now, map[string]any{
		"grant_type":    "authorization_code",
		"code":          code,
		"client_id":     s.ClientID,
		"code_verifier": verifier,
		"redirect_uri":  redirect,
		"scope":         s.scope(),
	})
}

// renew turns a refresh token into the next pair.
func (s *Server) renew(ctx context.Context, now func() time.Time, refresh secret.Text) (Pair, error) {
	return s.ask(ctx, now, map[string]any{
		"grant_type":    "refresh_token",
		"refresh_token": refresh.Reveal(),
		"client_id":     s.ClientID,
	})
}

// ask asks for the longest lifetimes, and without any where those are refused.
func (s *Server) ask(ctx context.Context, now func() time.Time, body map[string]any) (Pair, error) {
	body["expires_in"] = int(accessFor.Seconds())
	body["refresh_token_expires_in"] = int(refreshFor.Seconds())
	p, err := s.post(ctx, now, body)
	if refused, ok := errors.AsType[*TokenError](err); !ok || !refused.aboutValues() {
		return p, err
	}
	delete(body, "expires_in")
	delete(body, "refresh_token_expires_in")
	return s.post(ctx, now, body)
}

// aboutValues tells a refusal of what was asked for from one of who asks.
func (e *TokenError) aboutValues() bool {
	switch e.Code {
	case "invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type", "access_denied":
		return false
	}
	return e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity
}

func (s *Server) post(ctx context.Context, now func() time.Time, body map[string]any) (Pair, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return Pair{}, err
	}
	var answer struct {
		Access     string  `json:"access_token"`
		Refresh    string  `json:"refresh_token"`
		ExpiresIn  float64 `json:"expires_in"`
		RefreshFor float64 `json:"refresh_token_expires_in"`
	}
	// A write: sent a second time it would find its own token used up.
	_, err = s.Rest.JSON(ctx, rest.Request{
		Method: http.MethodPost, Path: "/oauth/tokens", Body: text, Write: true, Timeout: time.Minute,
	}, &answer)
	if _, lost := errors.AsType[*rest.UnknownError](err); lost {
		return Pair{}, err
	}
	if said, ok := errors.AsType[*rest.StatusError](err); ok {
		return Pair{}, tokenError(said)
	}
	if err != nil {
		return Pair{}, err
	}
	if answer.Access == "" {
		return Pair{}, &rest.UnknownError{Method: http.MethodPost, Path: "/oauth/tokens", Err: errors.New("answer without a token")}
	}
	at := now().Round(0) // wall clock: the monotonic one stands still while a laptop sleeps
	p := Pair{Access: secret.Text(answer.Access), Refresh: secret.Text(answer.Refresh), ExpiresAt: at.Add(shortest)}
	if answer.ExpiresIn > 0 {
		p.ExpiresAt = at.Add(lifetime(answer.ExpiresIn))
	}
	if answer.RefreshFor > 0 {
		p.RefreshExpiresAt = at.Add(lifetime(answer.RefreshFor))
	}
	return p, nil
}

// lifetime bounds what a service may claim, so that no sum overflows.
func lifetime(seconds float64) time.Duration {
	return time.Duration(min(seconds, (10*365*24*time.Hour).Seconds())) * time.Second
}

func tokenError(said *rest.StatusError) *TokenError {
	var body struct {
		Code        string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(said.Body, &body) // the status is enough where the body is no JSON
	return &TokenError{Status: said.Status, Code: body.Code, Description: body.Description}
}

// Revoke ends the sign-in that access belongs to, on the service's side. It is
// done when the service does not know the token any more.
func (s *Server) Revoke(ctx context.Context, access secret.Text) error {
	header := http.Header{"Authorization": {"Bearer " + access.Reveal()}}
	var current struct {
		Token struct {
			ID int64 `json:"id"`
		} `json:"token"`
	}
	_, err := s.Rest.JSON(ctx, rest.Request{Path: "/api/v2/oauth/tokens/current.json", Header: header}, &current)
	if isGone(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find own token: %w", err)
	}
	path := "/api/v2/oauth/tokens/current.json"
	if current.Token.ID != 0 {
		path = "/api/v2/oauth/tokens/" + strconv.FormatInt(current.Token.ID, 10) + ".json"
	}
	// No write in the sense of package rest: revoked twice is revoked.
	_, err = s.Rest.Do(ctx, rest.Request{Method: http.MethodDelete, Path: path, Header: header})
	if err != nil && !isGone(err) {
		return fmt.Errorf("revoke own token: %w", err)
	}
	return nil
}

func isGone(err error) bool {
	said, ok := errors.AsType[*rest.StatusError](err)
	return ok && (said.Status == http.StatusUnauthorized || said.Status == http.StatusNotFound)
}
