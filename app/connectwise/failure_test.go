package connectwise_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"deskbridge/app/connectwise"
	"deskbridge/app/ticket"
)

const html = "<html><body>Bad gateway</body></html>"

func TestFailure(t *testing.T) {
	ctx := t.Context()
	create := func(c *connectwise.Client) error {
		return second(c.Create(ctx, ticket.NewTicket{Marker: "deskbridge:acme:1", Board: 1}))
	}
	update := func(c *connectwise.Client) error {
		return second(c.Update(ctx, 7, ticket.Change{Set: ticket.FieldStatus, Fields: ticket.Fields{Status: 2}}))
	}
	note := func(c *connectwise.Client) error { return second(c.AddNote(ctx, 7, ticket.NewNote{Text: "x"})) }
	find := func(c *connectwise.Client) error { return second(c.Find(ctx, []string{"deskbridge:acme:1"})) }
	notes := func(c *connectwise.Client) error { return second(c.Notes(ctx, 7)) }
	signIn := func(c *connectwise.Client) error { return c.SignIn(ctx) }
	const notFound = `{"code":"NotFound","message":"Ticket 7 was not found.","errors":null}`
	for _, tc := range []struct {
		name   string
		do     func(*connectwise.Client) error
		status int
		body   string
		want   error
		text   string
	}{
		{"a create answered with a page", create, 201, html, ticket.ErrOutcomeUnknown, "web page"},
		{"a create answered with half a record", create, 201, `{"id":7,"summ`, ticket.ErrOutcomeUnknown, "create ticket"},
		{"a create answered with nothing", create, 201, ``, ticket.ErrOutcomeUnknown, ""},
		{"a create answered with null", create, 201, `null`, ticket.ErrOutcomeUnknown, "names no record"},
		{"a create answered with another record", create, 201, `{"ok":true}`, ticket.ErrOutcomeUnknown, "names no record"},
		{"a create answered 500", create, 500, `{"message":"boom"}`, ticket.ErrOutcomeUnknown, ""},
		{"a create answered 502", create, 502, html, ticket.ErrOutcomeUnknown, ""},
		{"a create answered 503", create, 503, "", ticket.ErrOutcomeUnknown, ""},
		{"a create sent elsewhere", create, 302, "", ticket.ErrOutcomeUnknown, ""},
		{"an update answered about another ticket", update, 200, `{"id":8,"status":{"id":2}}`, ticket.ErrOutcomeUnknown, "ticket 8"},
		{"a note answered with cut JSON", note, 201, `{"id":`, ticket.ErrOutcomeUnknown, "ticket 7"},
		{"a note answered 504", note, 504, html, ticket.ErrOutcomeUnknown, ""},

		{"no keys", create, 401, `{"code":"Unauthorized","message":"bad keys"}`, ticket.ErrSignIn, "bad keys"},
		{"keys in other words", find, 401, `{"code":"ConnectWiseApi","message":"UserNotAuthenticated"}`, ticket.ErrSignIn, "UserNotAuthenticated"},
		{"no client id", find, 403, `{"code":"ConnectWiseApi","message":"A valid clientId header is required"}`, connectwise.ErrClientID, "clientId"},
		{"no client id, older", signIn, 400, `{"message":"client id is not valid"}`, ticket.ErrSignIn, ""},
		{"no right to create", create, 403, `{"code":"x","message":"no"}`, ticket.ErrForbidden, "Service Tickets: Add"},
		{"no right to note", note, 403, html, ticket.ErrForbidden, "Service Tickets: Edit"},
		{"an updated ticket is gone", update, 404, notFound, ticket.ErrGone, "Ticket 7 was not found."},
		{"a ticket for notes is gone", notes, 404, notFound, ticket.ErrGone, ""},
		{"gone without a word", note, 404, "", ticket.ErrGone, ""},
		{"nothing is served there", note, 404, html, ticket.ErrUnavailable, "address"},
		{"nothing to create at", create, 404, notFound, connectwise.ErrAddress, ""},
		{"not routed", signIn, 400, "Cannot route. Codebase/company is invalid", connectwise.ErrAddress, "Cannot route"},
		{"the filter is refused", find, 400, `{"code":"ApiFindCondition","message":"externalXRef is not a recognized name."}`, ticket.ErrFilterRefused, "not a recognized name"},
		{"the service is away", find, 503, html, ticket.ErrUnavailable, ""},
		{"a list that is a page", find, 200, html, ticket.ErrMalformed, ""},
		{"a list that is null", find, 200, `null`, ticket.ErrMalformed, ""},
		{"a list that is an object", find, 200, `{"id":1}`, ticket.ErrMalformed, ""},
		{"a list cut in the middle", find, 200, `[{"id":1},{"id"`, ticket.ErrMalformed, ""},
		{"a list cut between rows", find, 200, `[{"id":1},`, ticket.ErrMalformed, ""},
		{"a list with more behind it", find, 200, `[] <html>`, ticket.ErrMalformed, ""},
		{"a row without a number", find, 200, `[{"summary":"x"}]`, ticket.ErrMalformed, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, w := over(t, base, always(tc.status, tc.body))
			err := tc.do(c)
			if !errors.Is(err, tc.want) || !strings.Contains(fmt.Sprint(err), tc.text) {
				t.Errorf("got %v, want %v with %q", err, tc.want, tc.text)
			}
			if r := w.requests(); r[0].Method != http.MethodGet && len(r) != 1 {
				t.Errorf("a write was sent %d times", len(r))
			}
			for _, other := range []error{ticket.ErrOutcomeUnknown, ticket.ErrSignIn, ticket.ErrForbidden, ticket.ErrGone, ticket.ErrUnavailable, ticket.ErrMalformed, ticket.ErrFilterRefused} {
				if errors.Is(err, other) && !errors.Is(tc.want, other) {
					t.Errorf("%v is %v too", err, other)
				}
			}
		})
	}
}

