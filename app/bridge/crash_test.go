package bridge_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"deskbridge/app/oauth"
	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/fault"
	"deskbridge/app/simulator/psa"
)

var (
	schedules = flag.Int("schedules", 1000, "how many crash-and-fault schedules to run")
	oneSeed   = flag.Uint64("seed", 0, "replay this one crash-and-fault schedule")
)

// TestRun_StoppedAtEveryStep stops one small sync at each of its steps in turn,
// before and after every change of the disk and after every request, and lets
// the next process go on.
func TestRun_StoppedAtEveryStep(t *testing.T) {
	for step := 1; ; step++ {
		w := newWorld(t, nil, 1)
		first := w.open(1, false)
		w.open(2, true)
		w.clock.Advance(time.Second)
		w.desk.AddComment(first, desk.NewComment{Author: w.agent, Body: "public"})
		w.desk.AddComment(first, desk.NewComment{Author: w.agent, Body: "secret", Private: true})
		w.clock.Advance(2 * time.Minute)

		d := &death{at: step}
		_, err := w.life(t, d, 1)
		if d.alive() {
			if err != nil {
				t.Fatal(err)
			}
			if step < 30 {
				t.Fatalf("a whole run has only %d steps: they are not counted", step)
			}
			t.Logf("%d steps", step-1)
			return
		}
		w.comeToRest(t, fmt.Sprintf("stopped at step %d", step))
	}
}

// comeToRest runs whole processes without faults until one has nothing new to
// do, and then demands the promise.
func (w *world) comeToRest(t *testing.T, story string) {
	t.Helper()
	w.faults.Pause()
	for run := range 4 {
		w.clock.Advance(2 * time.Minute)
		_, err := w.life(t, &death{}, 1)
		if run == 0 && errors.Is(err, oauth.ErrConsentNeeded) {
			continue // the process died between a refresh and its answer: a person signs in again
		}
		if err != nil {
			t.Fatalf("%s: %v", story, err)
		}
	}
	if err := w.truth(); err != nil {
		t.Fatalf("%s: %v", story, err)
	}
	w.psa.ResetCounts()
	for range 3 {
		w.clock.Advance(2 * time.Minute)
		if _, err := w.life(t, &death{}, 1); err != nil {
			t.Fatalf("%s: %v", story, err)
		}
	}
	if n := w.psa.Counts().Writes; n != 0 {
		t.Fatalf("%s: %d writes after both sides agreed", story, n)
	}
	v, err := w.verify(t)
	if err != nil {
		t.Fatalf("%s: verify: %v", story, err)
	}
	if !v.OK {
		t.Fatalf("%s: verify: %+v", story, v)
	}
}

// TestRun_CrashAndFaultSchedules draws schedules of faults, edits and stops
// from seeds. A failing seed is printed, and -seed replays it exactly.
func TestRun_CrashAndFaultSchedules(t *testing.T) {
	if *oneSeed != 0 {
		schedule(t, *oneSeed)
		return
	}
	n := *schedules
	if raced || testing.Short() {
		n = min(n, 40)
	}
	const shards = 8
	for shard := range shards {
		t.Run(fmt.Sprintf("shard %d of %d", shard+1, shards), func(t *testing.T) {
			t.Parallel()
			for i := shard; i < n; i += shards {
				seed := uint64(i + 1)
				if ok := t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { schedule(t, seed) }); !ok {
					t.Fatalf("replay with: go test ./app/bridge -run TestRun_CrashAndFaultSchedules -seed %d", seed)
				}
			}
		})
	}
}

// struck are the faults a schedule may switch on, each with how likely it then
// strikes a request.
func struck(r *rand.Rand) fault.Set {
	set := fault.Set{}
	for _, name := range []fault.Name{
		fault.DropAnswer, fault.DropRequest, fault.LateSave, fault.Throttle, fault.RepeatPage, fault.LateRecord,
		fault.HTMLError, fault.Truncate, fault.Stall, fault.ServerError, fault.ExpireToken,
	} {
		if r.IntN(3) == 0 {
			set[name] = fault.Setting{Probability: 0.02 + 0.2*r.Float64()}
		}
	}
	if r.IntN(10) == 0 {
		set[fault.RefuseXRef] = fault.Setting{Probability: 1}
	}
	return set
}

