package zendesk_test

import (
	"errors"
	"testing"

	"deskbridge/app/ticket"
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
