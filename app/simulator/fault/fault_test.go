package fault_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"deskbridge/app/simulator/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse(t *testing.T) {
	set, err := fault.Parse("drop-answer", "late-save=0.1,throttle=1", "revoke-right:incremental-exports")
	if err != nil {
		t.Fatal(err)
	}
	want := fault.Set{
		fault.DropAnswer:  {Probability: 0.05},
		fault.LateSave:    {Probability: 0.1},
		fault.Throttle:    {Probability: 1},
		fault.RevokeRight: {Probability: 1, Argument: "incremental-exports"},
	}
	if len(set) != len(want) {
		t.Fatalf("got %v, want %v", set, want)
	}
	for name, setting := range want {
		if set[name] != setting {
			t.Errorf("%s: got %v, want %v", name, set[name], setting)
		}
	}
	for word, part := range map[string]string{"drop-anser": "drop-answer, drop-request", "stall=2": "from 0 to 1", "stall=NaN": "from 0 to 1", "stall=": "stall"} {
		if _, err := fault.Parse(word); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: got error %v, want one with %q", word, err, part)
		}
	}
	if set, err := fault.Parse(""); err != nil || len(set) != 0 {
		t.Errorf("nothing asked: got %v, %v", set, err)
	}
}

func write(path string) fault.Call {
	return fault.Call{Side: fault.Desk, Method: "PUT", Path: path, Write: true}
}

func TestInjector_SameSeedSameFaults(t *testing.T) {
	set, _ := fault.Parse("drop-answer=0.3", "throttle=0.2")
	run := func(seed uint64) (struck []bool) {
		in := fault.New(set, seed)
		for range 200 {
			h := in.Begin(write("/x"))
			struck = append(struck, h.Has(fault.DropAnswer), h.Has(fault.Throttle))
		}
		return struck
	}
	if !slices.Equal(run(7), run(7)) {
		t.Error("the same seed gave different faults")
	}
	if slices.Equal(run(7), run(8)) {
		t.Error("another seed gave the same faults")
	}
	one, _ := fault.Parse("drop-answer=0.3")
	in, both := fault.New(one, 7), fault.New(set, 7)
	for i := range 200 {
		if in.Begin(write("/x")).Has(fault.DropAnswer) != both.Begin(write("/x")).Has(fault.DropAnswer) {
			t.Fatalf("request %d: another fault moved this one", i)
		}
	}
}

func TestInjector_Scripts(t *testing.T) {
	in := fault.New(nil, 1)
	in.At(2, fault.LateSave)
	in.When(1, fault.DropAnswer, func(c fault.Call) bool { return c.Path == "/b" })
	var got []string
	for _, c := range []fault.Call{write("/a"), {Side: fault.Desk, Method: "GET"}, write("/b"), write("/b")} {
		h := in.Begin(c)
		got = append(got, map[bool]string{true: "late"}[h.Has(fault.LateSave)]+map[bool]string{true: "drop"}[h.Has(fault.DropAnswer)])
	}
	if want := []string{"", "", "latedrop", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	in.Plan = func(c fault.Call) []fault.Name {
		if c.Ordinal == 5 {
			return []fault.Name{fault.Stall}
		}
		return nil
	}
	if !in.Begin(write("/c")).Has(fault.Stall) || in.Begin(write("/c")).Any() {
		t.Error("the plan was not followed")
	}
	if n := in.Fired()[fault.Stall]; n != 1 {
		t.Errorf("stall counted %d times", n)
	}
}

func TestInjector_LoginsAreSpared(t *testing.T) {
	set, _ := fault.Parse("drop-answer=1", "drop-request=1", "throttle=1", "revoke-right")
	h := fault.New(set, 1).Begin(fault.Call{Side: fault.Desk, Method: "POST", Write: true, Login: true})
	if h.Any() {
		t.Error("a token refresh was struck")
	}
}

func TestInjector_NilAndPaused(t *testing.T) {
	var none *fault.Injector
	if none.Begin(write("/")).Any() || none.Skew() != 0 || len(none.Fired()) != 0 {
		t.Error("a nil injector did something")
	}
	set, _ := fault.Parse("stall=1", "clock-skew:-1h")
	in := fault.New(set, 1)
	if in.Skew() != -time.Hour {
		t.Errorf("skew is %v", in.Skew())
	}
	in.Pause()
	if in.Begin(write("/")).Any() || in.Skew() != 0 {
		t.Error("a paused injector did something")
	}
	in.Resume()
	in.Set(fault.ClockSkew, 0)
	if !in.Begin(write("/")).Has(fault.Stall) || in.Skew() != 0 {
		t.Error("Resume or Set was not heard")
	}
}

// world is a service of one counter behind a gate.
type world struct {
	mu    sync.Mutex
	now   time.Time
	saved []string
	slept time.Duration
}

func (wo *world) seen() ([]string, time.Duration) {
	wo.mu.Lock()
	defer wo.mu.Unlock()
	return slices.Clone(wo.saved), wo.slept
}

func (wo *world) serve(t *testing.T, in *fault.Injector) (*fault.Gate, *httptest.Server) {
	t.Helper()
	gate := &fault.Gate{
		Faults: in,
		Now:    func() time.Time { wo.mu.Lock(); defer wo.mu.Unlock(); return wo.now },
		Sleep: func(_ context.Context, d time.Duration) error {
			wo.mu.Lock()
			defer wo.mu.Unlock()
			wo.slept += d
			return nil
		},
		Throttled: func(w http.ResponseWriter, wait time.Duration) {
			w.Header().Set("Retry-After", "2")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		Broken: func(w http.ResponseWriter, status int) { w.WriteHeader(status) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := fault.Call{Side: fault.Desk, Method: r.Method, Path: r.URL.Path, Write: r.Method != http.MethodGet, List: r.Method == http.MethodGet}
		gate.Pass(w, r, call, nil, func(w http.ResponseWriter, r *http.Request, _ fault.Hits) {
			body, _ := io.ReadAll(r.Body)
			wo.mu.Lock()
			defer wo.mu.Unlock()
			if call.Write {
				wo.saved = append(wo.saved, string(body))
			}
			w.Header().Set("X-Seen", "yes")
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, `{"text":"0123456789"}`)
		})
	}))
	t.Cleanup(func() { server.Close(); http.DefaultClient.CloseIdleConnections() })
	return gate, server
}

