package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"deskbridge/app/event"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

func (v *verifier) compare(ctx context.Context) error {
	ids := make([]ticket.DeskID, 0, len(v.tickets))
	for id := range v.tickets {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(v.Workers)
	for i, id := range ids {
		group.Go(func() error {
			v.publish(event.Progress{Phase: event.Verifying, Done: i, Total: len(ids)})
			return v.compareTicket(gctx, id, v.tickets[id])
		})
	}
	return group.Wait()
}

func (v *verifier) compareTicket(ctx context.Context, id ticket.DeskID, t *expected) error {
	link, linked := v.links[id]
	if t.state.Status == ticket.Deleted && !linked && len(t.psa) == 0 {
		return nil // left out: it was deleted before it was first seen
	}
	v.add(func(out *Verification) { out.Compared++ })
	slices.Sort(t.psa)
	// A ticket whose external reference staff edited is still known by its link.
	if linked && !slices.Contains(t.psa, link.PSA) {
		found, err := v.PSA.Get(ctx, []ticket.PSAID{link.PSA})
		if err != nil {
			return fmt.Errorf("read ConnectWise ticket %d: %w", link.PSA, err)
		}
		if len(found) > 0 {
			t.psa = append(t.psa, link.PSA)
			v.add(func(*Verification) { v.psa[link.PSA] = found[0] })
		}
	}
	switch len(t.psa) {
	case 0:
		v.missing(Finding{Ticket: id, Message: fmt.Sprintf("Zendesk ticket %d is not in ConnectWise.", id)})
		return nil
	case 1:
	default:
		v.add(func(out *Verification) {
			out.Duplicates = append(out.Duplicates, Finding{Ticket: id, PSA: t.psa,
				Message: fmt.Sprintf("Zendesk ticket %d exists %d times in ConnectWise.", id, len(t.psa))})
		})
	}
	var ours []placed
	for _, psa := range t.psa {
		notes, err := v.PSA.Notes(ctx, psa)
		if err != nil && !errors.Is(err, ticket.ErrGone) {
			return fmt.Errorf("read notes of ConnectWise ticket %d: %w", psa, err)
		}
		for _, n := range notes {
			if m, ok := ticket.ParseNoteMarker(n.Text); ok && m.Ticket == id && m.Comment != 0 {
				ours = append(ours, placed{m, n, psa})
			}
		}
	}
	v.compareComments(id, t, ours)
	v.compareFields(id, t, link, linked)
	return nil
}

// placed is a note of ours where it stands.
type placed struct {
	marker ticket.NoteMarker
	note   ticket.Note
	psa    ticket.PSAID
}

func (v *verifier) compareComments(id ticket.DeskID, t *expected, ours []placed) {
	byComment := map[ticket.CommentID][]placed{}
	for _, p := range ours {
		byComment[p.marker.Comment] = append(byComment[p.marker.Comment], p)
	}
	var last placed
	for _, c := range t.comments {
		if c.own {
			continue
		}
		v.add(func(out *Verification) { out.Comments++ })
		notes := byComment[c.id]
		parts := map[int]int{}
		for _, p := range notes {
			parts[p.marker.Part]++
			if !c.public && p.note.CustomerVisible() {
				v.different(Finding{Ticket: id, Comment: c.id, PSA: []ticket.PSAID{p.psa},
					Message: fmt.Sprintf("Internal note %d of Zendesk ticket %d can be read by customers in ConnectWise.", c.id, id)})
			}
			if p.note.ID < last.note.ID && p.psa == last.psa {
				v.different(Finding{Ticket: id, Comment: c.id, PSA: []ticket.PSAID{p.psa},
					Message: fmt.Sprintf("Comment %d of Zendesk ticket %d stands before an older one in ConnectWise.", c.id, id)})
			}
		}
		if len(notes) == 0 {
			if c.id == t.comments[0].id && v.openedBy(id) {
				continue // it opened the ticket; staff have edited the note since
			}
			v.missing(Finding{Ticket: id, Comment: c.id, PSA: t.psa,
				Message: fmt.Sprintf("Comment %d of Zendesk ticket %d is not in ConnectWise.", c.id, id)})
			continue
		}
		for part := 1; part <= notes[0].marker.Parts; part++ {
			switch n := parts[part]; {
			case n == 0:
				v.missing(Finding{Ticket: id, Comment: c.id, PSA: t.psa,
					Message: fmt.Sprintf("Part %d of comment %d of Zendesk ticket %d is not in ConnectWise.", part, c.id, id)})
			case n > 1:
				v.add(func(out *Verification) {
					out.Duplicates = append(out.Duplicates, Finding{Ticket: id, Comment: c.id, PSA: t.psa,
						Message: fmt.Sprintf("Comment %d of Zendesk ticket %d exists %d times in ConnectWise.", c.id, id, n)})
				})
			}
		}
		last = slices.MaxFunc(notes, func(a, b placed) int { return int(a.note.ID - b.note.ID) })
	}
}

// openedBy tells whether we created the ticket with its first comment.
func (v *verifier) openedBy(id ticket.DeskID) bool {
	_, linked := v.links[id]
	return linked
}

// compareFields compares what can be compared without the directory: summary,
// status and priority. A value that a technician set since is no difference.
func (v *verifier) compareFields(id ticket.DeskID, t *expected, link ticket.Link, linked bool) {
	v.mu.Lock()
	actual := v.psa[t.psa[0]].Fields
	v.mu.Unlock()
	if t.state.Status == ticket.Deleted {
		return
	}
	var wrong []string
	check := func(field ticket.FieldSet, name string, want ticket.Fields, changed bool) {
		if reconcile.SameFields(want, actual, field) == field {
			return
		}
		if linked && !changed {
			if reconcile.SameFields(actual, link.Agreed.PSA, field) != field {
				return // moved by a technician since both sides agreed
			}
			if reconcile.SameFields(want, link.Agreed.PSA, field) != field && link.Agreed.Desk == t.state {
				return // accepted as different when the link was adopted
			}
		}
		wrong = append(wrong, name)
	}
	want := ticket.Fields{Summary: t.summary, Status: v.Policy.Statuses[t.state.Status], Priority: v.Policy.Priorities[t.state.Priority]}
	check(ticket.FieldSummary, "summary", want, t.state.Subject != link.Agreed.Desk.Subject)
	check(ticket.FieldStatus, "status", want, t.state.Status != link.Agreed.Desk.Status)
	check(ticket.FieldPriority, "priority", want, t.state.Priority != link.Agreed.Desk.Priority)
	if len(wrong) > 0 {
		v.different(Finding{Ticket: id, PSA: t.psa,
			Message: fmt.Sprintf("The %s of Zendesk ticket %d differs in ConnectWise.", strings.Join(wrong, ", "), id)})
	}
}
