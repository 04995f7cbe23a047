package checklist_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbridge/app/checklist"
	"deskbridge/app/ticket"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// healthy is a world in which every check passes.
func healthy() checklist.Facts {
	rights := map[string]checklist.RightFact{}
	for _, r := range checklist.Rights() {
		rights[r.Key] = checklist.RightFact{Granted: true, Known: true}
	}
	statuses := map[ticket.Status]string{}
	for _, s := range ticket.Statuses() {
		statuses[s] = "New"
	}
	statuses[ticket.Closed] = "2"
	priorities := map[ticket.Priority]string{}
	for _, p := range ticket.Priorities() {
		priorities[p] = "normal "
	}
	return checklist.Facts{
		At: now,
		Desk: &checklist.DeskFacts{
			Skew:   3 * time.Second,
			Person: ticket.Person{ID: 1, Name: "Ann", Email: "ann@msp.example", Role: "admin"},
			Ends:   now.Add(80 * 24 * time.Hour),
		},
		PSA: &checklist.PSAFacts{
			Name:       "Acme, v2026.1",
			Rights:     rights,
			Choices:    checklist.Choices{Board: "Help Desk", DefaultCompany: "Catchall", Statuses: statuses, Priorities: priorities},
			Boards:     []ticket.Board{{Choice: ticket.Choice{ID: 5, Name: "Help Desk"}}, {Choice: ticket.Choice{ID: 6, Name: "Projects"}, Project: true}},
			Statuses:   []ticket.BoardStatus{{Choice: ticket.Choice{ID: 1, Name: "New"}, Default: true}, {Choice: ticket.Choice{ID: 2, Name: "Done"}, Closed: true}},
			Teams:      []checklist.Team{{Name: "Service", Default: true}},
			Priorities: []ticket.Choice{{ID: 3, Name: "Normal"}},
			Companies:  []ticket.Company{{ID: 7, Identifier: "Catchall", Name: "Catch All"}, {ID: 8, Identifier: "Old", Name: "Old", Inactive: true}},
		},
		Local: &checklist.LocalFacts{Folder: "/data", Is: 4, Wants: 4, Free: 5 << 30},
	}
}

func row(t *testing.T, rows []checklist.Check, id string) checklist.Check {
	t.Helper()
	i := slices.IndexFunc(rows, func(c checklist.Check) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("there is no row %s", id)
	}
	return rows[i]
}

func TestJudge_Healthy(t *testing.T) {
	rows := checklist.Judge(healthy())
	for _, c := range rows {
		if c.Verdict != checklist.Pass || c.Next != "" || c.Blocks || c.Title == "" {
			t.Errorf("%+v", c)
		}
	}
	if checklist.Blocked(rows) {
		t.Error("a healthy world is blocked")
	}
	if again := checklist.Judge(healthy()); !reflect.DeepEqual(rows, again) {
		t.Error("the same facts gave other rows")
	}
}

