package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deskbridge/app/simulator"
	"deskbridge/app/simulator/desk"
)

// record writes a recording of one file each and loads it.
func record(t testing.TB, zendesk, connectwise string) (*simulator.World, error) {
	dir := t.TempDir()
	for name, text := range map[string]string{"zendesk": zendesk, "connectwise": connectwise} {
		if text == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "a.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return simulator.New(simulator.Options{LoadDir: dir, Now: noon})
}

const twoRecordings = `[
 {"recorded": "2024-02-01", "request": {"path": "/api/v2/tickets/7.json"}, "response": {"body": {"ticket":
  {"id": 7, "subject": "second", "description": "d2", "via": {"channel": "api"}, "status": "closed", "created_at": "2024-01-01T10:00:00Z", "updated_at": "2024-01-01T11:00:00Z", "requester_id": 70, "submitter_id": 71, "organization_id": null}}}},
 {"recorded": "2024-01-01", "request": {"path": "/api/v2/tickets.json"}, "response": {"body": {"tickets": [
  {"id": 7, "subject": "first", "description": "d1", "status": "open", "created_at": "2023-01-01T10:00:00Z", "updated_at": "2023-01-01T10:00:00Z"},
  {"id": 9, "subject": null, "description": "d9", "status": "new", "created_at": "2024-01-01T10:00:00Z", "updated_at": "2024-01-01T10:00:00Z", "requester_id": null, "custom_fields": [{"id": 1, "value": "x"}]}]}}},
 {"recorded": "2024-01-01", "request": {"path": "/api/v2/users/70.json"}, "response": {"body": {"user": {"id": 70, "name": "Seven Ty", "email": "seventy@example.com", "role": "end-user", "organization_id": 5}}}},
 {"recorded": "2024-02-01", "request": {"path": "/api/v2/incremental/ticket_events.json?start_time=0"}, "response": {"body": {"ticket_events": [
  {"id": 100, "ticket_id": 7, "child_events": [{"id": 101, "event_type": "Comment", "via": "Web form", "audit_id": 100, "author_id": -1, "body": "later", "public": false, "created_at": "2024-01-01T11:00:00Z", "attachments": []}, {"id": 102, "event_type": "Change", "status": "closed"}]}]}}},
 {"recorded": "2024-02-01", "request": {"path": "/x"}, "response": {"body": ["not", "ours"]}},
 {"recorded": "2024-02-01", "request": {"path": "/y"}, "response": {"body": null}, "extra": 1}
]`

func TestLoad_OtherRecordings(t *testing.T) {
	w, err := record(t, twoRecordings, "")
	if err != nil {
		t.Fatal(err)
	}
	if r := w.Report(); r.Tickets != 2 || r.Comments != 3 {
		t.Errorf("the report expects %d tickets with %d comments", r.Tickets, r.Comments)
	}
	seven, _ := w.Desk.Ticket(7)
	if seven.Subject != "second" || seven.Status != "closed" || seven.Organization != 0 || len(seven.Comments) != 2 {
		t.Fatalf("the later recording must win: %+v", seven)
	}
	if first := seven.Comments[0]; first.Body != "d2" || first.Author != 70 || !first.At.Equal(seven.CreatedAt) || !first.Public {
		t.Errorf("the description is %+v", first)
	}
	if later := seven.Comments[1]; later.ID != 101 || later.Author != -1 || later.Public {
		t.Errorf("the comment of the event export is %+v", later)
	}
	nine, _ := w.Desk.Ticket(9)
	if nine.Requester != 0 || len(nine.Comments) != 1 || nine.Comments[0].Author != 0 {
		t.Errorf("nulls were not kept: %+v", nine)
	}
	people := map[int64]string{}
	for _, u := range w.Desk.Users() {
		people[u.ID] = u.Email
	}
	if people[70] != "seventy@example.com" || people[71] == "" {
		t.Errorf("people are %v", people)
	}
}

// What the loaded account answers must be what was recorded, links apart.
func TestLoad_AnswersAsRecorded(t *testing.T) {
	dir := os.Getenv("DESKBRIDGE_FIXTURES")
	if dir == "" {
		t.Skip("DESKBRIDGE_FIXTURES is not set")
	}
	r := serve(t, simulator.Options{LoadDir: dir})
	wanted := map[float64]map[string]any{}
	for _, file := range []string{"incremental-cursor-sequence", "ticket-create", "ticket-update", "upload-attach-redact"} {
		text, err := os.ReadFile(filepath.Join(dir, "zendesk", file+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var list []struct{ Response struct{ Body map[string]any } }
		if err := json.Unmarshal(text, &list); err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			tickets, _ := e.Response.Body["tickets"].([]any)
			for _, tk := range append(tickets, e.Response.Body["ticket"]) {
				if tk, is := tk.(map[string]any); is {
					wanted[tk["id"].(float64)] = tk // the files happen to be in the order of recording
				}
			}
		}
	}
	for id, want := range wanted {
		var got struct{ Ticket map[string]any }
		r.get(fmt.Sprintf("/api/v2/tickets/%.0f.json", id), &got)
		for _, link := range []string{"url", "generated_timestamp"} {
			delete(want, link)
			delete(got.Ticket, link)
		}
		if diff := cmp.Diff(want, got.Ticket); diff != "" {
			t.Errorf("ticket %.0f (-recorded +answered):\n%s", id, diff)
		}
	}
	if len(wanted) < 12 {
		t.Errorf("only %d tickets were recorded", len(wanted))
	}
}

func (r running) get(path string, into any) {
	r.t.Helper()
	req, err := http.NewRequest("GET", r.Zendesk+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+desk.AccessToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		r.t.Fatal(err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(twoRecordings, `{"API_BOARD_LIST":[{"id":1,"name":"A"}],"API_BOARD_STATUS_LIST":[{"id":1,"name":"New","board":{"id":2}}],"API_SERVICE_TICKET":{"board":{"id":1,"name":"A"},"status":{"name":"New"}},"API_COMPANY_INFO":{"CompanyID":"CW"}}`)
	f.Add(`[]`, `{"API_BOARD_LIST":{"id":1,"name":"A","projectFlag":true},"API_SERVICE_TICKET":[{},null]}`)
	f.Add(`[{"response":{"body":{"ticket":{"id":-1},"audit":{"ticket_id":-1,"events":[{"type":"Comment","id":5}]}}}}]`, `{"x":1}`)
	f.Fuzz(func(t *testing.T, zendesk, connectwise string) {
		w, err := record(t, zendesk, connectwise)
		if err != nil {
			if !strings.Contains(err.Error(), "load ") {
				t.Errorf("error without a place: %v", err)
			}
			return
		}
		w.Report()
	})
}