func TestFailure_Refusals(t *testing.T) {
	for _, tc := range []struct {
		name   string
		status int
		body   string
		want   ticket.Refusal
	}{
		{
			"fields are named", 400,
			`{"code":"InvalidObject","message":"ticket object is invalid","errors":[{"code":"MaxLength","message":"too long","resource":"ticket","field":"summary"},{"code":"MissingRequiredField","message":"","field":"company"},{"message":"odd"}]}`,
			ticket.Refusal{Status: 400, Code: "InvalidObject", Message: "ticket object is invalid", Fields: []string{"summary: too long", "company: MissingRequiredField", "odd"}},
		},
		{"conflict", 409, `{"code":"ConflictingRecord","message":"there is one","errors":null}`, ticket.Refusal{Status: 409, Code: "ConflictingRecord", Message: "there is one"}},
		{"not taken in", 422, `{"message":"no"}`, ticket.Refusal{Status: 422, Message: "no"}},
		{"plain words", 400, "  that\tdoes\nnot work ", ticket.Refusal{Status: 400, Message: "that does not work"}},
		{"a page says nothing", 413, html, ticket.Refusal{Status: 413}},
		{"another type of code", 400, `{"code":17,"message":"no"}`, ticket.Refusal{Status: 400, Message: "no"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, _ := over(t, base, always(tc.status, tc.body))
			_, err := c.Create(t.Context(), ticket.NewTicket{Marker: "deskbridge:acme:1", Board: 1})
			no, ok := errors.AsType[*ticket.Refusal](err)
			if !ok || no.Error() != tc.want.Error() || no.Code != tc.want.Code {
				t.Fatalf("got %v, want %v", err, &tc.want)
			}
		})
	}
}

func TestUpdate_FalseSuccess(t *testing.T) {
	c, _ := over(t, base, always(200, `{"id":7,"summary":"old","status":{"id":1},"priority":{"id":3},"company":{"id":4},"contact":null,"contactName":"Al"}`))
	got, err := c.Update(t.Context(), 7, ticket.Change{
		Set:    ticket.FieldSummary | ticket.FieldStatus | ticket.FieldPriority | ticket.FieldCompany | ticket.FieldContact,
		Fields: ticket.Fields{Summary: "new", Status: 2, Priority: 3, Company: 4, Contact: ticket.Contact{Name: "Jo"}},
	})
	no, ok := errors.AsType[*ticket.Refusal](err)
	if !ok || no.Code != connectwise.NotTaken || strings.Join(no.Fields, " ") != "summary status contact" {
		t.Fatalf("got %v", err)
	}
	if got.ID != 7 || got.Fields.Status != 1 {
		t.Errorf("the ticket as it is came back as %+v", got)
	}
}

