package desk

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"deskbridge/app/simulator/fault"
)

// grant is one pair of tokens. A refresh replaces the whole pair.
type grant struct {
	id                      int64
	user                    int64
	client                  string
	scopes                  []string
	access, refresh         string
	createdAt, usedAt       time.Time
	accessEnds, refreshEnds time.Time
}

// missing names the scope a call lacks, or "".
func (g *grant) missing(resource string, write bool) string {
	kind := "read"
	if write {
		kind = "write"
	}
	if resource == anyScope || slices.Contains(g.scopes, kind) || slices.Contains(g.scopes, resource+":"+kind) {
		return ""
	}
	return kind
}

func splitScopes(text string) []string { return strings.Fields(strings.ReplaceAll(text, "+", " ")) }

func (s *Server) keepGrant(g *grant) {
	if g.id == 0 {
		g.id = s.newID()
	}
	if g.access == "" {
		g.access, g.refresh = secret("access", g.id), secret("refresh", g.id)
	}
	s.access[g.access], s.refresh[g.refresh] = g, g
}

// secret makes a token that looks like one. It need not be hard to guess: nothing here is worth stealing.
func secret(kind string, id int64) string {
	digest := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, id))
	return base64.RawURLEncoding.EncodeToString(digest[:])
}

func (s *Server) dropGrant(g *grant) {
	delete(s.access, g.access)
	delete(s.refresh, g.refresh)
}

// MintToken gives a person a token pair as a sign-in would, with the default lifetimes. No scopes means read and write.
func (s *Server) MintToken(user int64, scopes ...string) (access, refresh string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(scopes) == 0 {
		scopes = []string{"read", "write"}
	}
	now := s.now()
	g := &grant{user: user, client: ClientID, scopes: scopes, createdAt: now, accessEnds: now.Add(30 * time.Minute), refreshEnds: now.Add(30 * 24 * time.Hour)}
	s.keepGrant(g)
	return g.access, g.refresh
}

// ExpireToken makes an access token dead; its refresh token still works. It says whether there was one.
func (s *Server) ExpireToken(access string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.access[access]
	if g != nil {
		g.accessEnds = s.now()
	}
	return g != nil
}

// RevokeToken makes an access token and its refresh token dead. It says whether there was one.
func (s *Server) RevokeToken(access string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.access[access]
	if g != nil {
		s.dropGrant(g)
	}
	return g != nil
}

type tokenRequest struct {
	GrantType    string      `json:"grant_type"`
	Code         string      `json:"code"`
	RefreshToken string      `json:"refresh_token"`
	ClientID     string      `json:"client_id"`
	ClientSecret string      `json:"client_secret"`
	CodeVerifier string      `json:"code_verifier"`
	RedirectURI  string      `json:"redirect_uri"`
	Scope        string      `json:"scope"`
	ExpiresIn    json.Number `json:"expires_in"`
	RefreshIn    json.Number `json:"refresh_token_expires_in"`
}

func tokenError(status int, code, description string) *reply {
	return &reply{status: status, payload: object{"error": code, "error_description": description}}
}

func invalidGrant() *reply {
	return tokenError(http.StatusBadRequest, "invalid_grant", "The provided authorization grant is invalid, expired, revoked, "+
		"does not match the redirection URI used in the authorization request, or was issued to another client.")
}

