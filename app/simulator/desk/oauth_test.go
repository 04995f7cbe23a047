package desk_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/fault"
)

const verifier = "a-verifier-of-at-least-forty-three-characters-long"

func challenge() string {
	digest := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(digest[:])
}

func authorization() url.Values {
	return url.Values{
		"response_type": {"code"}, "client_id": {desk.ClientID}, "redirect_uri": {"http://localhost:19287/"}, "scope": {"read write"},
		"state": {"s1"}, "code_challenge": {challenge()}, "code_challenge_method": {"S256"},
	}
}

// decide presses a button of the consent page and returns where the browser is sent.
func (a *account) decide(query url.Values, decision string) url.Values {
	a.t.Helper()
	query.Set("decision", decision)
	got := a.do("POST", "/oauth/authorizations/new", query.Encode(), "Content-Type", "application/x-www-form-urlencoded").want(302)
	to, err := url.Parse(got.header.Get("Location"))
	if err != nil || to.Host != "localhost:19287" {
		a.t.Fatalf("sent to %s", got.header.Get("Location"))
	}
	return to.Query()
}

type pair struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Type    string `json:"token_type"`
	Scope   string
	Expires int `json:"expires_in"`
}

func exchange(code string) m {
	return m{"grant_type": "authorization_code", "code": code, "client_id": desk.ClientID, "code_verifier": verifier, "redirect_uri": "http://localhost:19287/"}
}

func TestConsent(t *testing.T) {
	a := start(t)
	a.bearer = ""
	a.get("/oauth/authorizations/new?"+authorization().Encode()).want(200, "Allow", "Deny", `value="s1"`)
	for key, wrong := range map[string]string{"client_id": "other", "redirect_uri": "http://localhost:19289/"} {
		query := authorization()
		query.Set(key, wrong)
		a.get("/oauth/authorizations/new?" + query.Encode()).want(400)
	}
	for key, code := range map[string]string{
		"response_type": "unsupported_response_type", "scope": "invalid_scope", "code_challenge": "invalid_request", "code_challenge_method": "invalid_request",
	} {
		query := authorization()
		query.Del(key)
		if to := a.get("/oauth/authorizations/new?" + query.Encode()).want(302).header.Get("Location"); !strings.Contains(to, "error="+code) || !strings.Contains(to, "state=s1") {
			t.Errorf("without %s: sent to %s", key, to)
		}
	}
	if back := a.decide(authorization(), "deny"); back.Get("error") != "access_denied" || back.Get("state") != "s1" {
		t.Errorf("deny gave %v", back)
	}
	if back := a.decide(authorization(), "allow"); back.Get("code") == "" || back.Get("state") != "s1" {
		t.Errorf("allow gave %v", back)
	}
}

func TestToken_CodeExchange(t *testing.T) {
	a := start(t)
	a.bearer = ""
	code := a.decide(authorization(), "allow").Get("code")
	for key, wrong := range map[string]string{"code_verifier": "no", "redirect_uri": "http://localhost:19286/", "code": "no"} {
		body := exchange(code)
		body[key] = wrong
		a.do("POST", "/oauth/tokens", body).want(400, "invalid_grant")
	}
	body := exchange(code)
	body["client_id"] = "other"
	a.do("POST", "/oauth/tokens", body).want(401, "invalid_client")
	for _, wrong := range []int{299, 172801} {
		body := exchange(code)
		body["expires_in"] = wrong
		a.do("POST", "/oauth/tokens", body).want(400, "invalid_request")
	}
	body = exchange(code)
	body["expires_in"] = 172800
	got := into[pair](a.do("POST", "/oauth/tokens.json", body).want(200))
	if got.Type != "bearer" || got.Scope != "read write" || got.Expires != 172800 {
		t.Errorf("got %+v", got)
	}
	a.bearer = got.Access
	a.get("/api/v2/users/me.json").want(200, `"role":"admin"`)
	a.get("/api/v2/oauth/tokens/current.json").want(200, `"scopes":["read","write"]`)
	a.do("POST", "/oauth/tokens", exchange(code)).want(400, "invalid_grant")
	a.get("/api/v2/users/me.json").want(401, "invalid_token")

	late := a.decide(authorization(), "allow").Get("code")
	a.clock.add(120 * time.Second)
	a.do("POST", "/oauth/tokens", exchange(late)).want(400, "invalid_grant")
	a.do("POST", "/oauth/tokens", m{"grant_type": "password", "client_id": desk.ClientID}).want(400, "unsupported_grant_type")
}