func TestUpdate_WhatCountsAsTaken(t *testing.T) {
	for name, tc := range map[string]struct {
		want   ticket.Contact
		answer string
	}{
		"trimmed and in other case":      {ticket.Contact{Name: "Jo  Doe", Email: "Jo@A.example"}, `"contactName":"Jo Doe","contactEmailAddress":"jo@a.example"`},
		"the address led to a contact":   {ticket.Contact{Email: "jo@a.example"}, `"contact":{"id":9},"contactEmailAddress":"jo@a.example"`},
		"the company's contact for none": {ticket.Contact{}, `"contact":{"id":9},"contactName":"Boss"`},
		"a contact's own name":           {ticket.Contact{ID: 9, Name: "x"}, `"contact":{"id":9},"contactName":"Boss"`},
	} {
		c, _ := over(t, base, always(200, `{"id":7,`+tc.answer+`}`))
		if _, err := c.Update(t.Context(), 7, ticket.Change{Set: ticket.FieldContact, Fields: ticket.Fields{Contact: tc.want}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCodebase(t *testing.T) {
	type server struct{ info, codebase string }
	serve := func(s *server) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasPrefix(r.URL.Path, "/login/companyinfo/"):
				if r.Header.Get("Authorization") != "" {
					t.Error("the look-up was sent with keys")
				}
				if s.info == "" {
					w.WriteHeader(http.StatusNotFound)
					return
				}
				_, _ = io.WriteString(w, s.info)
			case strings.HasPrefix(r.URL.Path, "/"+s.codebase+"apis/3.0/"):
				_, _ = io.WriteString(w, `[{"id":1}]`)
			default:
				w.WriteHeader(http.StatusNotFound)
				_, _ = io.WriteString(w, html)
			}
		}
	}
	t.Run("is looked up once", func(t *testing.T) {
		c, w := over(t, "https://cw.msp.example", serve(&server{`{"CompanyName":"Acme","Codebase":"v2025_1/","VersionCode":"v2025.1","IsCloud":false,"SiteUrl":null}`, "v2025_1/"}))
		for range 3 {
			if err := c.SignIn(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(w.requests()); n != 4 {
			t.Errorf("%d requests", n)
		}
	})
	t.Run("an upgrade is followed", func(t *testing.T) {
		s := &server{`{"Codebase":"v2025_1/"}`, "v2025_1/"}
		c, w := over(t, "https://cw.msp.example", serve(s))
		if err := c.SignIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.info, s.codebase = `{"Codebase":"v2025_2/"}`, "v2025_2/"
		if err := c.SignIn(t.Context()); !errors.Is(err, connectwise.ErrAddress) {
			t.Errorf("right after a look-up it is not asked again: %v", err)
		}
		later(c)
		if err := c.SignIn(t.Context()); err != nil {
			t.Errorf("after the upgrade: %v", err)
		}
		if at, _ := c.Base(t.Context()); at != "https://cw.msp.example/v2025_2/apis/3.0" {
			t.Errorf("Base = %s", at)
		}
		if n := len(w.requests()); n != 6 {
			t.Errorf("%d requests", n)
		}
	})
	for name, info := range map[string]string{"null": "null", "404": ""} {
		t.Run("an unknown company, told by "+name, func(t *testing.T) {
			c, _ := over(t, "https://cw.msp.example", serve(&server{info: info}))
			if err := c.SignIn(t.Context()); !errors.Is(err, connectwise.ErrUnknownCompany) || !errors.Is(err, ticket.ErrSignIn) {
				t.Errorf("got %v", err)
			}
		})
	}
	for name, info := range map[string]string{"a page": html, "nonsense": `{"Codebase":"../../evil"}`, "nothing in it": `{}`} {
		t.Run("a server that tells "+name+" is asked by the name that always works", func(t *testing.T) {
			c, _ := over(t, "https://cw.msp.example", serve(&server{info, "v4_6_release/"}))
			if err := c.SignIn(t.Context()); err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("a given base is kept", func(t *testing.T) {
		c, w := over(t, "https://cw.msp.example/psa", serve(&server{codebase: "psa/"}))
		if _, err := c.Boards(t.Context()); !errors.Is(err, connectwise.ErrAddress) {
			t.Errorf("got %v", err)
		}
		if r := w.requests(); len(r) != 1 || r[0].Path != "/psa/service/boards" {
			t.Errorf("asked %v", r)
		}
	})
}
