package bridge_test

import (
	"context"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"deskbridge/app/bridge"
	"deskbridge/app/rest"
	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/psa"
	"deskbridge/app/store"
	"deskbridge/app/zendesk"
)

// slow puts a fixed latency in front of a service and counts its refusals.
type slow struct {
	wire
	latency   time.Duration
	throttled *atomic.Int64
}

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(s.latency) // virtual: these tests run in a bubble
	res, err := s.wire.RoundTrip(r)
	if err == nil && res.StatusCode == http.StatusTooManyRequests {
		s.throttled.Add(1)
	}
	return res, err
}

// paced runs a first sync against services that enforce their documented
// limits at 50 ms latency, in virtual time, and returns how long it took, how
// long the limits alone would have it take, and how often we were throttled.
func paced(tb testing.TB, tickets int) (took, least time.Duration, throttled int64) {
	tb.Helper()
	w := newWorld(tb, nil, 1)
	w.clock.Advance(time.Since(w.clock.Now())) // into the bubble's past or future
	w.desk = desk.New(desk.Options{PublicURL: "https://" + account, Limits: desk.DocumentedLimits})
	strict := psa.New(psa.Options{Limits: psa.LimitsDocumented}).Standard()
	customer := w.desk.AddUser(desk.User{Name: "Ada", Email: "ada@acme.example", Role: "end-user"})
	agent := w.desk.AddUser(desk.User{Name: "Sam", Email: "sam@msp.example", Role: "agent"})
	start := time.Now()
	for range tickets {
		id := w.desk.AddTicket(desk.NewTicket{Subject: "Paced", Body: "text", Requester: customer})
		time.Sleep(time.Second)
		w.desk.AddComment(id, desk.NewComment{Author: agent, Body: "one"})
		w.desk.AddComment(id, desk.NewComment{Author: agent, Body: "two", Private: true})
	}
	time.Sleep(2 * time.Minute)

	ctx := context.Background()
	st, err := store.Open(ctx, filepath.Join(tb.TempDir(), "paced.db"), store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	defer st.Close()
	conn, err := st.Connection(ctx, account, "acme")
	if err != nil {
		tb.Fatal(err)
	}
	var refused atomic.Int64
	d := &death{}
	client := func(r *rest.Client, to http.Handler) {
		r.HTTP = &http.Client{Transport: slow{wire{to, d}, 50 * time.Millisecond, &refused}}
		r.Now, r.Sleep, r.Rand = nil, nil, nil
	}
	zr := w.restClient(tb, zendesk.Budgets()...)
	zr.Authorize = func(_ context.Context, req *http.Request) error {
		req.Header.Set("Authorization", "Bearer "+desk.AccessToken)
		return nil
	}
	client(zr, w.desk)
	z := zendesk.New(zr)
	p := w.newPSA(tb, d)
	client(p.HTTP, strict)
	p.Now = nil
	b := &bridge.Bridge{Desk: z, PSA: p, Store: conn, Policy: w.policy, Account: account, Start: start}
	began := time.Now()
	res, err := b.Run(ctx, bridge.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	if res.Tickets.Created != tickets || res.Comments.ToPSA != 2*tickets {
		tb.Fatalf("result %+v", res)
	}
	// Four fifths of the documented 1,000 requests a minute are ours.
	perRequest := time.Minute / 800
	return time.Since(began), time.Duration(p.HTTP.Requests()) * perRequest, refused.Load()
}

// TestRun_IsBoundByTheServicesLimits: no 429 is provoked, and a first sync
// takes at most a tenth longer than the limits allow.
func TestRun_IsBoundByTheServicesLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took, least, throttled := paced(t, 1_000)
		t.Logf("took %v, the limits alone %v: %.3f", took, least, float64(took)/float64(least))
		if throttled != 0 {
			t.Errorf("throttled %d times", throttled)
		}
		if took > least+least/10 {
			t.Errorf("took %v; the limits allow %v", took, least)
		}
	})
}