// TestRun_ScheduleReplaysExactly: a printed seed is worth something only if it
// brings the same requests in the same order again.
func TestRun_ScheduleReplaysExactly(t *testing.T) {
	for seed := range uint64(5) {
		first, second := schedule(t, seed+1), schedule(t, seed+1)
		if len(first) == 0 || !slices.Equal(first, second) {
			t.Errorf("seed %d: %d requests, then %d, and not the same", seed+1, len(first), len(second))
		}
	}
}

// TestRun_FaultsWithManyWorkers is the same promise for the run as it ships,
// where tickets are carried side by side and nothing repeats exactly.
func TestRun_FaultsWithManyWorkers(t *testing.T) {
	runs := uint64(20)
	if raced {
		runs = 6
	}
	for seed := range runs {
		r := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t, struck(r), seed)
		var tickets []int64
		for n := range 20 {
			tickets = append(tickets, w.open(n, r.IntN(4) == 0))
		}
		for range 4 {
			w.edit(r, tickets)
			w.clock.Advance(2 * time.Minute)
			_, _ = w.life(t, &death{at: r.IntN(200)}, 8)
		}
		w.comeToRest(t, fmt.Sprintf("seed %d", seed))
	}
}

// schedule plays one schedule and returns the requests that reached the PSA.
func schedule(t *testing.T, seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 20260601))
	w := newWorld(t, struck(r), seed)
	w.faults.LateBy = time.Duration(1+r.IntN(50)) * time.Second
	var tickets []int64
	for n := range 1 + r.IntN(4) {
		tickets = append(tickets, w.open(n, r.IntN(4) == 0))
	}
	for range 1 + r.IntN(4) {
		w.edit(r, tickets)
		w.clock.Advance(time.Duration(r.IntN(150)) * time.Second)
		d := &death{}
		if r.IntN(4) > 0 {
			d.at = 1 + r.IntN(60)
		}
		// A run under faults may fail, as long as the next one makes it good.
		_, _ = w.life(t, d, 1)
		if r.IntN(8) == 0 {
			w.loseDatabase(t)
		}
		if r.IntN(8) == 0 {
			tickets = append(tickets, w.open(len(tickets), false))
		}
	}
	var requests []string
	for _, q := range w.psa.Requests() {
		requests = append(requests, fmt.Sprint(q.Method, q.Path, q.Query, q.Body, q.Status))
	}
	w.comeToRest(t, fmt.Sprintf("seed %d", seed))
	return requests
}

// loseDatabase removes the database some time after the last run, when
// nothing is on its way any more.
func (w *world) loseDatabase(t *testing.T) {
	w.clock.Advance(2 * time.Minute)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(w.path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// edit makes some changes on both sides.
func (w *world) edit(r *rand.Rand, tickets []int64) {
	for range r.IntN(5) {
		id := tickets[r.IntN(len(tickets))]
		w.clock.Advance(time.Duration(r.IntN(3)) * time.Second)
		switch r.IntN(7) {
		case 0, 1, 2:
			w.desk.AddComment(id, desk.NewComment{Author: w.agent, Body: fmt.Sprintf("comment %d", r.IntN(100)), Private: r.IntN(3) == 0})
		case 3:
			w.desk.SetStatus(id, []string{"open", "pending", "hold", "solved"}[r.IntN(4)])
		case 4:
			w.desk.SetPriority(id, []string{"", "normal", "high"}[r.IntN(3)])
		case 5:
			w.desk.SetSubject(id, fmt.Sprintf("Subject %d", r.IntN(100)))
		case 6:
			for t := range w.psa.All() {
				if t.XRef != "" {
					if err := w.psa.EditTicket(w.tech, t.ID, psa.Edit{Priority: "Priority 1 - Emergency Response"}); err != nil {
						panic(err)
					}
					break
				}
			}
		}
	}
}
