package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"deskbridge/app/event"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// Verification is what comparing both sides found. Only what both services say
// now counts; the database explains technicians' changes and nothing else.
type Verification struct {
	Compared   int       `json:"compared"` // tickets
	Missing    []Finding `json:"missing"`
	Duplicates []Finding `json:"duplicates"`
	Different  []Finding `json:"different"`
	OK         bool      `json:"ok"`
	// Comments is how many desk comments were looked for.
	Comments int `json:"-"`
}

// Finding is one difference. Comment is zero when it is about the ticket.
type Finding struct {
	Ticket  ticket.DeskID    `json:"ticket"`
	Comment ticket.CommentID `json:"comment,omitempty"`
	PSA     []ticket.PSAID   `json:"psa,omitempty"`
	Message string           `json:"message"`
}

// expected is what the PSA should hold of one desk ticket, without its texts.
type expected struct {
	state    ticket.DeskState
	summary  string
	created  time.Time
	comments []expectedComment
	psa      []ticket.PSAID
}

type expectedComment struct {
	id     ticket.CommentID
	at     time.Time
	public bool
	own    bool // our own write on the desk
}

// Verify reads both sides anew and compares them: each ticket and each comment
// must exist in the PSA exactly once, in order, and hidden from customers where
// it is an internal note. It writes nothing anywhere.
func (b *Bridge) Verify(ctx context.Context) (Verification, error) {
	v := &verifier{run: b.newRun(Options{DryRun: true}), tickets: map[ticket.DeskID]*expected{}, links: map[ticket.DeskID]ticket.Link{}}
	if err := v.readDesk(ctx); err != nil {
		return Verification{}, err
	}
	if err := v.readMarked(ctx); err != nil {
		return Verification{}, err
	}
	if err := v.compare(ctx); err != nil {
		return Verification{}, err
	}
	return v.finish(), nil
}

type verifier struct {
	*run
	tickets map[ticket.DeskID]*expected
	links   map[ticket.DeskID]ticket.Link
	psa     map[ticket.PSAID]ticket.PSATicket

	mu  sync.Mutex
	out Verification
}

// readDesk reads both exports from the start date, as if for the first time.
func (v *verifier) readDesk(ctx context.Context) error {
	cursor := ""
	for {
		page, err := v.Desk.Tickets(ctx, cursor, v.Start)
		if errors.Is(err, ticket.ErrNotYet) {
			break
		}
		if err != nil {
			return fmt.Errorf("read ticket export: %w", err)
		}
		for _, t := range page.Tickets {
			v.tickets[t.ID] = &expected{state: ticket.StateOf(t), summary: reconcile.Summary(t.Subject), created: t.CreatedAt}
		}
		v.publish(event.Progress{Phase: event.Reading, Done: len(v.tickets)})
		if page.End || page.Cursor == cursor {
			break
		}
		cursor = page.Cursor
	}
	seen := map[ticket.CommentID]bool{}
	incomplete := map[ticket.DeskID]bool{}
	for from := v.Start.Unix(); ; {
		page, err := v.Desk.Events(ctx, from)
		if errors.Is(err, ticket.ErrNotYet) {
			break
		}
		if err != nil {
			return fmt.Errorf("read event export: %w", err)
		}
		for _, id := range page.Incomplete {
			incomplete[id] = true
		}
		for _, c := range page.Comments {
			if t := v.tickets[c.TicketID]; t != nil && !seen[c.ID] {
				seen[c.ID] = true
				t.comments = append(t.comments, expect(c))
			}
		}
		if page.End || page.Next <= from {
			break
		}
		from = page.Next
	}
	for id, t := range v.tickets {
		if t.state.Status == ticket.Deleted || !incomplete[id] && !t.created.Before(v.Start) {
			continue
		}
		comments, _, err := v.Desk.Comments(ctx, id)
		if err != nil && !errors.Is(err, ticket.ErrGone) {
			return fmt.Errorf("read comments of ticket %d: %w", id, err)
		}
		t.comments = t.comments[:0]
		for _, c := range comments {
			t.comments = append(t.comments, expect(c))
		}
	}
	for _, t := range v.tickets {
		slices.SortFunc(t.comments, func(a, b expectedComment) int {
			if c := a.at.Compare(b.at); c != 0 {
				return c
			}
			return int(min(max(a.id-b.id, -1), 1))
		})
	}
	return nil
}

func expect(c ticket.Comment) expectedComment {
	return expectedComment{id: c.ID, at: c.CreatedAt, public: c.Public, own: c.Marker != ""}
}

// readMarked lists every PSA ticket that carries a marker of ours.
func (v *verifier) readMarked(ctx context.Context) error {
	v.psa = map[ticket.PSAID]ticket.PSATicket{}
	err := v.marked(ctx, func(t ticket.PSATicket) error {
		if id, ok := ticket.ParseMarker(v.Account, t.Marker); ok && v.tickets[id] != nil {
			v.tickets[id].psa = append(v.tickets[id].psa, t.ID)
			v.psa[t.ID] = t
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list our tickets: %w", err)
	}
	return v.Store.Links(ctx, func(l ticket.Link) error {
		if v.tickets[l.Desk] != nil {
			v.links[l.Desk] = l
		}
		return nil
	})
}

func (v *verifier) add(f func(*Verification)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f(&v.out)
}

func (v *verifier) missing(f Finding) {
	v.add(func(out *Verification) { out.Missing = append(out.Missing, f) })
}

func (v *verifier) different(f Finding) {
	v.add(func(out *Verification) { out.Different = append(out.Different, f) })
}

func (v *verifier) finish() Verification {
	byTicket := func(a, b Finding) int {
		if a.Ticket != b.Ticket {
			return int(min(max(a.Ticket-b.Ticket, -1), 1))
		}
		return int(min(max(a.Comment-b.Comment, -1), 1))
	}
	for _, list := range []*[]Finding{&v.out.Missing, &v.out.Duplicates, &v.out.Different} {
		if *list == nil {
			*list = []Finding{}
		}
		slices.SortStableFunc(*list, byTicket)
	}
	v.out.OK = len(v.out.Missing)+len(v.out.Duplicates)+len(v.out.Different) == 0
	return v.out
}
