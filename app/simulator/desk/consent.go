package desk

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// client is an OAuth client registered with the account. Without a secret it is public and must use PKCE.
type client struct {
	id, secret string
	redirects  []string
}

// code is an authorization code: good for two minutes and one use.
type code struct {
	client, redirect, challenge string
	user                        int64
	scopes                      []string
	endsAt                      time.Time
	used                        *grant
}

func defaultRedirects(given []string) []string {
	if given != nil {
		return given
	}
	var out []string
	for _, port := range []int{19286, 19287, 19288} {
		for _, host := range []string{"localhost", "127.0.0.1"} {
			for _, path := range []string{"/", "/callback"} {
				out = append(out, fmt.Sprintf("http://%s:%d%s", host, port, path))
			}
		}
	}
	return out
}

// RegisterClient registers an OAuth client or replaces it. An empty secret makes it public.
func (s *Server) RegisterClient(id, secret string, redirects ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[id] = client{id, secret, redirects}
}

// consentPage asks the person at the browser. The page plays a signed-in session: whose is a choice on the form.
func (s *Server) consentPage(q *question) *reply {
	query := q.URL.Query()
	if problem := s.badAuthorization(query); problem != "" {
		return page(http.StatusBadRequest, "This sign-in cannot go on", problem, nil, nil)
	}
	if back := s.badRequest(query); back != nil {
		return redirectBack(query, back)
	}
	return page(http.StatusOK, "Allow access?", query.Get("client_id"), query, s.signedInChoices())
}

// badAuthorization finds what must never be answered by a redirect: an unknown client or address.
func (s *Server) badAuthorization(query url.Values) string {
	c, known := s.clients[query.Get("client_id")]
	switch {
	case !known:
		return "No such client: check the identifier of the OAuth client."
	case !slices.Contains(c.redirects, query.Get("redirect_uri")):
		return "The redirect address is not registered for this client."
	}
	return ""
}

// badRequest finds what is reported to the client.
func (s *Server) badRequest(query url.Values) url.Values {
	problem := func(code, text string) url.Values { return url.Values{"error": {code}, "error_description": {text}} }
	public := s.clients[query.Get("client_id")].secret == ""
	switch {
	case query.Get("response_type") != "code":
		return problem("unsupported_response_type", "The authorization server does not support this response type.")
	case query.Get("scope") == "":
		return problem("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
	case public && query.Get("code_challenge") == "":
		return problem("invalid_request", "A public client must send a code_challenge.")
	case query.Get("code_challenge") != "" && query.Get("code_challenge_method") != "S256":
		return problem("invalid_request", "The code_challenge_method must be S256.")
	}
	return nil
}

// consent is the form's answer: Allow or Deny.
func (s *Server) consent(q *question) *reply {
	form, err := url.ParseQuery(string(q.body))
	if err != nil {
		return page(http.StatusBadRequest, "This sign-in cannot go on", "The form could not be read.", nil, nil)
	}
	if problem := s.badAuthorization(form); problem != "" {
		return page(http.StatusBadRequest, "This sign-in cannot go on", problem, nil, nil)
	}
	if back := s.badRequest(form); back != nil {
		return redirectBack(form, back)
	}
	if form.Get("decision") != "allow" {
		return redirectBack(form, url.Values{"error": {"access_denied"}, "error_description": {"The end-user or authorization server denied the request."}})
	}
	user, _ := strconv.ParseInt(form.Get("as"), 10, 64)
	if s.users[user] == nil {
		user = AdminID
	}
	word := fmt.Sprintf("code%x", s.newID())
	digest := sha256.Sum256([]byte(word))
	word = base64.RawURLEncoding.EncodeToString(digest[:24])
	s.codes[word] = &code{
		client: form.Get("client_id"), redirect: form.Get("redirect_uri"), challenge: form.Get("code_challenge"), user: user,
		scopes: splitScopes(form.Get("scope")), endsAt: q.now.Add(120 * time.Second),
	}
	return redirectBack(form, url.Values{"code": {word}})
}

func redirectBack(query, back url.Values) *reply {
	if state := query.Get("state"); state != "" {
		back.Set("state", state)
	}
	return (&reply{status: http.StatusFound}).with("Location", query.Get("redirect_uri")+"?"+back.Encode())
}

// signedInChoices offers the administrator, and one person of each other role.
func (s *Server) signedInChoices() []User {
	choices := []User{}
	if admin := s.users[AdminID]; admin != nil {
		choices = append(choices, *admin)
	}
	for _, role := range []string{"agent", "end-user"} {
		for _, id := range slices.Sorted(maps.Keys(s.users)) {
			if s.users[id].Role == role {
				choices = append(choices, *s.users[id])
				break
			}
		}
	}
	return choices
}

const consentHTML = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Title}}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:4rem auto;padding:0 1rem;color:#2f3941}
button{font:inherit;padding:.5rem 1.25rem;margin:1rem .5rem 0 0;border:1px solid #1f73b7;border-radius:4px;background:#fff;color:#1f73b7}
button[value=allow]{background:#1f73b7;color:#fff}select{font:inherit}</style></head>
<body><p>Simulated Zendesk</p><h1>{{.Title}}</h1>
{{if .Query}}<p><strong>{{.Text}}</strong> asks for: {{.Query.Get "scope"}}</p>
<form method="post" action="/oauth/authorizations/new">
{{range $name, $values := .Query}}<input type="hidden" name="{{$name}}" value="{{index $values 0}}">
{{end}}<label>Signed in as <select name="as">{{range .People}}<option value="{{.ID}}">{{.Name}} ({{.Role}})</option>{{end}}</select></label><br>
<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></form>
{{else}}<p>{{.Text}}</p>{{end}}</body></html>
`

func page(status int, title, text string, query url.Values, people []User) *reply {
	var b bytes.Buffer
	data := struct {
		Title, Text string
		Query       url.Values
		People      []User
	}{title, text, query, people}
	if err := template.Must(template.New("consent").Parse(consentHTML)).Execute(&b, data); err != nil {
		panic(err)
	}
	return (&reply{status: status, body: b.Bytes()}).with("Content-Type", "text/html; charset=utf-8")
}
