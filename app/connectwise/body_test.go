package connectwise_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"deskbridge/app/connectwise"
	"deskbridge/app/ticket"
)

const answered = `{"id":7,"summary":"Printer","status":{"id":2},"priority":{"id":3},"company":{"id":4},"contact":{"id":5},"externalXRef":"deskbridge:acme:1"}`

func TestCreate_Body(t *testing.T) {
	fields := ticket.Fields{Summary: "Printer <on fire> & \"smoking\"", Status: 2, Priority: 3, Company: 4}
	for name, tc := range map[string]struct {
		new  ticket.NewTicket
		want string
	}{
		"a known contact and a public comment": {
			ticket.NewTicket{Marker: "deskbridge:acme:1", Board: 1, Fields: with(fields, ticket.Contact{ID: 5}), Discussion: "Help"},
			`{"summary":"Printer \u003con fire\u003e \u0026 \"smoking\"","board":{"id":1},"status":{"id":2},"company":{"id":4},"priority":{"id":3},` +
				`"contact":{"id":5},"externalXRef":"deskbridge:acme:1","initialDescription":"Help",` +
				`"automaticEmailContactFlag":false,"automaticEmailResourceFlag":false,"automaticEmailCcFlag":false,"processNotifications":false}`,
		},
		"a contact typed in and an internal note": {
			ticket.NewTicket{Marker: "deskbridge:acme:1", Board: 1, Fields: with(fields, ticket.Contact{Name: "Jo", Email: "jo@a.example"}), Internal: "Psst"},
			`{"summary":"Printer \u003con fire\u003e \u0026 \"smoking\"","board":{"id":1},"status":{"id":2},"company":{"id":4},"priority":{"id":3},` +
				`"contactName":"Jo","contactEmailAddress":"jo@a.example","externalXRef":"deskbridge:acme:1","initialInternalAnalysis":"Psst",` +
				`"automaticEmailContactFlag":false,"automaticEmailResourceFlag":false,"automaticEmailCcFlag":false,"processNotifications":false}`,
		},
		"no status and no priority": {
			ticket.NewTicket{Marker: "deskbridge:acme:1", Board: 1, Fields: ticket.Fields{Summary: "x", Company: 4}},
			`{"summary":"x","board":{"id":1},"company":{"id":4},"externalXRef":"deskbridge:acme:1",` +
				`"automaticEmailContactFlag":false,"automaticEmailResourceFlag":false,"automaticEmailCcFlag":false,"processNotifications":false}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, w := over(t, base, always(http.StatusCreated, answered))
			got, err := c.Create(t.Context(), tc.new)
			if err != nil || got.ID != 7 || got.Fields.Contact.ID != 5 || got.Marker != "deskbridge:acme:1" {
				t.Fatalf("Create = %+v, %v", got, err)
			}
			r := w.requests()[0]
			if r.Method != "POST" || r.Path != "/v4_6_release/apis/3.0/service/tickets" || r.Body != tc.want {
				t.Errorf("%s %s\n got %s\nwant %s", r.Method, r.Path, r.Body, tc.want)
			}
		})
	}
}

func with(f ticket.Fields, c ticket.Contact) ticket.Fields {
	f.Contact = c
	return f
}

func TestUpdate_Body(t *testing.T) {
	const quiet = `[{"op":"replace","path":"processNotifications","value":false},`
	for name, tc := range map[string]struct {
		change ticket.Change
		want   string
	}{
		"summary": {
			ticket.Change{Set: ticket.FieldSummary, Fields: ticket.Fields{Summary: "Printer", Status: 99}},
			quiet + `{"op":"replace","path":"summary","value":"Printer"}]`,
		},
		"status and priority are replaced whole": {
			ticket.Change{Set: ticket.FieldStatus | ticket.FieldPriority, Fields: ticket.Fields{Status: 2, Priority: 3}},
			quiet + `{"op":"replace","path":"status","value":{"id":2}},{"op":"replace","path":"priority","value":{"id":3}}]`,
		},
		"a known contact": {
			ticket.Change{Set: ticket.FieldContact, Fields: ticket.Fields{Contact: ticket.Contact{ID: 5, Name: "Jo"}}},
			quiet + `{"op":"replace","path":"contact","value":{"id":5}}]`,
		},
		"a contact typed in takes the known one away": {
			ticket.Change{Set: ticket.FieldContact, Fields: ticket.Fields{Contact: ticket.Contact{Name: "Jo"}}},
			quiet + `{"op":"remove","path":"contact"},{"op":"replace","path":"contactName","value":"Jo"},{"op":"replace","path":"contactEmailAddress","value":""}]`,
		},
		"another company takes site and contact away": {
			ticket.Change{Set: ticket.FieldCompany, Fields: ticket.Fields{Company: 4}},
			quiet + `{"op":"replace","path":"company","value":{"id":4}},{"op":"remove","path":"site"},{"op":"remove","path":"contact"}]`,
		},
		"another company and its contact": {
			ticket.Change{Set: ticket.FieldCompany | ticket.FieldContact, Fields: ticket.Fields{Company: 4, Contact: ticket.Contact{ID: 5}}},
			quiet + `{"op":"replace","path":"company","value":{"id":4}},{"op":"remove","path":"site"},{"op":"replace","path":"contact","value":{"id":5}}]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			body := strings.Replace(answered, `"contact":{"id":5}`, `"contact":{"id":5},"contactName":"Jo"`, 1)
			c, w := over(t, base, always(http.StatusOK, body))
			if _, err := c.Update(t.Context(), 7, tc.change); err != nil {
				t.Fatal(err)
			}
			r := w.requests()[0]
			if r.Method != "PATCH" || r.Path != "/v4_6_release/apis/3.0/service/tickets/7" || r.Body != tc.want {
				t.Errorf("%s %s\n got %s\nwant %s", r.Method, r.Path, r.Body, tc.want)
			}
		})
	}
}