func TestJudge(t *testing.T) {
	gone := fmt.Errorf("ask: %w: %w", ticket.ErrUnavailable, &net.DNSError{Name: "nowhere.example"})
	for _, tc := range []struct {
		name    string
		change  func(*checklist.Facts)
		id      string
		verdict checklist.Verdict
		blocks  bool
		text    string // in detail or next
	}{
		{"desk not reached", func(f *checklist.Facts) { f.Desk.ReachErr = gone }, "desk.address", checklist.Fail, true, "no host named nowhere.example"},
		{"desk not reached: the rest", func(f *checklist.Facts) { f.Desk.ReachErr = gone }, "desk.exports", checklist.Unknown, false, "Solve that first"},
		{"desk access ended", func(f *checklist.Facts) { f.Desk.PersonErr = ticket.ErrSignIn }, "desk.sign-in", checklist.Fail, true, "Reconnect"},
		{"desk access ended: exports", func(f *checklist.Facts) { f.Desk.PersonErr = ticket.ErrSignIn }, "desk.exports", checklist.Unknown, false, "sign-in"},
		{"desk answers oddly", func(f *checklist.Facts) { f.Desk.PersonErr = ticket.ErrMalformed }, "desk.sign-in", checklist.Unknown, false, "not understood"},
		{"an agent", func(f *checklist.Facts) { f.Desk.Person.Role = "agent"; f.Desk.ExportErr = ticket.ErrForbidden }, "desk.exports", checklist.Fail, true, "role agent"},
		{"exports have nothing yet", func(f *checklist.Facts) { f.Desk.ExportErr = ticket.ErrNotYet }, "desk.exports", checklist.Pass, false, ""},
		{"exports busy", func(f *checklist.Facts) { f.Desk.ExportErr = gone }, "desk.exports", checklist.Unknown, false, "did not get through"},
		{"access ends soon", func(f *checklist.Facts) { f.Desk.Ends = now.Add(6*24*time.Hour + time.Hour) }, "desk.access", checklist.Warn, false, "in 6 days"},
		{"access ends today", func(f *checklist.Facts) { f.Desk.Ends = now.Add(time.Hour) }, "desk.access", checklist.Warn, false, "less than a day"},
		{"access ended", func(f *checklist.Facts) { f.Desk.Ends = now.Add(-time.Hour) }, "desk.access", checklist.Fail, true, "ended on"},
		{"access without end", func(f *checklist.Facts) { f.Desk.Ends = time.Time{} }, "desk.access", checklist.Pass, false, "no end"},
		{"clock behind", func(f *checklist.Facts) { f.Desk.Skew = time.Hour }, "desk.clock", checklist.Warn, false, "60 minutes behind"},
		{"clock ahead", func(f *checklist.Facts) { f.Desk.Skew = -6 * time.Minute }, "desk.clock", checklist.Warn, false, "6 minutes ahead of"},
		{"clock nearly right", func(f *checklist.Facts) { f.Desk.Skew = 5 * time.Minute }, "desk.clock", checklist.Pass, false, ""},
		{"desk not set up", func(f *checklist.Facts) { f.Desk = nil }, "desk.address", checklist.Unknown, false, "not connected"},

		{"PSA not set up", func(f *checklist.Facts) { f.PSA = nil }, "psa.board", checklist.Unknown, false, "not connected"},
		{"PSA not set up: rights", func(f *checklist.Facts) { f.PSA = nil }, "right.service-tickets-add", checklist.Unknown, false, "not connected"},
		{"PSA not reached", func(f *checklist.Facts) { f.PSA.IdentifyErr = gone }, "psa.address", checklist.Fail, true, "no host named"},
		{"PSA cut off later", func(f *checklist.Facts) { f.PSA.SignInErr = gone }, "psa.address", checklist.Fail, true, "no host named"},
		{"certificate", func(f *checklist.Facts) {
			f.PSA.IdentifyErr = fmt.Errorf("x: %w: %w", ticket.ErrUnavailable, &tls.CertificateVerificationError{Err: errors.New("signed by unknown authority")})
		}, "psa.address", checklist.Fail, true, "not trusted by this computer"},
		{"no API there", func(f *checklist.Facts) { f.PSA.SignInErr = fmt.Errorf("x: %w", checklist.ErrAddress) }, "psa.address", checklist.Fail, true, "not the ConnectWise API"},
		{"unknown company", func(f *checklist.Facts) { f.PSA.IdentifyErr = fmt.Errorf("x: %w", checklist.ErrCompany) }, "psa.company", checklist.Fail, true, "capitals"},
		{"unknown company: the address is fine", func(f *checklist.Facts) { f.PSA.IdentifyErr = checklist.ErrCompany }, "psa.address", checklist.Pass, false, ""},
		{"a server that does not tell companies", func(f *checklist.Facts) { f.PSA.IdentifyErr = ticket.ErrMalformed }, "psa.company", checklist.Pass, false, "does not tell"},
		{"wrong keys", func(f *checklist.Facts) { f.PSA.SignInErr = ticket.ErrSignIn }, "psa.keys", checklist.Fail, true, "Copy both keys again"},
		{"swapped keys", func(f *checklist.Facts) {
			f.PSA.SignInErr = fmt.Errorf("%w: %w", checklist.ErrSwapped, ticket.ErrSignIn)
		}, "psa.keys", checklist.Fail, true, "swapped"},
		{"keys not judged", func(f *checklist.Facts) { f.PSA.SignInErr = ticket.ErrMalformed }, "psa.keys", checklist.Unknown, false, "did not get through"},
		{"client id", func(f *checklist.Facts) {
			f.PSA.SignInErr = fmt.Errorf("%w: %w", checklist.ErrClientID, ticket.ErrSignIn)
		}, "psa.client-id", checklist.Fail, true, "Update Deskbridge"},
		{"signed in without a right", func(f *checklist.Facts) { f.PSA.SignInErr = ticket.ErrForbidden }, "psa.keys", checklist.Pass, false, ""},

		{"a needed right is missing", right("service-tickets-add", checklist.RightFact{Known: true, Detail: "No."}), "right.service-tickets-add", checklist.Fail, true, "Service Desk › Service Tickets the level Add: All"},
		{"says what will not work", right("service-tickets-edit", checklist.RightFact{Known: true}), "right.service-tickets-edit", checklist.Fail, true, "no later comment"},
		{"a right one can do without is missing", right("manage-attachments-add", checklist.RightFact{Known: true}), "right.manage-attachments-add", checklist.Fail, false, "Files and pictures"},
		{"a right nobody can tell", right("close-service-tickets-edit", checklist.RightFact{Detail: "No way to ask."}), "right.close-service-tickets-edit", checklist.Unknown, false, "No way to ask. Without this right: tickets cannot be closed"},
		{"a right that was not asked for", right("my-company-inquire", checklist.RightFact{Err: gone}), "right.my-company-inquire", checklist.Unknown, false, "did not get through"},

		{"no board chosen", func(f *checklist.Facts) { f.PSA.Choices.Board = "" }, "psa.board", checklist.Fail, true, "No board is chosen"},
		{"no such board", func(f *checklist.Facts) { f.PSA.Choices.Board = "Desk" }, "psa.board", checklist.Fail, true, `no board "Desk"`},
		{"no such board: statuses", func(f *checklist.Facts) { f.PSA.Choices.Board = "Desk" }, "psa.statuses", checklist.Unknown, false, "cannot be read"},
		{"a project board", func(f *checklist.Facts) { f.PSA.Choices.Board = "projects" }, "psa.board", checklist.Fail, true, "project board"},
		{"a board without permission", func(f *checklist.Facts) { f.PSA.BoardErr = ticket.ErrForbidden }, "psa.board", checklist.Fail, true, "no access"},
		{"a board without default team", func(f *checklist.Facts) { f.PSA.Teams[0].Default = false }, "psa.board", checklist.Fail, true, "no default team"},
		{"a board without closing status", func(f *checklist.Facts) { f.PSA.Statuses[1].Closed = false }, "psa.board", checklist.Warn, false, "closes tickets"},
		{"boards not read", func(f *checklist.Facts) { f.PSA.BoardsErr = ticket.ErrForbidden }, "psa.board", checklist.Unknown, false, "may not be read"},
		{"a status that does not exist", func(f *checklist.Facts) { f.PSA.Choices.Statuses[ticket.Open] = "Doing" }, "psa.statuses", checklist.Fail, true, `open leads to "Doing", which does not exist`},
		{"an inactive status", func(f *checklist.Facts) { f.PSA.Statuses[1].Inactive = true }, "psa.statuses", checklist.Fail, true, `closed leads to "Done", which is inactive`},
		{"an unpaired status", func(f *checklist.Facts) { delete(f.PSA.Choices.Statuses, ticket.Hold) }, "psa.statuses", checklist.Warn, false, "Not paired: hold."},
		{"unpaired priorities", func(f *checklist.Facts) { f.PSA.Choices.Priorities = nil }, "psa.priorities", checklist.Warn, false, "none, low, normal, high and urgent"},
		{"a priority that fits two", func(f *checklist.Facts) {
			f.PSA.Priorities = append(f.PSA.Priorities, ticket.Choice{ID: 4, Name: "NORMAL"})
		}, "psa.priorities", checklist.Fail, true, "use the number"},
		{"priorities not read", func(f *checklist.Facts) { f.PSA.PriorityErr = gone }, "psa.priorities", checklist.Unknown, false, "could not be read"},
		{"no default company", func(f *checklist.Facts) { f.PSA.Choices.DefaultCompany = "" }, "psa.default-company", checklist.Fail, true, "No default company"},
		{"an unknown company", func(f *checklist.Facts) { f.PSA.Choices.DefaultCompany = "X" }, "psa.default-company", checklist.Fail, true, `no company "X"`},
		{"a deleted company", func(f *checklist.Facts) { f.PSA.Choices.DefaultCompany = "old" }, "psa.default-company", checklist.Fail, true, "deleted or locked"},
		{"companies not read", func(f *checklist.Facts) { f.PSA.CompaniesErr = ticket.ErrForbidden }, "psa.default-company", checklist.Unknown, false, "may not be read"},

		{"folder", func(f *checklist.Facts) { f.Local.FolderErr = errors.New("permission denied") }, "local.folder", checklist.Fail, true, "--data-dir"},
		{"database broken", func(f *checklist.Facts) { f.Local.DatabaseErr = errors.New("locked") }, "local.database", checklist.Fail, true, "locked"},
		{"database newer", func(f *checklist.Facts) { f.Local.Is = 9 }, "local.database", checklist.Fail, true, "Update Deskbridge"},
		{"disk full", func(f *checklist.Facts) { f.Local.Free = 50 << 20 }, "local.disk", checklist.Fail, true, "50 MB"},
		{"disk scarce", func(f *checklist.Facts) { f.Local.Free = 500 << 20 }, "local.disk", checklist.Warn, false, "500 MB"},
		{"disk not read", func(f *checklist.Facts) { f.Local.FreeErr = errors.New("x") }, "local.disk", checklist.Unknown, false, ""},
		{"no key store", func(f *checklist.Facts) { f.Local.KeychainErr = errors.New("locked") }, "local.keychain", checklist.Fail, true, "Unlock"},
		{"no key store needed", func(f *checklist.Facts) { f.Local.KeychainErr = errors.New("locked"); f.Local.Spare = true }, "local.keychain", checklist.Warn, false, "environment"},
		{"computer not looked at", func(f *checklist.Facts) { f.Local = nil }, "local.disk", checklist.Unknown, false, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			healthyRows := checklist.Judge(healthy())
			f := healthy()
			tc.change(&f)
			rows := checklist.Judge(f)
			got := row(t, rows, tc.id)
			if got.Verdict != tc.verdict || got.Blocks != tc.blocks || !strings.Contains(got.Detail+" "+got.Next, tc.text) {
				t.Errorf("got %+v\nwant %s, blocks %v, %q", got, tc.verdict, tc.blocks, tc.text)
			}
			if len(rows) != len(healthyRows) {
				t.Fatalf("%d rows instead of %d", len(rows), len(healthyRows))
			}
			for i, c := range rows {
				if c.ID != healthyRows[i].ID || c.Title != healthyRows[i].Title {
					t.Errorf("row %d is %s instead of %s", i, c.ID, healthyRows[i].ID)
				}
				if c.Verdict != checklist.Pass && (c.Detail == "" || c.Next == "") {
					t.Errorf("%s says not what, or not what to do: %+v", c.ID, c)
				}
				if c.Blocks && c.Verdict != checklist.Fail {
					t.Errorf("%s blocks with a %s", c.ID, c.Verdict)
				}
				if strings.Contains(c.Detail, "..") || strings.Contains(c.Next, "..") {
					t.Errorf("%s stumbles: %q %q", c.ID, c.Detail, c.Next)
				}
			}
		})
	}
}

