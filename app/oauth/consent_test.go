package oauth_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"deskbridge/app/oauth"
	"deskbridge/app/rest"
	"deskbridge/app/secret"
	"deskbridge/app/simulator/desk"
)

// freePort returns a port that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// visit is a consent under way against a simulated account.
type visit struct {
	*oauth.Consent
	account *desk.Server
	server  *oauth.Server
	source  *oauth.Source
	store   *secret.Memory
	port    int
	ended   chan error
	browser *http.Client
}

func begin(t *testing.T, timeout time.Duration) *visit {
	t.Helper()
	v := &visit{port: freePort(t), store: &secret.Memory{}, ended: make(chan error, 1)}
	v.account = desk.New(desk.Options{Redirects: []string{oauth.Redirect(v.port)}})
	v.server = serverOf(t, v.account)
	v.source = oauth.NewSource(v.server, oauth.Kept(v.store, "zd"))
	var err error
	if v.Consent, err = oauth.Begin(v.server, v.port); err != nil {
		t.Fatal(err)
	}
	v.Consent.Timeout = timeout
	transport := &http.Transport{DisableKeepAlives: true}
	v.browser = &http.Client{Transport: transport, Timeout: 10 * time.Second}
	t.Cleanup(transport.CloseIdleConnections)
	go func() { v.ended <- v.Wait(t.Context(), v.source.Replace) }()
	return v
}

// decide is the person on the consent page: it submits the form as the browser
// would, and returns the page the browser ends on.
func (v *visit) decide(t *testing.T, decision string) (*http.Response, string) {
	t.Helper()
	page, err := v.browser.Get(v.URL())
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(page.Body)
	_ = page.Body.Close()
	if page.StatusCode != http.StatusOK || !strings.Contains(string(text), "<form") {
		t.Fatalf("consent page: %d\n%s", page.StatusCode, text)
	}
	asked, err := url.Parse(v.URL())
	if err != nil {
		t.Fatal(err)
	}
	form := asked.Query()
	form.Set("decision", decision)
	form.Set("as", strconv.FormatInt(desk.AdminID, 10))
	return v.open(t, func() (*http.Response, error) {
		return v.browser.PostForm(asked.Scheme+"://"+asked.Host+asked.Path, form)
	})
}

func (v *visit) open(t *testing.T, ask func() (*http.Response, error)) (*http.Response, string) {
	t.Helper()
	res, err := ask()
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

func (v *visit) get(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	return v.open(t, func() (*http.Response, error) { return v.browser.Get(address) })
}

func TestConsent_Allowed(t *testing.T) {
	v := begin(t, 0)
	// What browsers ask on the side does not end the visit.
	if res, _ := v.get(t, oauth.Redirect(v.port)+"favicon.ico"); res.StatusCode != http.StatusNotFound {
		t.Errorf("favicon: %d", res.StatusCode)
	}
	if res, _ := v.get(t, oauth.Redirect(v.port)); res.StatusCode != http.StatusNotFound {
		t.Errorf("bare address: %d", res.StatusCode)
	}
	res, page := v.decide(t, "allow")
	if err := <-v.ended; err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(page, "<h1>Token Processed</h1>") || !strings.Contains(page, "Close Window") {
		t.Errorf("%d\n%s", res.StatusCode, page)
	}
	policy := res.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'nonce-") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	nonce, _, _ := strings.Cut(strings.SplitN(policy, "nonce-", 2)[1], "'")
	if strings.Count(page, `nonce="`+nonce+`"`) != 2 || res.Header.Get("Referrer-Policy") != "no-referrer" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", res.Header)
	}
	// The port is free again, and the pair is stored and works.
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(v.port))
	if err != nil {
		t.Fatalf("the port is still held: %v", err)
	}
	_ = l.Close()
	if pair, err := oauth.Kept(v.store, "zd").Load(); err != nil || pair.Refresh.Empty() || time.Until(pair.ExpiresAt) < 47*time.Hour {
		t.Errorf("stored until %v, %v", pair.ExpiresAt, err)
	}
	if _, err := v.whoAmI(t).Do(t.Context(), rest.Request{Path: "/api/v2/incremental/tickets/cursor.json", Query: url.Values{"start_time": {"0"}}}); err != nil {
		t.Errorf("the token does not work: %v", err)
	}
}

