package zendesk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deskbridge/app/ticket"
)

// exchange is one recorded request and its answer.
type exchange struct {
	Request struct {
		Method string          `json:"method"`
		Path   string          `json:"path"`
		Body   json.RawMessage `json:"body"`
	} `json:"request"`
	Response struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    json.RawMessage   `json:"body"`
	} `json:"response"`
}

func (e exchange) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for name, value := range e.Response.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(e.Response.Status)
	_, _ = w.Write(e.Response.Body)
}

// recorded returns the exchanges of one fixture file.
func recorded(t *testing.T, name string) []exchange {
	t.Helper()
	dir := os.Getenv("DESKBRIDGE_FIXTURES")
	if dir == "" {
		t.Skip("DESKBRIDGE_FIXTURES is not set")
	}
	body, err := os.ReadFile(filepath.Join(dir, "zendesk", name))
	if err != nil {
		t.Fatal(err)
	}
	var out []exchange
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFixtures_CursorSequence(t *testing.T) {
	for i, e := range recorded(t, "incremental-cursor-sequence.json") {
		c := ask(t, e.ServeHTTP)
		page, err := c.Tickets(t.Context(), "", time.Unix(0, 0))
		if err != nil {
			t.Fatalf("exchange %d: %v", i, err)
		}
		var want struct {
			Tickets []struct {
				ID        int64  `json:"id"`
				CreatedAt string `json:"created_at"`
				Generated int64  `json:"generated_timestamp"`
			} `json:"tickets"`
			Cursor string `json:"after_cursor"`
			End    bool   `json:"end_of_stream"`
		}
		if err := json.Unmarshal(e.Response.Body, &want); err != nil {
			t.Fatal(err)
		}
		if page.Cursor != want.Cursor || page.End != want.End || len(page.Tickets) != len(want.Tickets) {
			t.Fatalf("exchange %d: %d tickets, cursor %q, end %v", i, len(page.Tickets), page.Cursor, page.End)
		}
		for j, got := range page.Tickets {
			w := want.Tickets[j]
			if int64(got.ID) != w.ID || got.CreatedAt.Format(time.RFC3339) != w.CreatedAt || got.ChangedAt.Unix() != w.Generated {
				t.Errorf("exchange %d: %+v, want %+v", i, got, w)
			}
			if got.Priority != ticket.NoPriority || got.Status != ticket.New || got.Subject != "test" || !got.Public || got.RequesterID != 6130907993114 {
				t.Errorf("exchange %d: %+v", i, got)
			}
		}
	}
}

func TestFixtures_Me(t *testing.T) {
	c := ask(t, recorded(t, "users-me.json")[0].ServeHTTP)
	me, err := c.Me(t.Context())
	if err != nil || me.ID != 6130907993114 || !me.Admin() || me.Restricted || me.Email != "user@example.com" {
		t.Fatalf("Me = %+v, %v", me, err)
	}
}

func TestFixtures_Comments(t *testing.T) {
	for _, e := range recorded(t, "upload-attach-redact.json") {
		if !strings.Contains(e.Request.Path, "/comments.json") {
			continue
		}
		c := ask(t, e.ServeHTTP)
		comments, _, err := c.Comments(t.Context(), 33)
		if err != nil || len(comments) != 1 {
			t.Fatalf("Comments = %v, %v", comments, err)
		}
		got := comments[0]
		if got.ID != 33144692244499 || got.Body != "Some comment" || !got.Public || got.TicketID != 33 || len(got.Attachments) != 1 {
			t.Errorf("comment = %+v", got)
		}
		a := got.Attachments[0]
		if a.Name != "README.md" || a.ID != 33144647570963 || a.Size == 0 || a.URL == "" {
			t.Errorf("attachment = %+v", a)
		}
		return
	}
	t.Fatal("no comment list in the fixtures")
}

// Answers that hold one ticket are read through the list route.
func TestFixtures_SingleTickets(t *testing.T) {
	for _, file := range []string{"ticket-create.json", "ticket-update.json", "upload-attach-redact.json"} {
		for i, e := range recorded(t, file) {
			var one struct {
				Ticket json.RawMessage `json:"ticket"`
			}
			if json.Unmarshal(e.Response.Body, &one) != nil || one.Ticket == nil {
				continue
			}
			c := ask(t, always(200, fmt.Sprintf(`{"tickets":[%s],"count":1}`, one.Ticket)))
			got, err := c.TicketsByID(t.Context(), []ticket.DeskID{1})
			if err != nil || len(got) != 1 || got[0].ID == 0 || got[0].Status != ticket.New || !got[0].ChangedAt.Equal(got[0].UpdatedAt) {
				t.Errorf("%s %d: %+v, %v", file, i, got, err)
			}
		}
	}
}

func TestFixtures_Errors(t *testing.T) {
	for i, e := range recorded(t, "errors.json") {
		c := ask(t, e.ServeHTTP)
		_, _, err := c.Comments(t.Context(), 1)
		if err == nil {
			t.Fatalf("exchange %d: no error", i)
		}
		checkStatus(t, e.Response.Status, err)
	}
}
