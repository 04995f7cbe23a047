package app_test

import (
	"os"
	"testing"

	"deskbridge/app/bridge"
)

// TestSync_RecordedAnswers carries what real accounts once answered from end to
// end, and proves it: with real processes, over real HTTP.
func TestSync_RecordedAnswers(t *testing.T) {
	t.Parallel()
	recordings := os.Getenv("DESKBRIDGE_FIXTURES")
	if recordings == "" {
		t.Skip("DESKBRIDGE_FIXTURES does not name recorded answers")
	}
	p := start(t, "--load", recordings)
	var preview bridge.Result
	p.run(&preview, "preview", "--json")
	if r := p.report(); r.Carried != 0 || r.Tickets == 0 {
		t.Fatalf("after a preview the simulator counts %+v", r)
	}
	var res bridge.Result
	p.run(&res, "sync", "--json")
	report := p.report()
	if !report.OK() || report.Carried != report.Tickets || res.Tickets.Created != report.Tickets {
		t.Errorf("sync: %+v; the simulator counts %+v", res, report)
	}
	t.Logf("%d recorded tickets, %d comments", report.Tickets, report.Comments)
	var v bridge.Verification
	p.run(&v, "verify", "--json")
	if !v.OK || v.Compared != report.Tickets {
		t.Errorf("verify: %+v", v)
	}
	p.run(&res, "sync", "--json")
	if res.Outcome != bridge.NothingNew {
		t.Errorf("a second run: %+v", res)
	}
}