// whoAmI is a client that is signed in with the visit's tokens.
func (v *visit) whoAmI(t *testing.T) *rest.Client {
	t.Helper()
	c := restOf(t, v.server.Rest.Base().String())
	c.Authorize, c.Renew = v.source.Authorize, v.source.Renew
	return c
}

func TestConsent_Denied(t *testing.T) {
	v := begin(t, 0)
	_, page := v.decide(t, "deny")
	if err := <-v.ended; !errors.Is(err, oauth.ErrDenied) || !strings.Contains(page, "Access Denied") {
		t.Errorf("Wait = %v\n%s", err, page)
	}
	if _, err := oauth.Kept(v.store, "zd").Load(); !errors.Is(err, oauth.ErrConsentNeeded) {
		t.Errorf("stored: %v", err)
	}
}

func TestConsent_BadAnswers(t *testing.T) {
	for name, row := range map[string]struct {
		query url.Values
		check func(error) bool
	}{
		"of another sign-in": {url.Values{"code": {"c"}, "state": {"other"}}, is(oauth.ErrStateMismatch)},
		"without a state":    {url.Values{"code": {"c"}}, is(oauth.ErrStateMismatch)},
		"a no of another":    {url.Values{"error": {"access_denied"}, "state": {""}}, is(oauth.ErrStateMismatch)},
		"a code that is not known": {url.Values{"code": {"c"}, "state": {"ours"}}, func(err error) bool {
			e, ok := errors.AsType[*oauth.TokenError](err)
			return ok && e.Code == "invalid_grant"
		}},
		"another error": {url.Values{"error": {"invalid_scope"}, "error_description": {"no such scope"}, "state": {"ours"}}, func(err error) bool {
			e, ok := errors.AsType[*oauth.AuthorizeError](err)
			return ok && e.Code == "invalid_scope" && e.Description == "no such scope"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			v := begin(t, 0)
			asked, _ := url.Parse(v.URL())
			if row.query.Get("state") == "ours" {
				row.query.Set("state", asked.Query().Get("state"))
			}
			res, page := v.get(t, oauth.Redirect(v.port)+"?"+row.query.Encode())
			if err := <-v.ended; !row.check(err) {
				t.Errorf("Wait = %v", err)
			}
			if res.StatusCode != http.StatusBadRequest || !strings.Contains(page, "Sign-in Failed") || strings.Contains(page, "no such scope") {
				t.Errorf("%d\n%s", res.StatusCode, page)
			}
		})
	}
}

func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

// A page elsewhere that points its own name at this address gets nothing.
func TestConsent_OtherHostName(t *testing.T) {
	v := begin(t, 0)
	asked, _ := url.Parse(v.URL())
	r, err := http.NewRequest(http.MethodGet, oauth.Redirect(v.port)+"?"+url.Values{"code": {"c"}, "state": {asked.Query().Get("state")}}.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.example.com"
	res, _ := v.open(t, func() (*http.Response, error) { return v.browser.Do(r) })
	if res.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("status %d", res.StatusCode)
	}
	if v.decide(t, "deny"); !errors.Is(<-v.ended, oauth.ErrDenied) {
		t.Error("the visit did not go on")
	}
}

func TestConsent_StoreFails(t *testing.T) {
	v := begin(t, 0)
	v.Close() // this one has a store that works
	if err := <-v.ended; err == nil {
		t.Error("Wait went on after Close")
	}
	port := freePort(t)
	v.account.RegisterClient(desk.ClientID, "", oauth.Redirect(port))
	c, err := oauth.Begin(v.server, port)
	if err != nil {
		t.Fatal(err)
	}
	source := oauth.NewSource(v.server, oauth.Kept(unavailable{}, "zd"))
	ended := make(chan error, 1)
	go func() { ended <- c.Wait(t.Context(), source.Replace) }()
	v.Consent, v.port = c, port
	_, page := v.decide(t, "allow")
	if err := <-ended; !errors.Is(err, oauth.ErrNotStored) || !strings.Contains(page, "Sign-in Failed") {
		t.Errorf("Wait = %v\n%s", err, page)
	}
}

func TestConsent_TimeoutAndCancel(t *testing.T) {
	v := begin(t, time.Millisecond)
	if err := <-v.ended; !errors.Is(err, oauth.ErrTimeout) {
		t.Errorf("Wait = %v", err)
	}
	c, err := oauth.Begin(v.server, v.port)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Wait(ctx, v.source.Replace); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait = %v", err)
	}
	c, err = oauth.Begin(v.server, v.port)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if c, err = oauth.Begin(v.server, v.port); err != nil {
		t.Errorf("after Close: %v", err)
	} else {
		c.Close()
	}
}

