package connectwise

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"deskbridge/app/rest"
	"deskbridge/app/ticket"
)

// Right is one cell of an API member's security role: a function and a level,
// spelled as the role screen does, in small letters and with dashes.
type Right string

// The rights that calls need, and those that vendors' set-up pages ask for
// beside them (section 8 of the API facts).
const (
	CompaniesInquire      Right = "company-maintenance-inquire"
	ContactsInquire       Right = "contacts-inquire"
	AttachmentsAdd        Right = "manage-attachments-add"
	AttachmentsInquire    Right = "manage-attachments-inquire"
	ServiceTicketsAdd     Right = "service-tickets-add"
	ServiceTicketsEdit    Right = "service-tickets-edit"
	ServiceTicketsInquire Right = "service-tickets-inquire"
	CloseTicketsAdd       Right = "close-service-tickets-add"
	CloseTicketsEdit      Right = "close-service-tickets-edit"
	CloseTicketsInquire   Right = "close-service-tickets-inquire"
	TableSetupInquire     Right = "table-setup-inquire"
	MemberInquire         Right = "member-maintenance-inquire"
	MyCompanyInquire      Right = "my-company-inquire"
	TimeEntryInquire      Right = "time-entry-inquire"
)

// String writes the right as a person looks for it: "Service Tickets: Add".
func (r Right) String() string {
	words := strings.Split(string(r), "-")
	for i, word := range words {
		if word != "" {
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	last := len(words) - 1
	return strings.Join(words[:last], " ") + ": " + words[last]
}

// ProbeRight finds out whether the API member has a right, without writing.
// known is false where there is no harmless way to ask or the answer says
// neither yes nor no; detail then says why. The error is one that says nothing
// about rights: not signed in, not reached.
//
// Rights to read are tried by reading one record. Rights to write are tried with
// a write that cannot be carried out: a ticket without summary and company, a
// change of the ticket with the number 0, an empty note without a place, a file
// without content. The service looks at the right first and refuses with 403, or
// refuses the content with 400; in neither case is anything saved.
func (c *Client) ProbeRight(ctx context.Context, right string) (granted, known bool, detail string, err error) {
	switch r := Right(right); r {
	case CompaniesInquire:
		return c.probeReads(ctx, r, "/company/companies")
	case ContactsInquire:
		return c.probeReads(ctx, r, "/company/contacts")
	case ServiceTicketsInquire:
		return c.probeReads(ctx, r, "/service/tickets")
	case TableSetupInquire:
		return c.probeReads(ctx, r, "/service/boards", "/service/priorities", "/service/sources")
	case MemberInquire:
		return c.probeReads(ctx, r, "/system/members")
	case TimeEntryInquire:
		return c.probeReads(ctx, r, "/time/entries")
	case ServiceTicketsAdd:
		return c.probeWrite(ctx, r, http.MethodPost, "/service/tickets", quietObject)
	case ServiceTicketsEdit:
		return c.probeEdit(ctx)
	case AttachmentsAdd:
		return c.probeWrite(ctx, r, http.MethodPost, "/system/documents", "")
	case AttachmentsInquire:
		return c.probeDocuments(ctx)
	}
	return false, false, "There is no harmless way to ask ConnectWise for this.", nil
}

const (
	// quietObject lacks all that a record needs, and still says: no mail.
	quietObject = `{"processNotifications":false}`
	quietPatch  = `[{"op":"replace","path":"processNotifications","value":false}]`
)

func (c *Client) probeReads(ctx context.Context, r Right, paths ...string) (granted, known bool, detail string, err error) {
	for _, path := range paths {
		k := call{
			doing: "probe right " + string(r), right: r, path: path,
			query: url.Values{"pageSize": {"1"}, "fields": {"id"}},
		}
		_, _, err := list(ctx, c, &k, func(*ref) error { return nil })
		if granted, known, detail, err = verdict(err, err == nil); !granted {
			return granted, known, strings.TrimPrefix(detail+" ("+path+")", " "), err
		}
	}
	return true, true, "", nil
}

// probeWrite tries a write that cannot be carried out.
func (c *Client) probeWrite(ctx context.Context, r Right, method, path, body string) (granted, known bool, detail string, err error) {
	k := call{
		doing: "probe right " + string(r), right: r, method: method, path: path,
		body: []byte(body), write: true, tries: 1,
	}
	if body == "" {
		// A form without a single part.
		k.kind, k.body = "multipart/form-data; boundary=deskbridge", []byte("--deskbridge--\r\n")
	}
	_, err = c.do(ctx, &k)
	if err == nil {
		return false, false, "ConnectWise answered an empty request with success.", nil
	}
	no, refused := errors.AsType[*ticket.Refusal](err)
	return verdict(err, refused && no.Status == http.StatusBadRequest)
}

// probeEdit changes a ticket that cannot be. Where that tells nothing, because
// the record is looked for before the right, the newest ticket is offered a note
// with no text and no place to show it, which is refused ("Please choose where
// to display the notes").
func (c *Client) probeEdit(ctx context.Context) (granted, known bool, detail string, err error) {
	granted, known, detail, err = c.probeWrite(ctx, ServiceTicketsEdit, http.MethodPatch, "/service/tickets/0", quietPatch)
	if known || err != nil {
		return granted, known, detail, err
	}
	newest := ticket.PSAID(0)
	w := tickets("probe right "+string(ServiceTicketsEdit), "")
	w.descending, w.size, w.fields = true, 1, "id"
	switch err := w.each(ctx, c, func(t *wireTicket) error { newest = ticket.PSAID(t.ID); return errEnough }); {
	case errors.Is(err, ticket.ErrForbidden):
		return false, false, "Tickets may not be read, so there is none to try it on.", nil
	case err != nil && !errors.Is(err, errEnough):
		return verdict(err, false)
	case newest == 0:
		return false, false, "There is no ticket yet to try it on.", nil
	}
	return c.probeWrite(ctx, ServiceTicketsEdit, http.MethodPost, ticketPath(newest)+"/notes", quietObject)
}

// probeDocuments looks at the files of the newest ticket: documents cannot be
// listed without naming a record.
func (c *Client) probeDocuments(ctx context.Context) (granted, known bool, detail string, err error) {
	k := call{
		doing: "probe right " + string(AttachmentsInquire), right: AttachmentsInquire, path: "/system/documents",
		query: url.Values{"recordType": {"Ticket"}, "recordId": {"0"}, "pageSize": {"1"}},
	}
	_, _, err = list(ctx, c, &k, func(*ref) error { return nil })
	return verdict(err, err == nil)
}

// verdict reads what an attempt came to. yes is what the caller takes for a
// proof that the right is there.
func verdict(err error, yes bool) (granted, known bool, detail string, _ error) {
	if yes {
		return true, true, "", nil
	}
	if missing, ok := errors.AsType[*RightError](err); ok {
		return false, true, missing.Message, nil
	}
	if no, ok := errors.AsType[*ticket.Refusal](err); ok && !errors.Is(err, ticket.ErrSignIn) {
		return false, false, fmt.Sprintf("ConnectWise answered %d: %s", no.Status, words(no)), nil
	}
	if unknown, ok := errors.AsType[*rest.UnknownError](err); ok {
		if said, ok := errors.AsType[*rest.StatusError](unknown); ok {
			return false, false, fmt.Sprintf("ConnectWise answered %d.", said.Status), nil
		}
	}
	return false, false, "", err
}