func right(key string, fact checklist.RightFact) func(*checklist.Facts) {
	return func(f *checklist.Facts) { f.PSA.Rights[key] = fact }
}

func TestUsable(t *testing.T) {
	statuses := []ticket.BoardStatus{{Choice: ticket.Choice{ID: 1, Name: "New"}}}
	teams := []checklist.Team{{Name: "a"}, {Name: "b", Default: true}}
	for name, tc := range map[string]struct {
		board    ticket.Board
		statuses []ticket.BoardStatus
		teams    []checklist.Team
		reasons  int
	}{
		"as it should be":          {ticket.Board{}, statuses, teams, 0},
		"inactive":                 {ticket.Board{Inactive: true}, statuses, teams, 1},
		"a project board":          {ticket.Board{Project: true}, statuses, teams, 1},
		"no status":                {ticket.Board{}, nil, teams, 1},
		"no status in use":         {ticket.Board{}, []ticket.BoardStatus{{Inactive: true}}, teams, 1},
		"no team":                  {ticket.Board{}, statuses, nil, 1},
		"no default team":          {ticket.Board{}, statuses, teams[:1], 1},
		"everything at once":       {ticket.Board{Inactive: true, Project: true}, nil, nil, 4},
		"odd, but it can be used ": {ticket.Board{}, statuses, teams, 0},
	} {
		ok, reasons := checklist.Usable(tc.board, tc.statuses, tc.teams)
		if ok != (tc.reasons == 0) || len(reasons) != tc.reasons {
			t.Errorf("%s: %v, %v", name, ok, reasons)
		}
	}
}

