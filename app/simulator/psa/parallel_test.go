package psa_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"deskbridge/app/simulator/psa"
)

// TestParallel has writers, readers, a technician and an inspector at work at once; the race detector is the judge,
// and every ticket and note must be there exactly once, with ids that grow.
func TestParallel(t *testing.T) {
	server := psa.New(psa.Options{}).Standard()
	const writers, each = 4, 25
	var all sync.WaitGroup
	for worker := range writers {
		all.Go(func() {
			for i := range each {
				serve(server, "POST", "/service/tickets", fmt.Sprintf(`{"summary":"t","company":{"id":1},"externalXRef":"%d/%d","initialDescription":"D"}`, worker, i))
				serve(server, "GET", where("/service/tickets", fmt.Sprintf(`externalXRef="%d/%d"`, worker, i)), "")
				serve(server, "PATCH", fmt.Sprintf("/service/tickets/%d", 1001+i), `[{"op":"replace","path":"status","value":{"id":4}},{"op":"add","path":"poNumber","value":"p"}]`)
				serve(server, "POST", fmt.Sprintf("/service/tickets/%d/notes", 1001), `{"text":"n","internalAnalysisFlag":true,"processNotifications":true}`)
				server.EditTicket(102, 1001+i, psa.Edit{Status: "Waiting"})
			}
		})
	}
	all.Go(func() {
		for range each {
			for range server.Walk() {
			}
			server.Emails()
			server.Requests()
			server.Counts()
			serve(server, "GET", "/service/tickets?orderBy=lastUpdated", "")
		}
	})
	all.Wait()
	seen, last := map[string]int{}, 0
	for ticket, notes := range server.Walk() {
		seen[ticket.XRef]++
		if ticket.ID <= last || len(notes) == 0 || notes[0].Text != "D" {
			t.Errorf("ticket %d after %d, notes %v", ticket.ID, last, notes)
		}
		last = ticket.ID
	}
	if len(seen) != writers*each || server.Len() != writers*each {
		t.Errorf("%d tickets under %d keys", server.Len(), len(seen))
	}
}

// FuzzBodies wants an answer to whatever a caller sends, never a panic, and no server error.
func FuzzBodies(f *testing.F) {
	for _, body := range []string{
		ticketBody, `[{"op":"replace","path":"status","value":{"id":2}}]`, `{"text":"a","internalAnalysisFlag":true}`, `{"mergeTicketIds":[1001],"status":{"id":5}}`,
		`{"customFields":[{"id":1,"value":[]}],"summary":null,"company":{"id":null}}`, `null`, `[null]`, `{"summary":"a","company":{}}`, `{"board":{},"integratorTags":null}`, ``,
	} {
		f.Add(body)
	}
	server := psa.New(psa.Options{}).Standard()
	server.AddUserField("Zendesk ID", "Text")
	server.AddUserField("Story Points", "Number")
	server.AddTicket(psa.Ticket{Summary: "a", Company: "Catchall"})
	f.Fuzz(func(t *testing.T, body string) {
		for _, to := range [][2]string{
			{"POST", "/service/tickets"}, {"PATCH", "/service/tickets/1001"}, {"PUT", "/service/tickets/1001"}, {"POST", "/service/tickets/1001/notes"},
			{"POST", "/service/tickets/1001/merge"}, {"POST", "/service/tickets/search"}, {"POST", "/company/contacts"}, {"POST", "/system/documents"},
		} {
			r := httptest.NewRequest(to[0], base+to[1], strings.NewReader(body))
			r.SetBasicAuth("acme+public", "private")
			r.Header.Set("clientId", clientID)
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			if w.Code < 200 || w.Code >= 500 {
				t.Errorf("%v %q: %d %s", to, body, w.Code, w.Body)
			}
		}
	})
}
