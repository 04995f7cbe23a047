package connectwise_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"deskbridge/app/connectwise"
	"deskbridge/app/ticket"
)

// fixture reads one sample of the recorded answers.
func fixture(t *testing.T, file, name string) string {
	t.Helper()
	dir := os.Getenv("DESKBRIDGE_FIXTURES")
	if dir == "" {
		t.Skip("DESKBRIDGE_FIXTURES is not set")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "connectwise", file))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	if all[name] == nil {
		t.Fatalf("%s has no %s", file, name)
	}
	return string(all[name])
}

func TestFixtures(t *testing.T) {
	ctx := t.Context()
	t.Run("ticket", func(t *testing.T) {
		one := fixture(t, "ticket.json", "API_SERVICE_TICKET")
		want := ticket.PSATicket{
			ID: 69, Board: 1, UpdatedAt: time.Date(2016, 3, 8, 21, 59, 20, 0, time.UTC), UpdatedBy: "User1",
			Fields: ticket.Fields{
				Summary: "Schedule and Execute Conversion", Status: 1, Priority: 4, Company: 2,
				Contact: ticket.Contact{ID: 2, Name: "Gregg Kegle", Email: "user@example.com"},
			},
		}
		c, _ := over(t, base, always(200, "["+one+"]"))
		got, err := c.Get(ctx, []ticket.PSAID{69})
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("Get = %+v, %v; want %+v", got, err, want)
		}
		c, _ = over(t, base, always(200, one))
		made, err := c.Create(ctx, ticket.NewTicket{Marker: "deskbridge:acme:1"})
		if err != nil || made != want {
			t.Errorf("Create = %+v, %v", made, err)
		}
	})
	t.Run("boards", func(t *testing.T) {
		c, _ := over(t, base, always(200, fixture(t, "boards.json", "API_BOARD_LIST")))
		if got, err := c.Boards(ctx); err != nil || len(got) != 1 || got[0] != (ticket.Board{Choice: ticket.Choice{ID: 1, Name: "Service A"}, Location: 1}) {
			t.Errorf("Boards = %+v, %v", got, err)
		}
		c, _ = over(t, base, always(200, fixture(t, "boards.json", "API_BOARD_STATUS_LIST")))
		if got, err := c.BoardStatuses(ctx, 1); err != nil || len(got) != 2 || got[0].Closed || !got[1].Closed || got[1].Name != "In Progress" {
			t.Errorf("BoardStatuses = %+v, %v", got, err)
		}
		c, _ = over(t, base, always(200, fixture(t, "boards.json", "API_SERVICE_TEAM_LIST")))
		if got, err := c.BoardTeams(ctx, 1); err != nil || len(got) != 3 || !got[0].Default || got[1].Default || got[2].Name != "Linux Team" {
			t.Errorf("BoardTeams = %+v, %v", got, err)
		}
	})
	t.Run("priorities and sources", func(t *testing.T) {
		c, _ := over(t, base, always(200, fixture(t, "priorities-sources-slas.json", "API_SERVICE_PRIORITY_LIST")))
		if got, err := c.Priorities(ctx); err != nil || len(got) != 2 || got[0].ID != 4 || got[1].Name != "Priority 2 - Quick Response" {
			t.Errorf("Priorities = %+v, %v", got, err)
		}
		c, _ = over(t, base, always(200, fixture(t, "priorities-sources-slas.json", "API_SOURCE_LIST")))
		if got, err := c.Sources(ctx); err != nil || len(got) != 1 || got[0] != (ticket.Choice{ID: 3, Name: "Email"}) {
			t.Errorf("Sources = %+v, %v", got, err)
		}
	})
	t.Run("company info", func(t *testing.T) {
		c, _ := over(t, "https://cw.msp.example", always(200, fixture(t, "company-info.json", "API_COMPANY_INFO")))
		got, err := c.Identify(ctx)
		if want := (connectwise.Instance{Company: "foobar", Codebase: "v2017_3/", Version: "v2017.3", Cloud: true}); err != nil || got != want {
			t.Errorf("Identify = %+v, %v", got, err)
		}
		if at, err := c.Base(ctx); err != nil || at != "https://cw.msp.example/v2017_3/apis/3.0" {
			t.Errorf("Base = %s, %v", at, err)
		}
	})
}

