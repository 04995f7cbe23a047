package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

var (
	// ErrDenied: the person said no on Zendesk's page.
	ErrDenied = errors.New("access was denied")
	// ErrTimeout: nobody came back from the browser in time.
	ErrTimeout = errors.New("no answer from the browser")
	// ErrPortsTaken: other programs hold all ports the browser may return to.
	ErrPortsTaken = errors.New("all sign-in ports are taken")
	// ErrStateMismatch: what came back from the browser was not begun here.
	ErrStateMismatch = errors.New("the answer belongs to another sign-in")
)

// Ports are where the browser may return to. All of them have to be registered
// with the OAuth client, since Zendesk compares redirect addresses exactly.
func Ports() []int { return []int{19286, 19287, 19288} }

// Redirect is the address to register for port.
func Redirect(port int) string { return "http://localhost:" + strconv.Itoa(port) + "/" }

// AuthorizeError is a no from the authorization page other than the person's.
type AuthorizeError struct {
	Code, Description string
}

func (e *AuthorizeError) Error() string {
	return "the sign-in page answered " + e.Code + ": " + e.Description
}

// Consent is one visit to Zendesk's consent page, from Begin to Wait. Its port
// is held only in between.
type Consent struct {
	// Timeout bounds Wait; zero means 10 minutes.
	Timeout time.Duration
	Now     func() time.Time

	server    *Server
	listeners []net.Listener
	redirect  string
	state     string
	verifier  string

	taken  sync.Once // by the first answer, or by the end of waiting
	accept func(context.Context, Pair) error
	result chan error
}

// Begin prepares a visit: it binds the first free of ports (Ports when there
// are none) and makes the secrets. It returns ErrPortsTaken when none is free.
// Wait or Close must follow.
func Begin(server *Server, ports ...int) (*Consent, error) {
	if server == nil || server.Rest == nil || server.ClientID == "" {
		panic("oauth: consent without a server or a client id")
	}
	if len(ports) == 0 {
		ports = Ports()
	}
	for _, port := range ports {
		listeners, err := bind(port)
		if err != nil {
			continue
		}
		return &Consent{
			server:    server,
			listeners: listeners,
			redirect:  Redirect(port),
			state:     rand.Text(),
			verifier:  oauth2.GenerateVerifier(),
			result:    make(chan error, 1),
		}, nil
	}
	return nil, fmt.Errorf("bind ports %v: %w", ports, ErrPortsTaken)
}

// bind takes a port on both loopback addresses, because a browser may resolve
// localhost to either. A program that holds the second would get our code.
func bind(port int) ([]net.Listener, error) {
	four, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	six, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
	if err == nil {
		return []net.Listener{four, six}, nil
	}
	// Taken, or no IPv6 here? Systems word it differently; another port tells.
	other, noSix := net.Listen("tcp6", "[::1]:0")
	if noSix != nil {
		return []net.Listener{four}, nil
	}
	return nil, errors.Join(err, other.Close(), four.Close())
}

// URL is the page to open in the person's browser.
func (c *Consent) URL() string {
	at := c.server.Rest.Base()
	at.Path += "/oauth/authorizations/new"
	at.RawQuery = url.Values{
		"response_type":         {"code"},
		"client_id":             {c.server.ClientID},
		"redirect_uri":          {c.redirect},
		"scope":                 {c.server.scope()},
		"state":                 {c.state},
		"code_challenge":        {oauth2.S256ChallengeFromVerifier(c.verifier)},
		"code_challenge_method": {"S256"},
	}.Encode()
	return at.String()
}

// Wait waits for the browser to come back, exchanges the code for a pair and
// hands it to accept, which stores it. The page in the browser then says how it
// went. Wait returns accept's error, one of this package's, or ctx's.
func (c *Consent) Wait(ctx context.Context, accept func(context.Context, Pair) error) error {
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = 10 * time.Minute
	}
	limited, cancel := context.WithTimeoutCause(ctx, timeout, ErrTimeout)
	defer cancel()
	c.accept = accept
	server := &http.Server{
		Handler:           http.HandlerFunc(c.serve),
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    32 << 10,
	}
	var running sync.WaitGroup
	broken := make(chan error, len(c.listeners))
	for _, l := range c.listeners {
		running.Go(func() { broken <- server.Serve(l) })
	}
	var err error
	select {
	case err = <-c.result:
	case err = <-broken:
		err = fmt.Errorf("listen for the browser: %w", err)
	case <-limited.Done():
		late := true
		c.taken.Do(func() { late = false })
		if late {
			// The answer came in the last moment and is being dealt with.
			err = <-c.result
		} else {
			err = context.Cause(limited)
		}
	}
	// The page is still on its way to the browser.
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if server.Shutdown(grace) != nil {
		_ = server.Close()
	}
	running.Wait()
	return err
}

// Close gives the port back without waiting; a Wait under way ends.
func (c *Consent) Close() {
	for _, l := range c.listeners {
		_ = l.Close()
	}
}

// serve answers the browser. The first answer to our question ends the visit.
func (c *Consent) serve(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	switch {
	case "http://"+r.Host+"/" != c.redirect:
		// Another name for this address: a page elsewhere may be behind it.
		show(w, http.StatusMisdirectedRequest, notFoundPage)
		return
	case r.Method != http.MethodGet || r.URL.Path != "/" || !query.Has("code") && !query.Has("error"):
		show(w, http.StatusNotFound, notFoundPage)
		return
	}
	first := false
	c.taken.Do(func() { first = true })
	if !first {
		show(w, http.StatusGone, usedPage)
		return
	}
	// Not the request's context: a browser that closes the window early must not
	// cost the sign-in.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 90*time.Second)
	defer cancel()
	err := c.answered(ctx, query)
	switch {
	case err == nil:
		show(w, http.StatusOK, donePage)
	case errors.Is(err, ErrDenied):
		show(w, http.StatusOK, deniedPage)
	default:
		show(w, http.StatusBadRequest, failedPage)
	}
	c.result <- err
}

func (c *Consent) answered(ctx context.Context, query url.Values) error {
	if subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(c.state)) != 1 {
		return ErrStateMismatch
	}
	switch code := query.Get("error"); code {
	case "":
	case "access_denied":
		return ErrDenied
	default:
		return &AuthorizeError{Code: code, Description: query.Get("error_description")}
	}
	now := c.Now
	if now == nil {
		now = time.Now
	}
	pair, err := c.server.exchange(ctx, now, query.Get("code"), c.verifier, c.redirect)
	if err != nil {
		return fmt.Errorf("exchange the code: %w", err)
	}
	return c.accept(ctx, pair)
}