func TestConsent_Ports(t *testing.T) {
	server := serverOf(t, http.NotFoundHandler())
	first, second := freePort(t), freePort(t)
	taken, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(first))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c, err := oauth.Begin(server, first, second)
	if err != nil || !strings.Contains(c.URL(), url.QueryEscape(oauth.Redirect(second))) {
		t.Fatalf("Begin = %v, %v", c, err)
	}
	if _, err := oauth.Begin(server, first, second); !errors.Is(err, oauth.ErrPortsTaken) {
		t.Errorf("Begin = %v", err)
	}
	c.Close()
	// Held on the other loopback address alone is held too.
	six, err := net.Listen("tcp6", "[::1]:"+strconv.Itoa(second))
	if err != nil {
		t.Skip("no IPv6 here")
	}
	defer six.Close()
	if _, err := oauth.Begin(server, first, second); !errors.Is(err, oauth.ErrPortsTaken) {
		t.Errorf("Begin = %v", err)
	}
}

func TestConsent_URL(t *testing.T) {
	server := serverOf(t, http.NotFoundHandler())
	seen := map[string]bool{}
	for range 2 {
		c, err := oauth.Begin(server, freePort(t))
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		at, err := url.Parse(c.URL())
		if err != nil {
			t.Fatal(err)
		}
		q := at.Query()
		if at.Path != "/oauth/authorizations/new" || q.Get("response_type") != "code" || q.Get("client_id") != "deskbridge" ||
			q.Get("scope") != "read write" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 20 {
			t.Errorf("URL = %s", at)
		}
		if seen[q.Get("state")] || seen[q.Get("code_challenge")] {
			t.Error("secrets come twice")
		}
		seen[q.Get("state")], seen[q.Get("code_challenge")] = true, true
	}
}

// The whole life of a sign-in against the simulated account.
func TestContract_RotationAndDisconnect(t *testing.T) {
	account := desk.New(desk.Options{})
	srv := httptest.NewServer(account)
	t.Cleanup(srv.Close)
	server := &oauth.Server{Rest: restOf(t, srv.URL), ClientID: desk.ClientID}
	store := &secret.Memory{}
	if err := oauth.Kept(store, "zd").Save(oauth.Pair{Access: desk.AccessToken, Refresh: desk.RefreshToken}); err != nil {
		t.Fatal(err)
	}
	source := oauth.NewSource(server, oauth.Kept(store, "zd"))
	client := restOf(t, srv.URL)
	client.Authorize, client.Renew = source.Authorize, source.Renew
	me := rest.Request{Path: "/api/v2/users/me.json"}
	for range 3 {
		before, err := source.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !account.ExpireToken(before.Reveal()) {
			t.Fatal("the token is not known")
		}
		if _, err := client.Do(t.Context(), me); err != nil {
			t.Fatalf("after expiry: %v", err)
		}
		if after, err := source.Token(t.Context()); err != nil || after == before {
			t.Errorf("not renewed: %v", err)
		}
	}
	last, err := source.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Disconnect(t.Context()); err != nil {
		t.Errorf("Disconnect = %v", err)
	}
	if account.RevokeToken(last.Reveal()) {
		t.Error("the token outlived Disconnect")
	}
	if _, err := client.Do(t.Context(), me); !errors.Is(err, oauth.ErrConsentNeeded) {
		t.Errorf("after Disconnect: %v", err)
	}
	if err := source.Disconnect(t.Context()); err != nil {
		t.Errorf("Disconnect again = %v", err)
	}
	// Revoked by an administrator: calm words, no loop.
	access, refresh := account.MintToken(desk.AdminID)
	if err := source.Replace(t.Context(), oauth.Pair{Access: secret.Text(access), Refresh: secret.Text(refresh)}); err != nil {
		t.Fatal(err)
	}
	account.RevokeToken(access)
	if _, err := client.Do(t.Context(), me); !errors.Is(err, oauth.ErrConsentNeeded) {
		t.Errorf("after revocation: %v", err)
	}
	if err := server.Revoke(t.Context(), secret.Text(access)); err != nil {
		t.Errorf("revoking what is revoked: %v", err)
	}
}
