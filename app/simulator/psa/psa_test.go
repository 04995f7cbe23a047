package psa_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"deskbridge/app/simulator/fault"
	"deskbridge/app/simulator/psa"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	base     = "/v4_6_release/apis/3.0"
	clientID = "2b1d9f0e-7c64-4f6e-9f0a-3b5f6f0a1c11"
)

// clock is a clock that moves when told.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a standard instance behind a real HTTP server.
type world struct {
	*psa.Server
	t      *testing.T
	clock  *clock
	faults *fault.Injector
	http   *httptest.Server
	client *http.Client
}

func newWorld(t *testing.T, change ...func(*psa.Options)) *world {
	t.Helper()
	w := &world{t: t, clock: newClock(), faults: fault.New(nil, 1)}
	options := psa.Options{Now: w.clock.Now, Faults: w.faults}
	for _, c := range change {
		c(&options)
	}
	w.Server = psa.New(options).Standard()
	w.http = httptest.NewServer(w.Server)
	// A reused connection that is cut makes net/http send a request again; a fresh one each time does not.
	w.client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	t.Cleanup(w.http.Close)
	return w
}

// reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	text   string
	err    error
}

func (r reply) object() map[string]any {
	var v map[string]any
	json.Unmarshal([]byte(r.text), &v)
	return v
}

func (r reply) list() []map[string]any {
	var v []map[string]any
	json.Unmarshal([]byte(r.text), &v)
	return v
}

func (r reply) id() int { n, _ := r.object()["id"].(float64); return int(n) }

// ids lists the ids of a list answer.
func (r reply) ids() string {
	var ids []string
	for _, row := range r.list() {
		ids = append(ids, fmt.Sprint(row["id"]))
	}
	return strings.Join(ids, " ")
}

func (w *world) send(method, path, body string, change ...func(*http.Request)) reply {
	w.t.Helper()
	if !strings.HasPrefix(path, "/login") && !strings.Contains(path, "apis/3.0") {
		path = base + path
	}
	req, err := http.NewRequest(method, w.http.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.SetBasicAuth("acme+public", "private")
	req.Header.Set("clientId", clientID)
	req.Header.Set("Content-Type", "application/json")
	for _, c := range change {
		c(req)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(read), err}
}

func (w *world) get(path string, change ...func(*http.Request)) reply {
	w.t.Helper()
	return w.send("GET", path, "", change...)
}

func encode(text string) string { return url.QueryEscape(text) }

// where is a list address with conditions.
func where(list, conditions string) string {
	return list + "?conditions=" + url.QueryEscape(conditions)
}

func (w *world) want(r reply, status int, parts ...string) reply {
	w.t.Helper()
	if r.err != nil {
		w.t.Fatalf("no answer: %v", r.err)
	}
	if r.status != status {
		w.t.Fatalf("got %d %s, want %d", r.status, r.text, status)
	}
	for _, part := range parts {
		if !strings.Contains(r.text, part) {
			w.t.Errorf("answer %s\nlacks %s", r.text, part)
		}
	}
	return r
}

func (w *world) create(body string) int {
	w.t.Helper()
	return w.want(w.send("POST", "/service/tickets", body), 201).id()
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if value == "" {
			r.Header.Del(name)
			return
		}
		r.Header.Set(name, value)
	}
}

func TestTicketAndNote(t *testing.T) {
	w := newWorld(t)
	id := w.create(`{"summary":"Printer","company":{"id":1},"externalXRef":"k1","initialDescription":"It smokes","processNotifications":false}`)
	r := w.want(w.get(fmt.Sprintf("/service/tickets/%d", id)), 200,
		`"status":{"id":1,"name":"New"`, `"priority":{"id":3`, `"externalXRef":"k1"`, `"lastUpdated":"2026-03-02T09:00:00Z"`)
	if strings.Contains(r.text, "initialDescription") {
		t.Error("initialDescription came back")
	}
	w.clock.Pass(time.Minute)
	note := w.want(w.send("POST", fmt.Sprintf("/service/tickets/%d/notes", id), `{"text":"Checked","internalAnalysisFlag":true}`), 201)
	w.want(w.get(fmt.Sprintf("/service/tickets/%d", id)), 200, `"lastUpdated":"2026-03-02T09:01:00Z"`)
	notes := w.want(w.get(fmt.Sprintf("/service/tickets/%d/notes", id)), 200, "It smokes", "Checked")
	if want := fmt.Sprintf("%d %d", note.id()-1, note.id()); notes.ids() != want {
		t.Errorf("notes %s, want %s", notes.ids(), want)
	}
	if n := len(w.Emails()); n != 0 {
		t.Errorf("%d e-mails sent", n)
	}
	if !json.Valid([]byte(r.text)) || !bytes.Contains([]byte(r.text), []byte("notes_href")) {
		t.Errorf("bad ticket %s", r.text)
	}
}
