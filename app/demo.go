package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"deskbridge/app/simulator"
)

// DemoOptions says how large the demo is.
type DemoOptions struct {
	Tickets int // zero: 40
	// Step hears of each step as it begins; may be nil.
	Step func(text string)
	// Errors receives what the commands say to stderr when they fail; may be nil.
	Errors func(text string)
}

// DemoReport is what the demo came to. Everything in it was counted by the
// simulated services, not by what the commands said, except where noted.
type DemoReport struct {
	OK       bool `json:"ok"`
	Tickets  int  `json:"tickets"`  // on the desk
	Comments int  `json:"comments"` // on these, descriptions included
	Carried  int  `json:"carried"`  // tickets the PSA holds
	// AtKill is how many tickets the PSA held when the first sync was killed.
	AtKill int `json:"at_kill"`
	// Adopted is how many of them the second sync found by their marker, as it said.
	Adopted int `json:"adopted"`
	// Exactly once, in order, private, silent: the four promises.
	Once     bool `json:"exactly_once"`
	InOrder  bool `json:"in_order"`
	Private  bool `json:"nothing_leaked"`
	Silent   bool `json:"no_email"`
	Verified int  `json:"verified"` // tickets that "verify" compared and found equal
	// Idle is how many requests the last sync made, with nothing to do.
	Idle     int   `json:"idle_requests"`
	Requests int   `json:"requests"` // to both services, in all
	TookMS   int64 `json:"took_ms"`
	// Broken lists the promises that were not kept.
	Broken []string `json:"broken"`

	Took time.Duration `json:"-"`
}

// Demo carries the tickets of two simulated services the way a user would: with
// the commands of this very program, one of which is killed half-way. It keeps
// to a temporary folder, reaches no network and no keychain. It returns ErrDemo
// when a promise was not kept.
func (a *App) Demo(ctx context.Context, o DemoOptions) (DemoReport, error) {
	began := time.Now()
	d, err := newDemo(ctx, o)
	if err != nil {
		return DemoReport{}, fmt.Errorf("prepare demo: %w", err)
	}
	err = d.play(ctx)
	d.report.Took = time.Since(began)
	d.report.TookMS = d.report.Took.Milliseconds()
	err = errors.Join(err, d.stop())
	if err == nil && len(d.report.Broken) > 0 {
		err = fmt.Errorf("%w: %s", ErrDemo, strings.Join(d.report.Broken, "; "))
	}
	d.report.OK = err == nil
	return d.report, err
}

// demo is one performance.
type demo struct {
	DemoOptions
	report DemoReport
	world  *simulator.World
	dir    string
	addr   struct{ zendesk, connectwise string }
	stop   func() error
	// half is called by the simulated ConnectWise when it holds half of the tickets.
	half atomic.Pointer[func()]
}

func newDemo(ctx context.Context, o DemoOptions) (*demo, error) {
	world, err := simulator.New(simulator.Options{Tickets: o.Tickets})
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "deskbridge-demo-*")
	if err != nil {
		return nil, err
	}
	d := &demo{DemoOptions: o, world: world, dir: dir}
	d.report.Broken = []string{}
	d.report.Tickets = world.Report().Tickets
	if err := d.serve(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return d, nil
}

// serve puts both services on free loopback ports. ConnectWise is watched, so
// that a sync can be killed at a known moment: after a ticket was created and
// before the answer left.
func (d *demo) serve(ctx context.Context) error {
	var servers []*http.Server
	var running sync.WaitGroup
	d.stop = func() error {
		var errs []error
		for _, s := range servers {
			errs = append(errs, s.Close())
		}
		running.Wait()
		return errors.Join(append(errs, os.RemoveAll(d.dir))...)
	}
	listen := func(handler http.Handler) (string, error) {
		at, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 30 * time.Second}
		servers = append(servers, server)
		running.Go(func() { _ = server.Serve(at) }) // ends with Close
		return "http://" + at.Addr().String(), nil
	}
	psa := d.world.PSAHandler()
	var err1, err2 error
	d.addr.zendesk, err1 = listen(d.world.DeskHandler())
	d.addr.connectwise, err2 = listen(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		psa.ServeHTTP(w, r)
		if r.Method == http.MethodPost && d.world.PSA.Len() >= (d.report.Tickets+1)/2 {
			if kill := d.half.Swap(nil); kill != nil {
				(*kill)()
			}
		}
	}))
	if err := errors.Join(err1, err2); err != nil {
		return errors.Join(err, d.stop())
	}
	return nil
}

