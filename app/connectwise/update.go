package connectwise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"deskbridge/app/ticket"
)

// operation is one step of a PATCH. It is not RFC 6902: path is a bare field
// name, and a reference is replaced whole, because the service answers 200 to
// "status/id" and keeps the old status.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

func replace(path string, value any) operation { return operation{"replace", path, value} }
func remove(path string) operation             { return operation{Op: "remove", Path: path} }

func updateBody(change ticket.Change) ([]byte, error) {
	set, to := change.Set, change.Fields
	if set == 0 {
		return nil, errors.New("nothing to change")
	}
	steps := make([]operation, 0, 8)
	steps = append(steps, replace("processNotifications", false))
	if set.Has(ticket.FieldSummary) {
		steps = append(steps, replace("summary", to.Summary))
	}
	if set.Has(ticket.FieldStatus) {
		steps = append(steps, replace("status", ref{to.Status}))
	}
	if set.Has(ticket.FieldPriority) {
		steps = append(steps, replace("priority", ref{to.Priority}))
	}
	if set.Has(ticket.FieldCompany) {
		// Site and contact belong to the old company. Without a site the PSA takes
		// the new company's main one.
		steps = append(steps, replace("company", ref{to.Company}), remove("site"))
	}
	switch {
	case set.Has(ticket.FieldContact) && to.Contact.ID != 0:
		steps = append(steps, replace("contact", ref{to.Contact.ID}))
	case set.Has(ticket.FieldContact):
		steps = append(steps, remove("contact"),
			replace("contactName", to.Contact.Name), replace("contactEmailAddress", to.Contact.Email))
	case set.Has(ticket.FieldCompany):
		steps = append(steps, remove("contact"))
	}
	return json.Marshal(steps)
}

// NotTaken is the code of a refusal that the service did not pronounce: it
// answered 200 and kept an old value.
const NotTaken = "NotTaken"

// Update writes the fields named in change, without any mail, and returns the
// ticket as the PSA holds it then. It returns ticket.ErrGone when the ticket does
// not exist, ticket.ErrOutcomeUnknown when the change may have been made, and
// *ticket.Refusal when it was not; one with the code NotTaken comes together with
// the ticket, and names what kept its old value though the PSA answered 200.
func (c *Client) Update(ctx context.Context, id ticket.PSAID, change ticket.Change) (ticket.PSATicket, error) {
	k := call{
		doing: "update ticket", of: int64(id), right: ServiceTicketsEdit, method: http.MethodPatch,
		path: ticketPath(id), write: true, single: true,
	}
	var err error
	if k.body, err = updateBody(change); err != nil {
		return ticket.PSATicket{}, fmt.Errorf("%s: %w", &k, err)
	}
	got, err := c.writeTicket(ctx, &k)
	if err != nil {
		return got, err
	}
	if got.ID != id {
		return ticket.PSATicket{}, fmt.Errorf("%s: %w: the answer is about ticket %d", &k, ticket.ErrOutcomeUnknown, got.ID)
	}
	if kept := notTaken(change, got.Fields); len(kept) > 0 {
		return got, fmt.Errorf("%s: %w", &k, &ticket.Refusal{
			Status: http.StatusOK, Code: NotTaken, Fields: kept,
			Message: "ConnectWise answered that it saved the change, but kept the old value",
		})
	}
	return got, nil
}

func ticketPath(id ticket.PSAID) string {
	return "/service/tickets/" + strconv.FormatInt(int64(id), 10)
}

// notTaken names the fields of change that are not in got.
func notTaken(change ticket.Change, got ticket.Fields) []string {
	var out []string
	want := change.Fields
	check := func(field ticket.FieldSet, name string, taken bool) {
		if change.Set.Has(field) && !taken {
			out = append(out, name)
		}
	}
	check(ticket.FieldSummary, "summary", sameText(want.Summary, got.Summary))
	check(ticket.FieldStatus, "status", want.Status == got.Status)
	check(ticket.FieldPriority, "priority", want.Priority == got.Priority)
	check(ticket.FieldCompany, "company", want.Company == got.Company)
	check(ticket.FieldContact, "contact", contactTaken(want.Contact, got.Contact))
	return out
}

// contactTaken allows for what a PSA may do by itself: fill in the name and
// address of a known contact, find the contact that an address belongs to, or
// put the company's default contact where none was asked for.
func contactTaken(want, got ticket.Contact) bool {
	switch {
	case want.ID != 0:
		return want.ID == got.ID
	case want.Email != "":
		return sameText(want.Email, got.Email)
	case want.Name != "":
		return sameText(want.Name, got.Name)
	}
	return true
}

// sameText compares as a database does that trims blanks and ignores case.
func sameText(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}