func TestAddNote_Body(t *testing.T) {
	for name, tc := range map[string]struct {
		internal bool
		want     string
	}{
		"for customers": {false, `{"text":"Hi\n[zd 1/2]","detailDescriptionFlag":true,"internalAnalysisFlag":false,"resolutionFlag":false,"processNotifications":false}`},
		"internal":      {true, `{"text":"Hi\n[zd 1/2]","detailDescriptionFlag":false,"internalAnalysisFlag":true,"resolutionFlag":false,"processNotifications":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			c, w := over(t, base, always(http.StatusCreated, `{"id":9,"text":"Hi","internalAnalysisFlag":true,"dateCreated":"2026-01-02T03:04:05Z","createdBy":"api"}`))
			got, err := c.AddNote(t.Context(), 7, ticket.NewNote{Text: "Hi\n[zd 1/2]", Internal: tc.internal})
			if err != nil || got.ID != 9 || !got.Internal || got.CreatedBy != "api" || got.CreatedAt.Unix() != 1767323045 {
				t.Fatalf("AddNote = %+v, %v", got, err)
			}
			r := w.requests()[0]
			if r.Method != "POST" || r.Path != "/v4_6_release/apis/3.0/service/tickets/7/notes" || r.Body != tc.want {
				t.Errorf("%s %s\n got %s\nwant %s", r.Method, r.Path, r.Body, tc.want)
			}
		})
	}
}

// Whatever is written, nobody gets mail because of it.
func TestEveryWriteIsQuiet(t *testing.T) {
	c, w := over(t, base, always(http.StatusBadRequest, `{"code":"InvalidObject","message":"no"}`))
	ctx := t.Context()
	_, _ = c.Create(ctx, ticket.NewTicket{Marker: "deskbridge:acme:1", Board: 1})
	for set := ticket.FieldSet(1); set < 32; set++ {
		_, _ = c.Update(ctx, 7, ticket.Change{Set: set})
	}
	_, _ = c.AddNote(ctx, 7, ticket.NewNote{Text: "x"})
	_, _ = c.AddNote(ctx, 7, ticket.NewNote{Text: "x", Internal: true})
	for _, right := range []connectwise.Right{connectwise.ServiceTicketsAdd, connectwise.ServiceTicketsEdit} {
		if granted, known, _, err := c.ProbeRight(ctx, string(right)); !granted || !known || err != nil {
			t.Errorf("ProbeRight(%s) = %v, %v, %v", right, granted, known, err)
		}
	}
	writes := 0
	for _, r := range w.requests() {
		if r.Method == http.MethodGet {
			continue
		}
		writes++
		var body any
		if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
			t.Fatal(err)
		}
		quiet := false
		switch b := body.(type) {
		case map[string]any:
			quiet = b["processNotifications"] == false
			if discussion, internal := b["detailDescriptionFlag"] == true, b["internalAnalysisFlag"] == true; discussion && internal || b["resolutionFlag"] == true {
				t.Errorf("a note for two places: %s", r.Body)
			}
		case []any:
			quiet = slices.ContainsFunc(b, func(step any) bool {
				m := step.(map[string]any)
				return m["path"] == "processNotifications" && m["value"] == false && m["op"] == "replace"
			})
		}
		if !quiet {
			t.Errorf("%s %s is not quiet: %s", r.Method, r.Path, r.Body)
		}
	}
	if writes < 36 {
		t.Errorf("only %d writes were seen", writes)
	}
}

func TestWrites_NothingIsSentThatMakesNoSense(t *testing.T) {
	c, w := over(t, base, always(http.StatusOK, answered))
	ctx := t.Context()
	for name, err := range map[string]error{
		"a first comment for both": second(c.Create(ctx, ticket.NewTicket{Marker: "deskbridge:acme:1", Discussion: "a", Internal: "b"})),
		"a ticket without marker":  second(c.Create(ctx, ticket.NewTicket{Discussion: "a"})),
		"a marker of another make": second(c.Create(ctx, ticket.NewTicket{Marker: `x" or id>0`})),
		"no change":                second(c.Update(ctx, 7, ticket.Change{})),
		"an empty note":            second(c.AddNote(ctx, 7, ticket.NewNote{Text: " \n"})),
	} {
		if err == nil {
			t.Errorf("%s was sent", name)
		}
	}
	if n := len(w.requests()); n != 0 {
		t.Errorf("%d requests left", n)
	}
}

func second[T any](_ T, err error) error { return err }

func TestHeaders(t *testing.T) {
	c, w := over(t, base, always(http.StatusOK, `[]`))
	if _, err := c.Boards(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := w.requests()[0].Header
	for name, want := range map[string]string{
		"Authorization": "Basic YWNtZStwdWJsaWM6cHJpdmF0ZQ==", // acme+public:private
		"ClientId":      clientID,
		"Accept":        "application/vnd.connectwise.com+json; version=2025.1",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}