// Answers hold what they hold: nulls, large numbers, long texts, strange times.
func TestDecode_Tolerant(t *testing.T) {
	long := strings.Repeat("x", 5_000)
	c, _ := over(t, base, always(200, `[{"id":9007199254740993,"summary":"`+long+`","board":null,"status":null,"priority":{"id":null},"company":{"id":4,"identifier":"A"},
		"contact":null,"contactName":null,"recordType":"Something New","severity":17,"closedFlag":null,"_info":null,"customFields":[{"value":{}}]},
		{"id":2,"_info":{"lastUpdated":"yesterday","updatedBy":null}},{"id":3,"_info":{"lastUpdated":"2015-12-24T22: 08: 22Z"}}]`))
	got, err := c.Get(t.Context(), []ticket.PSAID{1})
	if err != nil || len(got) != 3 {
		t.Fatalf("Get = %v, %v", got, err)
	}
	if got[2].ID != 9007199254740993 || got[2].Fields.Summary != long || got[2].Fields.Company != 4 {
		t.Errorf("got %+v", got[2])
	}
	if !got[0].UpdatedAt.IsZero() || got[1].UpdatedAt.Unix() != 1450994902 {
		t.Errorf("times %v and %v", got[0].UpdatedAt, got[1].UpdatedAt)
	}
}

// A list that does not move on is an error, never a short list.
func TestWalk_StuckList(t *testing.T) {
	var rows []string
	for i := range 1_000 {
		rows = append(rows, fmt.Sprintf(`{"id":%d}`, i+1))
	}
	c, w := over(t, base, always(200, "["+strings.Join(rows, ",")+"]"))
	n := 0
	err := c.Recent(t.Context(), func(ticket.PSATicket) bool { n++; return true })
	if !errors.Is(err, ticket.ErrMalformed) || n != 1_000 {
		t.Errorf("%d rows, %v", n, err)
	}
	if len(w.requests()) > 6 {
		t.Errorf("asked %d times", len(w.requests()))
	}
}

// A list may answer fewer rows than asked for and still go on.
func TestWalk_FollowsLink(t *testing.T) {
	c, _ := over(t, base, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("conditions") {
		case "":
			w.Header().Set("Link", `<https://x/>; rel="next"`)
			fmt.Fprint(w, `[{"id":2},{"id":1}]`)
		case "id > 2":
			fmt.Fprint(w, `[{"id":3},{"id":2},{"id":3}]`)
		default:
			t.Errorf("asked for %s", r.URL.RawQuery)
		}
	})
	got, err := c.Priorities(t.Context())
	if err != nil || len(got) != 3 || got[0].ID != 1 || got[2].ID != 3 {
		t.Errorf("Priorities = %v, %v", got, err)
	}
}

var onlyOurs = regexp.MustCompile(`^externalXRef(="[a-z0-9.:-]+"| in \("[a-z0-9.:-]+"(,"[a-z0-9.:-]+")*\)| contains "[a-z0-9.:-]+")$`)

// Whatever text is handed in as a marker, a filter never holds a sign that could
// end its string.
func TestConditions_HoldNothingPeopleWrote(t *testing.T) {
	c, w := over(t, base, always(200, `[]`))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Z0-9.:"'%* -]{0,20}`))
		markers := rapid.SliceOfN(text, 1, 5).Draw(t, "markers")
		_, findErr := c.Find(t.Context(), markers)
		markedErr := c.Marked(t.Context(), markers[0], nil)
		plain := regexp.MustCompile(`^[a-zA-Z0-9.:-]{1,100}$`)
		clean := true
		for _, m := range markers {
			clean = clean && plain.MatchString(m)
		}
		if (findErr == nil) != clean || (markedErr == nil) != plain.MatchString(markers[0]) {
			t.Fatalf("markers %q: %v, %v", markers, findErr, markedErr)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, r := range w.asked {
			if got := r.Query["conditions"][0]; !onlyOurs.MatchString(got) {
				t.Fatalf("conditions %q", got)
			}
		}
		w.asked = nil
	})
}