func TestGate(t *testing.T) {
	for _, c := range []struct {
		name   fault.Name
		method string
		cut    bool
		status int
		saved  int
		body   string
	}{
		{fault.DropAnswer, "POST", true, 0, 1, ""},
		{fault.DropRequest, "POST", true, 0, 0, ""},
		{fault.Throttle, "POST", false, 429, 0, ""},
		{fault.ServerError, "POST", false, 500, 0, ""},
		{fault.HTMLError, "POST", false, 502, 1, "<!DOCTYPE html>"},
		{fault.HTMLError, "GET", false, 503, 0, "<!DOCTYPE html>"},
		{fault.Truncate, "POST", false, 201, 1, `{"text":"0`},
		{fault.Stall, "POST", false, 201, 1, `{"text":"0123456789"}`},
	} {
		t.Run(string(c.name)+" "+c.method, func(t *testing.T) {
			in, wo := fault.New(nil, 1), &world{now: time.Unix(1000, 0)}
			in.At(1, c.name)
			_, server := wo.serve(t, in)
			req, _ := http.NewRequest(c.method, server.URL, strings.NewReader("note"))
			resp, err := http.DefaultClient.Do(req)
			if (err != nil) != c.cut {
				t.Fatalf("got error %v", err)
			}
			saved, slept := wo.seen()
			if len(saved) != c.saved {
				t.Errorf("saved %q, want %d", saved, c.saved)
			}
			if (slept > 0) != (c.name == fault.Stall) {
				t.Errorf("slept %v", slept)
			}
			if err != nil {
				return
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != c.status || !strings.HasPrefix(string(body), c.body) || len(body) > len(c.body) && c.name == fault.Truncate {
				t.Errorf("got %d %q", resp.StatusCode, body)
			}
		})
	}
}

func TestGate_LateSave(t *testing.T) {
	in, wo := fault.New(nil, 1), &world{now: time.Unix(1000, 0)}
	in.At(1, fault.LateSave)
	gate, server := wo.serve(t, in)
	if _, err := http.Post(server.URL, "text/plain", strings.NewReader("late")); err == nil {
		t.Fatal("the late write was answered")
	}
	gate.Settle()
	if saved, _ := wo.seen(); len(saved) != 0 || gate.Pending() != 1 {
		t.Fatalf("saved %q at once", saved)
	}
	wo.mu.Lock()
	wo.now = wo.now.Add(20 * time.Second)
	wo.mu.Unlock()
	gate.Settle()
	gate.Settle()
	if saved, _ := wo.seen(); !slices.Equal(saved, []string{"late"}) || gate.Pending() != 0 {
		t.Errorf("saved %q after 20 seconds", saved)
	}
}

func TestGate_ClockSkewShowsInTheDateHeader(t *testing.T) {
	set, _ := fault.Parse("clock-skew")
	wo := &world{now: time.Unix(1000, 0)}
	gate, server := wo.serve(t, fault.New(set, 1))
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	date, _ := http.ParseTime(resp.Header.Get("Date"))
	if want := time.Unix(4600, 0); !date.Equal(want) || !gate.Time().Equal(want) {
		t.Errorf("the service says %v, its clock %v", date, gate.Time())
	}
}
