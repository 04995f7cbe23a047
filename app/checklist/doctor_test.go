package checklist_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbridge/app/checklist"
	"deskbridge/app/ticket"
)

// fake answers as facts say and notes what it was asked.
type fake struct {
	checklist.Facts
	asked []string
}

func (f *fake) ask(what string) { f.asked = append(f.asked, what) }

func (f *fake) Reach(context.Context) (time.Duration, error) {
	f.ask("reach")
	return f.Facts.Desk.Skew, f.Facts.Desk.ReachErr
}

func (f *fake) WhoAmI(context.Context) (ticket.Person, error) {
	f.ask("who")
	return f.Facts.Desk.Person, f.Facts.Desk.PersonErr
}
func (f *fake) ReadExport(context.Context) error { f.ask("export"); return f.Facts.Desk.ExportErr }
func (f *fake) AccessEnds(context.Context) (time.Time, error) {
	f.ask("ends")
	return f.Facts.Desk.Ends, f.Facts.Desk.EndsErr
}

func (f *fake) Identify(context.Context) (string, error) {
	f.ask("identify")
	return f.Facts.PSA.Name, f.Facts.PSA.IdentifyErr
}
func (f *fake) SignIn(context.Context) error { f.ask("sign in"); return f.Facts.PSA.SignInErr }
func (f *fake) ProbeRight(_ context.Context, right string) (bool, bool, string, error) {
	f.ask(right)
	r := f.Facts.PSA.Rights[right]
	return r.Granted, r.Known, r.Detail, r.Err
}

func (f *fake) Boards(context.Context) ([]ticket.Board, error) {
	f.ask("boards")
	return f.Facts.PSA.Boards, f.Facts.PSA.BoardsErr
}

func (f *fake) BoardStatuses(_ context.Context, board int64) ([]ticket.BoardStatus, error) {
	f.ask("statuses")
	if board != 5 {
		return nil, errors.New("another board")
	}
	return f.Facts.PSA.Statuses, f.Facts.PSA.BoardErr
}

func (f *fake) BoardTeams(context.Context, int64) ([]checklist.Team, error) {
	f.ask("teams")
	return f.Facts.PSA.Teams, f.Facts.PSA.BoardErr
}

func (f *fake) Priorities(context.Context) ([]ticket.Choice, error) {
	f.ask("priorities")
	return f.Facts.PSA.Priorities, f.Facts.PSA.PriorityErr
}

func (f *fake) Companies(context.Context) ([]ticket.Company, error) {
	f.ask("companies")
	return f.Facts.PSA.Companies, f.Facts.PSA.CompaniesErr
}

func (f *fake) Folder(context.Context) (string, error) { return f.Facts.Local.Folder, nil }
func (f *fake) Database(context.Context) (int, int, error) {
	return f.Facts.Local.Is, f.Facts.Local.Wants, nil
}
func (f *fake) Free(context.Context) (uint64, error)   { return f.Facts.Local.Free, nil }
func (f *fake) Keychain(context.Context) (bool, error) { return false, f.Facts.Local.KeychainErr }

func (f *fake) doctor() checklist.Doctor {
	return checklist.Doctor{Desk: f, PSA: f, Local: f, Choices: f.Facts.PSA.Choices, Now: func() time.Time { return now }}
}

func TestDoctor_FindsWhatFactsSay(t *testing.T) {
	f := &fake{Facts: healthy()}
	rows, err := f.doctor().Run(t.Context())
	if err != nil || !reflect.DeepEqual(rows, checklist.Judge(healthy())) {
		t.Errorf("%+v, %v", rows, err)
	}
	again, err := f.doctor().Run(t.Context())
	if err != nil || !reflect.DeepEqual(rows, again) {
		t.Errorf("a second look differs: %v", err)
	}
}

func TestDoctor_StopsWhereTheAnswerIsClear(t *testing.T) {
	f := &fake{Facts: healthy()}
	f.Facts.Desk.PersonErr = ticket.ErrSignIn
	f.Facts.PSA.SignInErr = ticket.ErrSignIn
	rows, err := f.doctor().Run(t.Context())
	if err != nil || !checklist.Blocked(rows) {
		t.Fatal(err)
	}
	if want := []string{"reach", "ends", "who", "identify", "sign in"}; !slices.Equal(f.asked, want) {
		t.Errorf("asked %v", f.asked)
	}
	if c := row(t, rows, "right.service-tickets-add"); c.Verdict != checklist.Unknown || !strings.Contains(c.Detail, "sign-in does not work") {
		t.Errorf("%+v", c)
	}
}

func TestDoctor_NothingSetUp(t *testing.T) {
	rows, err := checklist.Doctor{}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range rows {
		if c.Verdict != checklist.Unknown || c.Blocks {
			t.Errorf("%+v", c)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (checklist.Doctor{}).Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRights(t *testing.T) {
	var keys []string
	for _, r := range checklist.Rights() {
		keys = append(keys, r.Key)
		if r.Without == "" || r.Module == "" || r.Wanted != "All" {
			t.Errorf("%+v", r)
		}
	}
	want := []string{
		"company-maintenance-inquire", "contacts-inquire", "manage-attachments-add", "manage-attachments-inquire",
		"service-tickets-add", "service-tickets-edit", "service-tickets-inquire",
		"close-service-tickets-add", "close-service-tickets-edit", "close-service-tickets-inquire",
		"table-setup-inquire", "member-maintenance-inquire", "my-company-inquire", "time-entry-inquire",
	}
	if !slices.Equal(keys, want) {
		t.Errorf("keys %v", keys)
	}
}

func TestSteps(t *testing.T) {
	rows := map[string]bool{}
	for _, c := range checklist.Judge(checklist.Facts{}) {
		if rows[c.ID] {
			t.Errorf("two rows %s", c.ID)
		}
		rows[c.ID] = true
	}
	cloud, own := checklist.Steps(false), checklist.Steps(true)
	if len(own) != len(cloud)+1 || own[len(cloud)].ID != "server" {
		t.Errorf("%d steps in the cloud, %d on an own server", len(cloud), len(own))
	}
	for _, s := range own {
		if s.ID == "" || s.Title == "" || s.Menu == "" || s.Why == "" || len(s.Do) == 0 || len(s.Checks) == 0 || !s.Required {
			t.Errorf("step %+v lacks something", s)
		}
		for _, id := range s.Checks {
			if !rows[id] {
				t.Errorf("step %s leans on %s, which the doctor does not have", s.ID, id)
			}
		}
	}
	role := strings.Join(own[0].Do, "\n")
	if !strings.Contains(role, "Service Desk › Service Tickets: Add All, Edit All, Inquire All.") || strings.Contains(role, "Delete") {
		t.Errorf("the role is\n%s", role)
	}
}