func FuzzAnswers(f *testing.F) {
	f.Add(200, `[{"id":1,"_info":{"lastUpdated":"2016-03-08T21:59:20Z"}}]`)
	f.Add(200, `{"id":1,"text":"x"}`)
	f.Add(400, `{"code":"InvalidObject","errors":[{"field":"summary"}]}`)
	f.Add(404, `<html>`)
	f.Add(403, `{"code":3}`)
	f.Add(200, `null`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || status == 429 {
			return
		}
		c, w := over(t, base, always(status, body))
		c.HTTP.Tries = 1
		ctx := t.Context()
		known := func(err error, write bool) {
			t.Helper()
			if err == nil {
				return
			}
			if _, ok := errors.AsType[*ticket.Refusal](err); ok {
				return
			}
			for _, want := range []error{ticket.ErrOutcomeUnknown, ticket.ErrGone, ticket.ErrSignIn, ticket.ErrForbidden, ticket.ErrUnavailable} {
				if errors.Is(err, want) {
					return
				}
			}
			if !write && (errors.Is(err, ticket.ErrMalformed) || errors.Is(err, ticket.ErrFilterRefused)) {
				return
			}
			t.Errorf("%d %q ended in %v", status, body, err)
		}
		made, err := c.Create(ctx, ticket.NewTicket{Marker: "deskbridge:acme:1"})
		known(err, true)
		if err == nil && made.ID <= 0 {
			t.Errorf("%q counts as a ticket: %+v", body, made)
		}
		_, err = c.Update(ctx, 1, ticket.Change{Set: ticket.FieldStatus})
		known(err, true)
		note, err := c.AddNote(ctx, 1, ticket.NewNote{Text: "x"})
		known(err, true)
		if err == nil && note.ID <= 0 {
			t.Errorf("%q counts as a note: %+v", body, note)
		}
		for _, r := range w.requests() {
			if r.Method == "" {
				t.Error("a request without a method")
			}
		}
		if n := len(w.requests()); n != 3 {
			t.Errorf("three writes were %d requests", n)
		}
		_, err = c.Notes(ctx, 1)
		known(err, false)
		_, err = c.Companies(ctx)
		known(err, false)
		_, err = c.Contacts(ctx, 1)
		known(err, false)
		_, err = c.Boards(ctx)
		known(err, false)
		_, err = c.Identify(ctx)
		known(err, false)
		_, err = c.SystemInfo(ctx)
		known(err, false)
	})
}

func FuzzParseCompany(f *testing.F) {
	f.Add("https://na.myconnectwise.net/login/companyinfo/acme")
	f.Add(" acme ")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := connectwise.ParseCompany(s)
		if err != nil {
			return
		}
		if again, err := connectwise.ParseCompany(id); err != nil || again != id {
			t.Errorf("%q became %q, which becomes %q (%v)", s, id, again, err)
		}
		if url.PathEscape(id) == ".." || strings.ContainsAny(id, "/+:?#\\ ") {
			t.Errorf("%q became %q", s, id)
		}
	})
}

func BenchmarkCreate(b *testing.B) {
	c, _ := over(b, base, always(201, answered))
	c.HTTP.HTTP = &http.Client{Transport: quick(answered)}
	t := ticket.NewTicket{Marker: "deskbridge:acme:1", Board: 1, Discussion: strings.Repeat("words ", 100), Fields: ticket.Fields{Summary: "x", Status: 2, Company: 4}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Create(b.Context(), t); err != nil {
			b.Fatal(err)
		}
	}
}
