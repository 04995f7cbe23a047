package zendesk_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbridge/app/rest"
	"deskbridge/app/ticket"
	"deskbridge/app/zendesk"
)

// checkStatus asserts which of ticket's words a status became.
func checkStatus(t *testing.T, status int, err error) {
	t.Helper()
	switch refusal, refused := errors.AsType[*ticket.Refusal](err); {
	case status == 401 && errors.Is(err, ticket.ErrSignIn),
		status == 403 && errors.Is(err, ticket.ErrForbidden),
		status == 404 && errors.Is(err, ticket.ErrGone),
		status == 409 && errors.Is(err, ticket.ErrConflict),
		(status == 400 || status == 422) && refused && refusal.Status == status,
		(status == 429 || status >= 500) && errors.Is(err, ticket.ErrUnavailable):
	default:
		t.Errorf("status %d became %v", status, err)
	}
}

func TestErrors_EveryKnownBody(t *testing.T) {
	for _, row := range []struct {
		status int
		body   string
		says   string // part of the error's text
	}{
		{400, `{"error":"TooManyValues","description":"Parameter  cannot specify more than 100 values","max_count":100}`, "more than 100 values"},
		{400, `{"error":"IdempotentRequestError","description":"other body"}`, "other body"},
		{400, `{"error":"invalid_grant","error_description":"The grant is dead"}`, "grant is dead"},
		{400, `{"error":"InvalidPaginationParameter"}`, "InvalidPaginationParameter"},
		{401, `{"error":"invalid_token","error_description":"The access token provided is expired, revoked, malformed or invalid for other reasons."}`, "expired, revoked"},
		{401, `{"error":"Couldn't authenticate you"}`, "Couldn't authenticate you"},
		{401, ``, "not taken"},
		{403, `{"error":"Forbidden","description":"You are missing the following required scopes: read"}`, "lacks the scope read"},
		{403, `{"error":{"title":"Forbidden","message":"You do not have access to this page. Please contact the account owner of this help desk for further help."}}`, "contact the account owner"},
		{403, `{"errors":[{"code":"Forbidden","title":"Not yours"}]}`, "Not yours"},
		{403, `<html><body>Forbidden</body></html>`, "role does not allow"},
		{404, `{"error":"RecordNotFound","description":"Not found"}`, "Not found"},
		{404, `{"error":"InvalidEndpoint","description":"Not found"}`, "Not found"},
		{404, `null`, "/api/v2/tickets/7/comments.json"},
		{404, ``, "/api/v2/tickets/7/comments.json"},
		{409, `{"error":"UpdateConflict","description":"Safe Update prevented the update due to outdated ticket data. Please fetch the latest."}`, "outdated ticket data"},
		{409, `Conflict`, "Conflict"},
		{422, `{"error":"RecordInvalid","description":"Record validation errors","details":{"status":[{"description":"Status: closed prevents ticket update"}]}}`, "status: Status: closed prevents ticket update"},
		{422, `{"error":"RecordInvalid","description":"Record validation errors","details":{"base":[{"description":"closed prevents ticket update","error":"Closed"}],"a":["b"]}}`, "a: b; base: closed prevents ticket update"},
		{422, `{"error":"RecordInvalid","details":"all of it"}`, "RecordInvalid"},
		{422, `{"error":["odd"],"description":{"also":"odd"},"details":[1,2]}`, "refused with 422"},
		{429, `Number of allowed API requests per minute exceeded`, "throttled"},
		{500, `<html>oops</html>`, "unavailable"},
		{503, `<html>maintenance</html>`, "unavailable"},
	} {
		c := ask(t, func(w http.ResponseWriter, _ *http.Request) {
			if row.status == 429 {
				w.Header().Set("Retry-After", "7200")
			}
			w.WriteHeader(row.status)
			_, _ = w.Write([]byte(row.body))
		})
		_, _, err := c.Comments(t.Context(), 7)
		if err == nil {
			t.Fatalf("%d %s: no error", row.status, row.body)
		}
		checkStatus(t, row.status, err)
		if !strings.Contains(err.Error(), row.says) || !strings.Contains(err.Error(), "ticket 7") {
			t.Errorf("%d %s: %v; want %q in it", row.status, row.body, err, row.says)
		}
	}
}