func refreshWith(token string) string {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {desk.ClientID}}.Encode()
}

func (a *account) refresh(token string) answer {
	a.t.Helper()
	return a.do("POST", "/oauth/tokens", refreshWith(token), "Content-Type", "application/x-www-form-urlencoded")
}

func TestToken_RefreshRotates(t *testing.T) {
	a := start(t)
	got := into[pair](a.refresh(desk.RefreshToken).want(200))
	a.get("/api/v2/users/me").want(401, "The access token provided is expired, revoked, malformed or invalid for other reasons.")
	a.refresh(desk.RefreshToken).want(400, "invalid_grant")
	a.bearer = got.Access
	a.get("/api/v2/users/me").want(200)
	a.clock.add(30 * time.Minute)
	a.get("/api/v2/users/me").want(401)
	got = into[pair](a.refresh(got.Refresh).want(200))
	a.bearer = got.Access
	a.get("/api/v2/users/me").want(200)
	a.clock.add(30 * 24 * time.Hour)
	a.refresh(got.Refresh).want(400, "invalid_grant")
}

func TestToken_ExpiryAndRevocation(t *testing.T) {
	a := start(t)
	a.faults.At(1, fault.ExpireToken)
	a.get("/api/v2/users/me").want(401)
	a.get("/api/v2/users/me").want(401)
	a.faults.At(2, fault.RevokeToken)
	got := into[pair](a.refresh(desk.RefreshToken).want(200))
	a.refresh(got.Refresh).want(400, "invalid_grant")

	a.bearer, _ = a.MintToken(desk.AdminID)

	current := into[struct{ Token struct{ ID int64 } }](a.get("/api/v2/oauth/tokens/current").want(200))
	other, _ := a.MintToken(desk.AdminID)
	a.do("DELETE", "/api/v2/oauth/tokens/"+itoa(current.Token.ID)+".json", nil).want(204)
	a.get("/api/v2/users/me").want(401)
	a.bearer = other
	a.do("DELETE", "/api/v2/oauth/tokens/12.json", nil).want(404)
	if !a.ExpireToken(other) || a.RevokeToken("none") || !a.RevokeToken(other) {
		t.Error("the Go face does not know the token")
	}
	a.bearer = ""
	a.get("/api/v2/users/me").want(401)
}

func TestPeople(t *testing.T) {
	a := start(t)
	org := a.AddOrganization(desk.Organization{Name: "Client", Domains: []string{"client.example"}})
	person := a.AddUser(desk.User{Name: "Pat", Email: "pat@client.example", Organization: org})
	a.get("/api/v2/users/"+itoa(person)+".json").want(200, "pat@client.example")
	a.get("/api/v2/users/1.json").want(404, "RecordNotFound")
	a.get("/api/v2/users/show_many.json?ids="+itoa(person)+",1").want(200, `"count":1`)
	a.get("/api/v2/users/show_many.json?ids=x").want(400)
	a.get("/api/v2/organizations/show_many?ids="+itoa(org)).want(200, "client.example")
	a.get("/api/v2/organizations/" + itoa(org)).want(200)
	a.get("/api/v2/organizations/5").want(404)
	a.get("/api/v2/organizations?page[size]=1").want(200, `"has_more":false`)
	a.get("/api/v2/custom_statuses").want(200, `"status_category":"hold"`)
	a.get("/api/v2/account/settings.json").want(200, `"attachment_size":52428800`)
	a.get("/api/v2/ticket_fields.json").want(200, "Priority")
	a.get("/api/v2/groups.json").want(200, "Support")

	a.bearer, _ = a.MintToken(person)
	if me := a.get("/api/v2/users/me.json").want(200, `"role":"end-user"`); strings.Contains(me.text, "restricted_agent") {
		t.Errorf("an end user sees too much: %s", me.text)
	}
	a.get("/api/v2/organization_memberships.json").want(200, itoa(org))
	a.get("/api/v2/tickets.json").want(403)
	a.get("/api/v2/account/settings").want(403)
}
