package connectwise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"deskbridge/app/ticket"
)

// newTicketBody is the body of a create. The e-mail flags are sent although off
// is common, because a board can turn them on.
type newTicketBody struct {
	Summary                    string `json:"summary"`
	Board                      ref    `json:"board"`
	Status                     ref    `json:"status,omitzero"`
	Company                    ref    `json:"company"`
	Priority                   ref    `json:"priority,omitzero"`
	Contact                    ref    `json:"contact,omitzero"`
	ContactName                string `json:"contactName,omitempty"`
	ContactEmailAddress        string `json:"contactEmailAddress,omitempty"`
	ExternalXRef               string `json:"externalXRef"`
	InitialDescription         string `json:"initialDescription,omitempty"`
	InitialInternalAnalysis    string `json:"initialInternalAnalysis,omitempty"`
	AutomaticEmailContactFlag  bool   `json:"automaticEmailContactFlag"`
	AutomaticEmailResourceFlag bool   `json:"automaticEmailResourceFlag"`
	AutomaticEmailCcFlag       bool   `json:"automaticEmailCcFlag"`
	ProcessNotifications       bool   `json:"processNotifications"`
}

func createBody(t ticket.NewTicket) ([]byte, error) {
	switch {
	case t.Discussion != "" && t.Internal != "":
		return nil, errors.New("a first comment is either for customers or internal, not both")
	case !plainMarker(t.Marker):
		return nil, fmt.Errorf("%q is not one of our markers", t.Marker)
	}
	b := newTicketBody{
		Summary:                 t.Fields.Summary,
		Board:                   ref{t.Board},
		Status:                  ref{t.Fields.Status},
		Company:                 ref{t.Fields.Company},
		Priority:                ref{t.Fields.Priority},
		ExternalXRef:            t.Marker,
		InitialDescription:      t.Discussion,
		InitialInternalAnalysis: t.Internal,
	}
	if contact := t.Fields.Contact; contact.ID != 0 {
		b.Contact = ref{contact.ID}
	} else {
		b.ContactName, b.ContactEmailAddress = contact.Name, contact.Email
	}
	return json.Marshal(&b)
}

// Create writes a service ticket, without any mail, and returns it as the PSA
// holds it. It returns ticket.ErrOutcomeUnknown when it may exist all the same,
// and *ticket.Refusal when it does not.
func (c *Client) Create(ctx context.Context, t ticket.NewTicket) (ticket.PSATicket, error) {
	k := call{doing: "create ticket", right: ServiceTicketsAdd, method: http.MethodPost, path: "/service/tickets", write: true}
	var err error
	if k.body, err = createBody(t); err != nil {
		return ticket.PSATicket{}, fmt.Errorf("%s: %w", &k, err)
	}
	return c.writeTicket(ctx, &k)
}

// writeTicket sends a write that is answered with a ticket.
func (c *Client) writeTicket(ctx context.Context, k *call) (ticket.PSATicket, error) {
	res, err := c.do(ctx, k)
	if err != nil {
		return ticket.PSATicket{}, err
	}
	var w wireTicket
	if err := decodeWritten(res.Body, &w, &w.ID); err != nil {
		return ticket.PSATicket{}, fmt.Errorf("%s: %w: %w", k, ticket.ErrOutcomeUnknown, err)
	}
	return w.ticket(), nil
}
