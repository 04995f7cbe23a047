package app

import (
	"context"
	"time"

	"deskbridge/app/bridge"
	"deskbridge/app/ticket"
)

// deskSide and psaSide are the two services as the bridge sees them. All they
// add is the name of the service to what goes wrong: ticket's words alone do
// not tell whose sign-in was refused.
type (
	deskSide struct{ bridge.Desk }
	psaSide  struct{ bridge.PSA }
)

// from names the service in err.
func from(s Service, err error) error {
	if err == nil {
		return nil
	}
	return &SideError{Service: s, Err: err}
}

func (d deskSide) Tickets(ctx context.Context, cursor string, start time.Time) (bridge.TicketPage, error) {
	page, err := d.Desk.Tickets(ctx, cursor, start)
	return page, from(Zendesk, err)
}

func (d deskSide) Events(ctx context.Context, second int64) (bridge.EventPage, error) {
	page, err := d.Desk.Events(ctx, second)
	return page, from(Zendesk, err)
}

func (d deskSide) Comments(ctx context.Context, id ticket.DeskID) ([]ticket.Comment, []ticket.Person, error) {
	comments, people, err := d.Desk.Comments(ctx, id)
	return comments, people, from(Zendesk, err)
}

func (d deskSide) TicketsByID(ctx context.Context, ids []ticket.DeskID) ([]ticket.Ticket, error) {
	tickets, err := d.Desk.TicketsByID(ctx, ids)
	return tickets, from(Zendesk, err)
}

func (d deskSide) People(ctx context.Context, ids []ticket.UserID) ([]ticket.Person, error) {
	people, err := d.Desk.People(ctx, ids)
	return people, from(Zendesk, err)
}

func (d deskSide) Organizations(ctx context.Context, ids []ticket.OrganizationID) ([]ticket.Organization, error) {
	organizations, err := d.Desk.Organizations(ctx, ids)
	return organizations, from(Zendesk, err)
}

func (p psaSide) Create(ctx context.Context, t ticket.NewTicket) (ticket.PSATicket, error) {
	created, err := p.PSA.Create(ctx, t)
	return created, from(ConnectWise, err)
}

func (p psaSide) Update(ctx context.Context, id ticket.PSAID, c ticket.Change) (ticket.PSATicket, error) {
	updated, err := p.PSA.Update(ctx, id, c)
	return updated, from(ConnectWise, err)
}

func (p psaSide) AddNote(ctx context.Context, id ticket.PSAID, n ticket.NewNote) (ticket.Note, error) {
	note, err := p.PSA.AddNote(ctx, id, n)
	return note, from(ConnectWise, err)
}

func (p psaSide) Find(ctx context.Context, markers []string) ([]ticket.PSATicket, error) {
	found, err := p.PSA.Find(ctx, markers)
	return found, from(ConnectWise, err)
}

// Marked does not name the service where yield stopped the walk: that error is
// the caller's own.
func (p psaSide) Marked(ctx context.Context, prefix string, yield func(ticket.PSATicket) error) error {
	var own error
	err := p.PSA.Marked(ctx, prefix, func(t ticket.PSATicket) error {
		own = yield(t)
		return own
	})
	if own != nil {
		return err
	}
	return from(ConnectWise, err)
}

func (p psaSide) Recent(ctx context.Context, yield func(ticket.PSATicket) bool) error {
	return from(ConnectWise, p.PSA.Recent(ctx, yield))
}

func (p psaSide) Get(ctx context.Context, ids []ticket.PSAID) ([]ticket.PSATicket, error) {
	tickets, err := p.PSA.Get(ctx, ids)
	return tickets, from(ConnectWise, err)
}

func (p psaSide) Notes(ctx context.Context, id ticket.PSAID) ([]ticket.Note, error) {
	notes, err := p.PSA.Notes(ctx, id)
	return notes, from(ConnectWise, err)
}

func (p psaSide) Companies(ctx context.Context) ([]ticket.Company, error) {
	companies, err := p.PSA.Companies(ctx)
	return companies, from(ConnectWise, err)
}

func (p psaSide) Contacts(ctx context.Context, company int64) ([]ticket.PSAContact, error) {
	contacts, err := p.PSA.Contacts(ctx, company)
	return contacts, from(ConnectWise, err)
}
