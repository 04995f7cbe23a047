package desk_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"deskbridge/app/simulator/desk"
)

// TestContract holds answers against the schemas Zendesk published. They cover member names and types of successes
// only; what the specification is known to have wrong is left out here, with the reason.
func TestContract(t *testing.T) {
	folder := os.Getenv("DESKBRIDGE_SPECS")
	if folder == "" {
		t.Skip("DESKBRIDGE_SPECS is not set")
	}
	spec, err := openapi3.NewLoader().LoadFromFile(filepath.Join(folder, "zendesk.subset.json"))
	if err != nil {
		t.Fatal(err)
	}
	a := start(t)
	org := a.AddOrganization(desk.Organization{Name: "Client", Domains: []string{"client.example"}})
	person := a.AddUser(desk.User{Name: "Pat", Email: "pat@client.example", Organization: org})
	id := a.AddTicket(desk.NewTicket{
		At: a.old(0), Subject: "Printer", Body: "It hums.", Requester: person, Priority: "high", Type: "incident", Tags: []string{"a"},
		Files: []desk.File{{Name: "a.png", Type: "image/png", Size: 9}},
	})
	a.AddComment(id, desk.NewComment{Author: desk.AdminID, Body: "note", Private: true, At: a.old(1)})
	a.SetStatus(id, "pending")
	a.clock.add(time.Minute)
	got, _ := a.Ticket(id)
	ticket := fmt.Sprintf("/api/v2/tickets/%d", id)

	for _, c := range []struct {
		method, path, pattern string
		body                  any
	}{
		{"GET", "/api/v2/users/me.json", "/api/v2/users/me", nil},
		{"GET", "/api/v2/users/" + itoa(person), "/api/v2/users/{user_id}", nil},
		{"GET", "/api/v2/users/show_many.json?ids=" + itoa(person), "/api/v2/users/show_many", nil},
		{"GET", "/api/v2/organizations.json", "/api/v2/organizations", nil},
		{"GET", "/api/v2/organizations/show_many.json?ids=" + itoa(org), "/api/v2/organizations/show_many", nil},
		{"GET", "/api/v2/organizations/" + itoa(org), "/api/v2/organizations/{organization_id}", nil},
		{"GET", "/api/v2/groups", "/api/v2/groups", nil},
		{"GET", "/api/v2/custom_statuses.json", "/api/v2/custom_statuses", nil},
		{"GET", "/api/v2/ticket_fields.json", "/api/v2/ticket_fields", nil},
		{"GET", "/api/v2/account/settings.json", "/api/v2/account/settings", nil},
		{"GET", cursorPath + "?start_time=0", "/api/v2/incremental/tickets/cursor", nil},
		{"GET", "/api/v2/tickets.json", "/api/v2/tickets", nil},
		{"GET", ticket + ".json", "/api/v2/tickets/{ticket_id}", nil},
		{"GET", "/api/v2/tickets/show_many?ids=" + itoa(id), "/api/v2/tickets/show_many", nil},
		{"GET", ticket + "/comments?page[size]=2", "/api/v2/tickets/{ticket_id}/comments", nil},
		{"GET", ticket + "/audits.json", "/api/v2/tickets/{ticket_id}/audits", nil},
		{"GET", ticket + "/tags", "/api/v2/tickets/{ticket_id}/tags", nil},
		{"PUT", ticket, "/api/v2/tickets/{ticket_id}", m{"ticket": m{"comment": m{"body": "x"}, "status": "open"}}},
		{"POST", "/api/v2/tickets", "/api/v2/tickets", m{"ticket": m{"comment": m{"body": "x"}}}},
		{"POST", "/api/v2/uploads?filename=a.txt", "/api/v2/uploads", "x"},
		{"GET", "/api/v2/attachments/" + itoa(got.Comments[0].Attachments[0].ID), "/api/v2/attachments/{attachment_id}", nil},
		{"GET", "/api/v2/oauth/tokens/current.json", "/api/v2/oauth/tokens/{oauth_token_id}", nil},
		// The event export is left out: the published example and schema show metric events (README, fault 4).
		// POST /oauth/tokens is left out: its schema is of tokens that never expire (README, fault 1).
	} {
		t.Run(c.method+" "+c.pattern, func(t *testing.T) {
			answered := a.do(c.method, c.path, c.body)
			response := spec.Paths.Value(c.pattern).GetOperation(c.method).Responses.Status(answered.status)
			if response == nil {
				t.Fatalf("status %d is not in the specification: %s", answered.status, answered.text)
			}
			var value any
			if err := json.Unmarshal([]byte(answered.text), &value); err != nil {
				t.Fatal(err)
			}
			value = withoutNulls(value)
			schema := response.Value.Content.Get("application/json").Schema.Value
			err := schema.VisitJSON(value, openapi3.MultiErrors(), openapi3.VisitAsResponse())
			for _, line := range strings.Split(fmt.Sprint(err), " | ") {
				if err != nil {
					t.Error(line)
				}
			}
		})
	}
}

// withoutNulls drops null members: the schemas mark almost nothing as nullable, while the recorded answers are full
// of null (assignee_id, priority, photo and many more).
func withoutNulls(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for k, member := range v {
			if member == nil {
				delete(v, k)
				continue
			}
			v[k] = withoutNulls(member)
		}
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return value
}