// token is POST /oauth/tokens, in JSON or as a form.
func (s *Server) token(q *question) *reply {
	in, readable := parseTokenRequest(q)
	if !readable {
		return tokenError(http.StatusBadRequest, "invalid_request", "The request body could not be read.")
	}
	c, known := s.clients[in.ClientID]
	if !known || c.secret != "" && subtle.ConstantTimeCompare([]byte(c.secret), []byte(in.ClientSecret)) != 1 {
		return tokenError(http.StatusUnauthorized, "invalid_client", "Client authentication failed due to unknown client, "+
			"no client authentication included, or unsupported authentication method.")
	}
	accessFor, okAccess := lifetime(in.ExpiresIn, 30*time.Minute, 5*time.Minute, 48*time.Hour)
	refreshFor, okRefresh := lifetime(in.RefreshIn, 30*24*time.Hour, 7*24*time.Hour, 90*24*time.Hour)
	if !okAccess || !okRefresh {
		return tokenError(http.StatusBadRequest, "invalid_request", "expires_in must be 300 to 172800 and refresh_token_expires_in 604800 to 7776000 seconds.")
	}
	var fresh *grant
	var refusal *reply
	switch in.GrantType {
	case "authorization_code":
		fresh, refusal = s.exchange(q, c, in)
	case "refresh_token":
		fresh, refusal = s.rotate(q, c, in)
	default:
		refusal = tokenError(http.StatusBadRequest, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")
	}
	if refusal != nil {
		return refusal
	}
	fresh.createdAt, fresh.accessEnds, fresh.refreshEnds = q.now, q.now.Add(accessFor), q.now.Add(refreshFor)
	s.keepGrant(fresh)
	return ok(object{
		"access_token": fresh.access, "refresh_token": fresh.refresh, "token_type": "bearer", "scope": strings.Join(fresh.scopes, " "),
		"expires_in": int(accessFor.Seconds()), "refresh_token_expires_in": int(refreshFor.Seconds()),
	}).with("Cache-Control", "no-store")
}

func parseTokenRequest(q *question) (in tokenRequest, readable bool) {
	if strings.HasPrefix(q.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(q.body))
		return tokenRequest{
			form.Get("grant_type"), form.Get("code"), form.Get("refresh_token"), form.Get("client_id"), form.Get("client_secret"),
			form.Get("code_verifier"), form.Get("redirect_uri"), form.Get("scope"),
			json.Number(form.Get("expires_in")), json.Number(form.Get("refresh_token_expires_in")),
		}, err == nil
	}
	return in, json.Unmarshal(q.body, &in) == nil
}

func lifetime(asked json.Number, normal, least, most time.Duration) (time.Duration, bool) {
	if asked == "" {
		return normal, true
	}
	seconds, err := strconv.ParseInt(string(asked), 10, 32)
	d := time.Duration(seconds) * time.Second
	return d, err == nil && d >= least && d <= most
}

// exchange turns a code into a grant, once. A second use also kills what the first one brought (RFC 6749, 4.1.2).
func (s *Server) exchange(q *question, c client, in tokenRequest) (*grant, *reply) {
	known := s.codes[in.Code]
	if known == nil {
		return nil, invalidGrant()
	}
	if known.used != nil {
		s.dropGrant(known.used)
		return nil, invalidGrant()
	}
	if known.client != c.id || known.redirect != in.RedirectURI || !q.now.Before(known.endsAt) {
		return nil, invalidGrant()
	}
	if known.challenge != "" {
		digest := sha256.Sum256([]byte(in.CodeVerifier))
		if base64.RawURLEncoding.EncodeToString(digest[:]) != known.challenge {
			return nil, invalidGrant()
		}
	}
	known.used = &grant{user: known.user, client: c.id, scopes: known.scopes}
	return known.used, nil
}

// rotate retires the old pair at once: its access token too.
func (s *Server) rotate(q *question, c client, in tokenRequest) (*grant, *reply) {
	old := s.refresh[in.RefreshToken]
	if old == nil || old.client != c.id {
		return nil, invalidGrant()
	}
	s.dropGrant(old)
	if q.hits.Has(fault.RevokeToken) || !q.now.Before(old.refreshEnds) {
		return nil, invalidGrant()
	}
	scopes := old.scopes
	if in.Scope != "" {
		scopes = slices.DeleteFunc(splitScopes(in.Scope), func(scope string) bool { return !slices.Contains(old.scopes, scope) })
	}
	return &grant{user: old.user, client: old.client, scopes: scopes}, nil
}

// currentToken is GET /api/v2/oauth/tokens/current.
func (s *Server) currentToken(q *question) *reply {
	g := q.caller
	return ok(object{"token": object{
		"id": g.id, "url": fmt.Sprintf("%s/api/v2/oauth/tokens/%d.json", q.base, g.id), "client_id": AdminID + 64, "user_id": g.user,
		"scopes": g.scopes, "created_at": stamp(g.createdAt.Unix()), "used_at": stamp(g.usedAt.Unix()), "expires_at": stamp(g.accessEnds.Unix()),
		"token": g.access[:min(10, len(g.access))], "refresh_token": g.refresh[:min(10, len(g.refresh))],
	}})
}

// revokeToken is DELETE /api/v2/oauth/tokens/{id}, or current.
func (s *Server) revokeToken(q *question) *reply {
	if strings.Contains(q.URL.Path, "/current") {
		s.dropGrant(q.caller)
		return &reply{status: http.StatusNoContent}
	}
	for _, g := range s.access {
		if g.id == q.id && (g.user == q.user.ID || q.user.Role == "admin") {
			s.dropGrant(g)
			return &reply{status: http.StatusNoContent}
		}
	}
	return recordNotFound()
}
