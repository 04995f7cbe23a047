package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deskbridge/app/journal"
	"deskbridge/app/store"
	"deskbridge/app/ticket"
)

// fillConnection leaves ticket 1 settled with one note, 2 staged with a
// comment, 3 announced and without an answer, 4 parked, and 5 left out.
func fillConnection(t *testing.T, c *store.Connection) {
	t.Helper()
	ctx := t.Context()
	in := journal.Intake{
		People:        []ticket.Person{{ID: 7, Name: "Ada", Email: "ada@example.com", Role: "end-user", OrganizationID: 70}},
		Organizations: []ticket.Organization{{ID: 70, Name: "Acme"}},
		Comments:      []ticket.Comment{comment(11, 1, at(1)), comment(12, 1, at(2)), comment(21, 2, at(3))},
		Positions:     &journal.Positions{TicketCursor: "c1", TicketsTo: at(50), EventsFrom: at(50).Unix(), EventsSince: at(0)},
	}
	for id := range ticket.DeskID(5) {
		in.Tickets = append(in.Tickets, snapshot(id+1, at(int(id+1)*10)))
	}
	must(t, c.Receive(ctx, in))

	first := createEntry(in.Tickets[0], 11)
	second := noteEntry(1, 12, 1, 1)
	must(t, c.Intend(ctx, []journal.Entry{first, second}))
	must(t, c.Record(ctx, journal.Outcome{
		Desk:     1,
		Entries:  []journal.Entry{settled(first, 501, 0), settled(second, 501, 9001)},
		Link:     &ticket.Link{Desk: 1, PSA: 501, Agreed: first.Agreed, LinkedAt: start},
		Consumed: []ticket.CommentID{11, 12}, Finished: true, Through: at(10), History: []string{"created"},
	}))
	must(t, c.Record(ctx, journal.Outcome{Desk: 1, Consumed: []ticket.CommentID{13}}))
	must(t, c.Intend(ctx, []journal.Entry{createEntry(in.Tickets[2], 0)}))
	must(t, c.Record(ctx, journal.Outcome{
		Desk: 4, Parked: &journal.Problem{Code: "refused", Message: "No.", Next: "Mend it."}, RetryAt: at(300),
	}))
	must(t, c.Record(ctx, journal.Outcome{Desk: 5, LeftOut: "rule", Finished: true, Through: at(50)}))
	run, err := c.StartRun(ctx)
	must(t, err)
	must(t, c.EndRun(ctx, run, "partial", []byte(`{"created":1}`)))
	must(t, c.SetFact(ctx, "adopted", "yes"))
	must(t, c.SaveCatalog(ctx, "companies", "", []byte("[]"), start))
}

// writeFixture writes a database of today's schema as SQL text.
func writeFixture(t *testing.T, name string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "deskbridge.db")
	fillSample(t, open(t, path))
	db := openDriver(t, store.ReaderDSN(path))
	list := func(query string) (all []string) {
		rows, err := db.Query(query)
		must(t, err)
		defer func() { must(t, rows.Close()) }()
		for rows.Next() {
			var text string
			must(t, rows.Scan(&text))
			all = append(all, text)
		}
		must(t, rows.Err())
		return all
	}
	var out strings.Builder
	for _, text := range list("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid") {
		fmt.Fprintf(&out, "%s;\n", text)
	}
	for _, table := range list("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid") {
		columns := list(fmt.Sprintf("SELECT name FROM pragma_table_info('%s')", table))
		row := "SELECT quote(" + strings.Join(columns, ") || ', ' || quote(") + ") FROM " + table
		for _, values := range list(row) {
			fmt.Fprintf(&out, "INSERT INTO %s (%s) VALUES (%s);\n", table, strings.Join(columns, ", "), values)
		}
	}
	for _, pragma := range []string{"user_version", "application_id"} {
		fmt.Fprintf(&out, "PRAGMA %s = %s;\n", pragma, list("PRAGMA " + pragma)[0])
	}
	must(t, os.MkdirAll(filepath.Dir(name), 0o755))
	must(t, os.WriteFile(name, []byte(out.String()), 0o644))
}
