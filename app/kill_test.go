package app_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"deskbridge/app/bridge"
)

// TestSync_KilledFiftyTimes kills a real process with SIGKILL at fifty random
// moments while it syncs, against services that also lose answers. Afterwards
// each ticket and each comment is there exactly once, in order, in silence.
func TestSync_KilledFiftyTimes(t *testing.T) {
	t.Parallel()
	p := start(t, "--tickets", "600", "--latency", "12ms", "--faults", "drop-answer=0.01", "--seed", "7")
	seed := rand.Uint64()
	t.Logf("moments drawn from seed %d", seed)
	moments := rand.New(rand.NewPCG(seed, 0))
	kills := 0
	for range 50 {
		// From the first breath of the process to well into its writes.
		if p.runFor(time.Duration(20+moments.IntN(700))*time.Millisecond, "sync", "--json") {
			kills++
		}
	}
	if kills < 25 {
		t.Errorf("only %d of 50 runs were still under way when they were to be killed", kills)
	}
	var res bridge.Result
	p.run(&res, "sync", "--json")
	t.Logf("%d kills; the last run: %+v", kills, res)
	if r := p.report(); !r.OK() || r.Carried != r.Tickets {
		t.Errorf("the simulator counts %+v", r)
	}
	var v bridge.Verification
	p.run(&v, "verify", "--json")
	if !v.OK || v.Compared != 600 {
		t.Errorf("verify: %+v", v)
	}
	p.run(&res, "sync", "--json")
	if res.Outcome != bridge.NothingNew {
		t.Errorf("a run afterwards: %+v", res)
	}
}