func TestErrors_MissingScopesAreNamed(t *testing.T) {
	c := ask(t, always(403, `{"error":"Forbidden","description":"You are missing the following required scopes: tickets:read, users:read"}`))
	_, err := c.Me(t.Context())
	e, ok := errors.AsType[*zendesk.ForbiddenError](err)
	if !ok || !slices.Equal(e.Scopes, []string{"tickets:read", "users:read"}) {
		t.Errorf("Me = %v", err)
	}
}

func TestErrors_TooRecent(t *testing.T) {
	for _, row := range []struct {
		status int
		body   string
	}{
		{422, `{"error":"InvalidValue","description":"Too recent start_time. Use a start_time older than 60 seconds"}`},
		{422, `{"error":"InvalidValue","description":"Too recent start_time. Use a start_time older than 5 minutes"}`},
		{400, `{"error":"InvalidValue","description":"Too recent start_time. Use a start_time older than 60 seconds"}`},
		{422, `{"error":{"title":"InvalidValue","message":"Too recent start_time. Use a start_time older than 60 seconds"}}`},
	} {
		c := ask(t, always(row.status, row.body))
		if _, err := c.Tickets(t.Context(), "", time.Now()); !errors.Is(err, ticket.ErrNotYet) {
			t.Errorf("%d %s: tickets: %v", row.status, row.body, err)
		}
		if _, err := c.Events(t.Context(), 1); !errors.Is(err, ticket.ErrNotYet) {
			t.Errorf("%d %s: events: %v", row.status, row.body, err)
		}
		if err := c.CheckExports(t.Context()); err != nil {
			t.Errorf("%d %s: CheckExports = %v", row.status, row.body, err)
		}
	}
}

func TestErrors_CursorRefused(t *testing.T) {
	for _, status := range []int{400, 422} {
		c := ask(t, always(status, `{"error":"InvalidPaginationParameter","description":"cursor is not valid"}`))
		_, err := c.Tickets(t.Context(), "x", time.Time{})
		if !errors.Is(err, ticket.ErrCursorRefused) {
			t.Errorf("%d: %v", status, err)
		}
		_, err = c.Tickets(t.Context(), "", time.Time{})
		if errors.Is(err, ticket.ErrCursorRefused) {
			t.Errorf("%d without a cursor: %v", status, err)
		}
	}
}

func TestErrors_NotJSON(t *testing.T) {
	for _, body := range []string{"<html>sign in</html>", `{"tickets":[{"id":1}`, `[]`, `{"other":1}`, ``, `"x"`, `{"tickets":5}`} {
		n := 0
		c := ask(t, func(w http.ResponseWriter, _ *http.Request) { n++; _, _ = w.Write([]byte(body)) })
		if _, err := c.Tickets(t.Context(), "", time.Time{}); !errors.Is(err, ticket.ErrMalformed) || n != 5 {
			t.Errorf("%q: %v after %d", body, err, n)
		}
	}
	n := 0
	c := ask(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n == 1 {
			_, _ = w.Write([]byte(`{"tickets":[{"id":1},{"id":`))
			return
		}
		_, _ = w.Write([]byte(`{"tickets":[{"id":1},{"id":2}],"after_cursor":"c"}`))
	})
	page, err := c.Tickets(t.Context(), "", time.Time{})
	if err != nil || len(page.Tickets) != 2 {
		t.Errorf("after a cut page: %+v, %v", page, err)
	}
}

func TestErrors_Unreachable(t *testing.T) {
	c := zendesk.New(restOf(t, "http://127.0.0.1:1"))
	_, err := c.Me(t.Context())
	if !errors.Is(err, ticket.ErrUnavailable) {
		t.Errorf("Me = %v", err)
	}
	if _, ok := errors.AsType[*rest.UnavailableError](err); !ok {
		t.Errorf("the cause is lost: %v", err)
	}
}
