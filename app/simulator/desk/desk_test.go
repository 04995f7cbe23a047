package desk_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that moves only when told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// account is a server under test with a caller.
type account struct {
	*desk.Server
	t      *testing.T
	clock  *clock
	faults *fault.Injector
	url    string
	bearer string
	http   *http.Client
}

func start(t *testing.T, change ...func(*desk.Options)) *account {
	t.Helper()
	a := &account{t: t, clock: &clock{at: time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)}, faults: fault.New(nil, 1), bearer: desk.AccessToken}
	opt := desk.Options{Now: a.clock.now, Faults: a.faults}
	for _, c := range change {
		c(&opt)
	}
	a.Server = desk.New(opt)
	server := httptest.NewServer(a.Server)
	a.url = server.URL
	a.http = &http.Client{
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(func() { a.http.CloseIdleConnections(); server.Close() })
	return a
}

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	text   string
}

func (a *account) do(method, path string, body any, header ...string) answer {
	a.t.Helper()
	got, err := a.try(method, path, body, header...)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

func (a *account) try(method, path string, body any, header ...string) (answer, error) {
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	case []byte:
		content = bytes.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			a.t.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	if strings.HasPrefix(path, "/") {
		path = a.url + path
	}
	r, err := http.NewRequest(method, path, content)
	if err != nil {
		a.t.Fatal(err)
	}
	if a.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+a.bearer)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := a.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return answer{a.t, resp.StatusCode, resp.Header, string(text)}, err
}

func (a *account) get(path string) answer { a.t.Helper(); return a.do("GET", path, nil) }

// want fails the test unless the status is this one and the text holds every part.
func (got answer) want(status int, parts ...string) answer {
	got.t.Helper()
	if got.status != status {
		got.t.Fatalf("status %d, want %d: %s", got.status, status, got.text)
	}
	for _, p := range parts {
		if !strings.Contains(got.text, p) {
			got.t.Errorf("answer lacks %s: %s", p, got.text)
		}
	}
	return got
}

// into reads the answer.
func into[T any](got answer) T {
	got.t.Helper()
	var v T
	if err := json.Unmarshal([]byte(got.text), &v); err != nil {
		got.t.Fatalf("%v in %s", err, got.text)
	}
	return v
}

// old is a time the exports show.
func (a *account) old(seconds int) time.Time {
	return a.clock.now().Add(-time.Hour + time.Duration(seconds)*time.Second)
}

func (a *account) ticket(at time.Time) int64 {
	person := a.AddUser(desk.User{Name: "Pat Person", Email: "pat@client.example"})
	return a.AddTicket(desk.NewTicket{At: at, Subject: "Printer", Body: "It hums.", Requester: person})
}

func (a *account) grow(n int, secondsApart int) (ids []int64) {
	person := a.AddUser(desk.User{Name: "Pat Person", Email: "pat@client.example"})
	for i := range n {
		ids = append(ids, a.AddTicket(desk.NewTicket{At: a.old(i * secondsApart), Subject: "Printer", Body: "It hums.", Requester: person}))
	}
	return ids
}

// discard is a writer for requests that are only counted.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

func request(method, path string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Authorization", "Bearer "+desk.AccessToken)
	return r
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
