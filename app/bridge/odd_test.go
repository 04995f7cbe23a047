package bridge_test

import (
	"strings"
	"testing"
	"time"

	"deskbridge/app/bridge"
	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/fault"
	"deskbridge/app/ticket"
)

// TestRun_OddRecords carries what real desks hold and nobody expects.
func TestRun_OddRecords(t *testing.T) {
	w := newWorld(t, nil, 1)
	ada := w.customers[0]
	add := func(n desk.NewTicket) int64 {
		w.clock.Advance(time.Second)
		n.Requester = ada
		return w.desk.AddTicket(n)
	}
	huge := add(desk.NewTicket{Subject: strings.Repeat("subject ", 12_800), Body: "short"}) // 100 kB
	long := add(desk.NewTicket{Subject: "Long", Body: strings.Repeat("A line of a long log file.\n", 4_000)})
	wide := add(desk.NewTicket{ID: 6130907993114, Subject: "Beyond 32 bits", Body: "x"})
	nulls := add(desk.NewTicket{Subject: "Nulls", Body: "x", Fields: map[string]any{
		"subject": nil, "raw_subject": nil, "priority": nil, "type": nil, "organization_id": nil, "tags": nil, "via": nil, "custom_fields": nil,
		"updated_at": nil, "assignee_id": nil,
	}})
	marked := add(desk.NewTicket{Subject: "Marked", Body: "somebody pasted\n\n[zd 1/2]"})
	control := add(desk.NewTicket{Subject: "Bell\x07 and\x00 NUL", Body: "\u202Eright to left\u202C مرحبا 👩‍👩‍👧‍👦\x1b[31m"})
	empty := add(desk.NewTicket{Subject: "", Body: ""})
	w.desk.AddComment(wide, desk.NewComment{Author: int64(ticket.SystemUser), Body: "by the system"})
	w.desk.AddComment(wide, desk.NewComment{Author: 0, Body: "by nobody"})
	w.desk.AddComment(wide, desk.NewComment{Author: 424242, Body: "by somebody gone"})
	w.desk.AddComment(wide, desk.NewComment{Author: w.agent, Files: []desk.File{{Name: "picture 🖼.png", Size: 1 << 20}}})

	res := w.sync(t)
	if res.Tickets.Created != 7 || res.Outcome != bridge.Success {
		t.Errorf("result %+v", res)
	}
	if p := w.carried(t, huge); !strings.HasSuffix(p.Summary, "…") || len([]rune(p.Summary)) > 100 || p.Notes < 4 {
		t.Errorf("the huge subject became %q in %d notes", p.Summary, p.Notes)
	}
	if p := w.carried(t, long); p.Notes < 4 {
		t.Errorf("the long text came in %d notes", p.Notes)
	}
	if p := w.carried(t, nulls); p.Summary != "(no subject)" {
		t.Errorf("no subject became %q", p.Summary)
	}
	for _, id := range []int64{marked, control, empty} {
		w.carried(t, id)
	}
	var texts []string
	for _, n := range w.psa.Notes(w.carried(t, wide).ID) {
		texts = append(texts, n.Text)
	}
	all := strings.Join(texts, "\n")
	for _, want := range []string{"Zendesk (automatic) wrote", "Zendesk user 424242 wrote", "picture 🖼.png (1.0 MB)"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in the notes:\n%s", want, all)
		}
	}
	w.proven(t)
	if res := w.sync(t); res.Outcome != bridge.NothingNew {
		t.Errorf("a second run: %+v", res)
	}
}

// TestRun_UnknownValuesOfTheDeskParkAlone: a status or priority that Zendesk
// may invent tomorrow holds back its ticket and no other.
func TestRun_UnknownValuesOfTheDeskParkAlone(t *testing.T) {
	w := newWorld(t, nil, 1)
	w.desk.AddTicket(desk.NewTicket{Subject: "New status", Body: "x", Requester: w.customers[0], Fields: map[string]any{"status": "awaiting_vendor"}})
	w.desk.AddTicket(desk.NewTicket{Subject: "New priority", Body: "x", Requester: w.customers[0], Fields: map[string]any{"priority": "blocker"}})
	w.open(0, false)
	res := w.sync(t)
	if res.Tickets.Created != 1 || res.Tickets.Parked != 2 {
		t.Errorf("result %+v", res)
	}
	w.policy.Statuses["awaiting_vendor"] = w.policy.Statuses[ticket.Pending]
	w.policy.Priorities["blocker"] = w.policy.Priorities[ticket.Urgent]
	if res := w.sync(t); res.Tickets.Created != 2 || len(res.Problems) != 0 {
		t.Errorf("after pairing them: %+v", res)
	}
}

// TestRun_ServicesClockIsAnHourOff: nothing the bridge decides hangs on whether
// this machine's clock agrees with theirs.
func TestRun_ServicesClockIsAnHourOff(t *testing.T) {
	for _, skew := range []string{"1h", "-1h"} {
		t.Run(skew, func(t *testing.T) {
			set, err := fault.Parse("clock-skew:" + skew)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, set, 1)
			id := w.open(0, false)
			w.sync(t)
			w.desk.AddComment(id, desk.NewComment{Author: w.agent, Body: "more"})
			if res := w.sync(t); res.Comments.ToPSA != 1 {
				t.Errorf("result %+v", res)
			}
			w.proven(t)
		})
	}
}

// TestRun_AnswersThatAreNone: a portal or proxy that answers everything
// with a page stops the run, and nothing is lost.
func TestRun_AnswersThatAreNone(t *testing.T) {
	for _, name := range []fault.Name{fault.HTMLError, fault.Truncate} {
		t.Run(string(name), func(t *testing.T) {
			w := newWorld(t, nil, 1)
			w.open(0, false)
			w.clock.Advance(2 * time.Minute)
			w.faults.Set(name, 1)
			res, err := w.life(t, &death{}, 1)
			if err == nil || res.Outcome != bridge.Failed {
				t.Errorf("result %+v, %v", res, err)
			}
			w.faults.Set(name, 0)
			for range 3 {
				w.sync(t)
			}
			w.proven(t)
		})
	}
}