func (d *demo) step(format string, args ...any) {
	if d.Step != nil {
		d.Step(fmt.Sprintf(format, args...))
	}
}

// expect notes a promise that was not kept.
func (d *demo) expect(kept bool, format string, args ...any) bool {
	if !kept {
		d.report.Broken = append(d.report.Broken, fmt.Sprintf(format, args...))
	}
	return kept
}

func (d *demo) play(ctx context.Context) error {
	text, err := simulatedSettings(d.world, d.addr.zendesk, d.addr.connectwise).Encode()
	if err != nil {
		return err
	}
	file := filepath.Join(d.dir, "settings.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	d.step("Settings are imported")
	// Without the secrets: an import would move them into the keychain.
	if _, err := d.run(ctx, nil, false, "settings", "import", file); err != nil {
		return err
	}

	d.step("A preview counts %d tickets and writes nothing", d.report.Tickets)
	var plan Result
	if _, err := d.run(ctx, &plan, true, "preview", "--json"); err != nil {
		return err
	}
	d.expect(d.world.PSA.Len() == 0, "the preview wrote %d tickets", d.world.PSA.Len())

	d.step("A sync begins, and is killed when half of the tickets are across")
	if err := d.runKilled(ctx, "sync", "--json"); err != nil {
		return err
	}

	d.step("The next sync finds what arrived and carries the rest")
	var second Result
	if _, err := d.run(ctx, &second, true, "sync", "--json"); err != nil {
		return err
	}
	d.report.Adopted = second.Tickets.Adopted
	d.expect(second.Outcome == Success, "the sync after the kill ended with %s", second.Outcome)

	d.step("Both sides are compared")
	var found Verification
	if _, err := d.run(ctx, &found, true, "verify", "--json"); err != nil {
		return err
	}
	if d.expect(found.OK, "verify found differences") {
		d.report.Verified = found.Compared
	}

	d.step("One more sync has nothing to do")
	var idle Result
	before := d.requests()
	if _, err := d.run(ctx, &idle, true, "sync", "--json"); err != nil {
		return err
	}
	d.report.Idle = d.requests() - before
	d.expect(idle.Outcome == NothingNew, "the sync with nothing to do ended with %s", idle.Outcome)
	d.judge()
	return nil
}

// judge asks the simulated services what they hold.
func (d *demo) judge() {
	r := d.world.Report()
	d.report.Tickets, d.report.Comments, d.report.Carried = r.Tickets, r.Comments, r.Carried
	d.report.Requests = d.requests()
	d.report.Once = d.expect(len(r.MissingTickets) == 0, "%d tickets are missing", len(r.MissingTickets))
	for _, e := range []struct {
		n    int
		what string
	}{
		{len(r.DuplicateTickets), "tickets exist more than once"},
		{len(r.MissingComments), "comments are missing"},
		{len(r.DuplicateComments), "comments exist more than once"},
		{len(r.Strangers), "tickets came from nowhere"},
	} {
		d.report.Once = d.expect(e.n == 0, "%d %s", e.n, e.what) && d.report.Once
	}
	d.report.InOrder = d.expect(len(r.OutOfOrder) == 0, "%d tickets have comments out of order", len(r.OutOfOrder))
	d.report.Private = d.expect(len(r.Leaked) == 0, "%d internal notes are visible to customers", len(r.Leaked))
	d.report.Silent = d.expect(len(r.Emails) == 0, "%d e-mails went out", len(r.Emails))
	d.expect(d.report.Verified == r.Tickets, "verify compared %d tickets of %d", d.report.Verified, r.Tickets)
}

func (d *demo) requests() int {
	return d.world.Desk.Requests().Total + d.world.PSA.Counts().Total
}

// decode reads the one object a command printed.
func decode(out []byte, into any) error {
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("read what a command printed: %w", err)
	}
	return nil
}
