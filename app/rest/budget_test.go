package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"deskbridge/app/rest"
)

// A service that announces nothing is asked for four fifths of what is assumed,
// over any window.
func TestBudget_Assumed(t *testing.T) {
	var mu sync.Mutex
	var at []time.Time
	h := &hands{now: noon}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, h.Now())
	}, rest.Budget{Limit: 400, Window: time.Minute}, rest.Budget{Name: "exports", Limit: 10, Window: time.Minute})
	c.Now, c.Sleep = h.Now, h.Sleep
	c.Patience = time.Hour
	for range 40 {
		if _, err := c.Do(t.Context(), rest.Request{Budgets: []string{"exports"}}); err != nil {
			t.Fatal(err)
		}
		h.Advance(700 * time.Millisecond)
	}
	for i := 8; i < len(at); i++ {
		if gap := at[i].Sub(at[i-8]); gap < time.Minute {
			t.Errorf("requests %d to %d within %v", i-8, i, gap)
		}
	}
	if took := at[len(at)-1].Sub(at[0]); took > 5*time.Minute {
		t.Errorf("40 requests took %v: held back more than needed", took)
	}
	// What counts against no narrower budget is not held back with it.
	before := len(h.slept)
	if _, err := c.Do(t.Context(), rest.Request{}); err != nil || len(h.slept) != before {
		t.Errorf("a request outside of the budget waited: %v", err)
	}
}

// window is a service that counts per minute and announces it.
type window struct {
	mu        sync.Mutex
	clock     *hands
	limit     int
	others    int // what people use up at the start of each minute
	started   time.Time
	used      int
	least     int
	throttled int
}

func (w *window) ServeHTTP(out http.ResponseWriter, _ *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock.Now()
	if minute := now.Truncate(time.Minute); !minute.Equal(w.started) {
		w.started, w.used = minute, w.others
	}
	reset := int(w.started.Add(time.Minute).Sub(now).Seconds())
	out.Header().Set("Ratelimit-Limit", fmt.Sprint(w.limit))
	out.Header().Set("Ratelimit-Reset", fmt.Sprint(reset))
	if w.used >= w.limit {
		w.throttled++
		out.Header().Set("Ratelimit-Remaining", "0")
		out.Header().Set("Retry-After", fmt.Sprint(reset+1))
		out.WriteHeader(http.StatusTooManyRequests)
		return
	}
	w.used++
	left := w.limit - w.used
	w.least = min(w.least, left)
	out.Header().Set("Ratelimit-Remaining", fmt.Sprint(left))
}

// A fifth of what the service announces is left to people, and it never has to
// throttle us.
func TestBudget_Announced(t *testing.T) {
	for _, others := range []int{0, 15} {
		t.Run(fmt.Sprintf("others use %d", others), func(t *testing.T) {
			h := &hands{now: noon}
			w := &window{clock: h, limit: 50, others: others, least: 50}
			c := serve(t, w.ServeHTTP, rest.Budget{Limit: 400, Window: time.Minute})
			c.Now, c.Sleep = h.Now, h.Sleep
			var told []string
			c.OnWait = func(until time.Time, why string) { told = append(told, until.Format("15:04:05 ")+why) }
			for range 200 {
				if _, err := c.Do(t.Context(), rest.Request{}); err != nil {
					t.Fatal(err)
				}
				h.Advance(10 * time.Millisecond)
			}
			if w.throttled > 0 || w.least < 10 {
				t.Errorf("throttled %d times; down to %d of 50", w.throttled, w.least)
			}
			if len(told) == 0 || !strings.HasSuffix(told[0], " request limit") || !strings.HasPrefix(told[0], "12:01:0") {
				t.Errorf("waits told: %v", told)
			}
			if took := h.Now().Sub(noon); took > 8*time.Minute {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestBudget_AnnouncedByName(t *testing.T) {
	h := &hands{now: noon}
	n := 0
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Zendesk-Ratelimit-Incremental-Exports", fmt.Sprintf("total=1000000; remaining=%d; resets=30", 1_000_000-n))
	}, rest.Budget{Name: "incremental-exports", Limit: 10, Window: time.Minute})
	c.Now, c.Sleep = h.Now, h.Sleep
	for range 100 {
		if _, err := c.Do(t.Context(), rest.Request{Budgets: []string{"incremental-exports"}}); err != nil {
			t.Fatal(err)
		}
	}
	if len(h.slept) > 0 {
		t.Errorf("waited %v though plenty was announced", h.slept)
	}
}

// Many at once may not overrun a small announced budget either.
func TestBudget_ManyAtOnce(t *testing.T) {
	h := &hands{now: noon}
	w := &window{clock: h, limit: 20, least: 20}
	c := serve(t, w.ServeHTTP, rest.Budget{Limit: 20, Window: time.Minute})
	c.Now, c.Sleep = h.Now, h.Sleep
	c.MaxInFlight = 8
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			for range 10 {
				if _, err := c.Do(t.Context(), rest.Request{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	if w.throttled > 0 || w.least < 4 {
		t.Errorf("throttled %d times; down to %d of 20", w.throttled, w.least)
	}
}

func TestStorm(t *testing.T) {
	for name, headers := range map[string]map[string]string{
		"says when":     {"Retry-After": "20"},
		"says nothing":  {},
		"says no delay": {"Retry-After": "0"},
		"says nonsense": {"Retry-After": "later"},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				n++
				for k, v := range headers {
					w.Header().Set(k, v)
				}
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(http.StatusTooManyRequests)
				_, _ = w.Write([]byte("<html>slow down</html>"))
			})
			h := clock(c)
			start := h.Now()
			_, err := c.Do(t.Context(), rest.Request{Method: "POST", Write: true})
			took := h.Now().Sub(start)
			if kind(err) != "limit" || took > 16*time.Minute {
				t.Errorf("ended %q after %v and %d requests: %v", kind(err), took, n, err)
			}
			if name == "says when" && n > 50 || name == "says nothing" && n > 60 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

func TestLimitError_SaysUntilWhen(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	h := clock(c)
	start := h.Now()
	_, err := c.Do(t.Context(), rest.Request{})
	limit, ok := err.(*rest.LimitError)
	if !ok || !limit.Until.Equal(start.Add(time.Hour)) {
		t.Fatalf("Do = %v", err)
	}
	// The next request knows without asking.
	if _, err := c.Do(t.Context(), rest.Request{}); kind(err) != "limit" || c.Requests() != 1 {
		t.Errorf("asked again: %v, %d requests", err, c.Requests())
	}
}