func TestPick(t *testing.T) {
	from := []ticket.Choice{{ID: 1, Name: "New"}, {ID: 2, Name: "1"}, {ID: 3, Name: "Open "}, {ID: 4, Name: "open"}, {ID: 5, Name: "Twice"}, {ID: 6, Name: "Twice"}}
	for text, want := range map[string]int64{"New": 1, " new ": 1, "1": 2, "2": 2, "open": 4, "6": 6} {
		if got, err := checklist.Pick(from, text); err != nil || got.ID != want {
			t.Errorf("Pick(%q) = %v, %v; want %d", text, got, err, want)
		}
	}
	for text, none := range map[string]bool{"Nope": true, "": true, "OPEN": false, "Twice": false} {
		if got, err := checklist.Pick(from, text); err == nil || errors.Is(err, checklist.ErrNoSuch) != none {
			t.Errorf("Pick(%q) = %v, %v", text, got, err)
		}
	}
	companies := []ticket.Company{{ID: 1, Identifier: "Acme", Name: "Acme Ltd"}, {ID: 2, Identifier: "Other", Name: "Acme"}}
	for text, want := range map[string]int64{"Acme": 1, "acme ltd": 1, "2": 2, "other": 2} {
		if got, err := checklist.PickCompany(companies, text); err != nil || got.ID != want {
			t.Errorf("PickCompany(%q) = %v, %v; want %d", text, got, err, want)
		}
	}
}
