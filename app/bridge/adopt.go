package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"deskbridge/app/event"
	"deskbridge/app/ticket"
)

// factAdopted says when this database first asked the PSA for tickets of ours.
const factAdopted = "adopted"

// adoptAtOnce is how many adopted links share a transaction.
const adoptAtOnce = 1_000

// adopt finds the PSA tickets that carry our marker when the database does not
// know this connection yet: it is new, or it was lost. It happens once, before
// the first create.
func (r *run) adopt(ctx context.Context) error {
	done, err := r.Store.Fact(ctx, factAdopted)
	if err != nil {
		return fmt.Errorf("read fact: %w", err)
	}
	if done != "" {
		return nil
	}
	r.publish(event.Progress{Phase: event.Adopting})
	var links []ticket.Link
	flush := func() error {
		if len(links) == 0 {
			return nil
		}
		if err := r.Store.Adopt(ctx, links); err != nil {
			return fmt.Errorf("keep adopted links: %w", err)
		}
		r.result.Tickets.Adopted += len(links)
		r.publish(event.Progress{Phase: event.Adopting, Done: r.result.Tickets.Adopted})
		links = links[:0]
		return nil
	}
	first := map[ticket.DeskID]ticket.PSAID{}
	twins := map[ticket.DeskID][]ticket.PSAID{}
	err = r.marked(ctx, func(t ticket.PSATicket) error {
		id, ok := ticket.ParseMarker(r.Account, t.Marker)
		if !ok {
			return nil
		}
		if other, again := first[id]; again {
			if twins[id] == nil {
				twins[id] = []ticket.PSAID{other}
			}
			twins[id] = append(twins[id], t.ID)
			return nil
		}
		first[id] = t.ID
		links = append(links, ticket.Link{Desk: id, PSA: t.ID, Adopted: true, LinkedAt: r.now()})
		if len(links) == adoptAtOnce {
			return flush()
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for tickets of ours: %w", err)
	}
	if err := flush(); err != nil {
		return err
	}
	for id, copies := range twins {
		r.report(duplicateProblem(id, copies))
	}
	if err := r.Store.SetFact(ctx, factAdopted, r.now().UTC().Format(time.RFC3339)); err != nil {
		return fmt.Errorf("keep fact: %w", err)
	}
	return nil
}

// marked calls yield for every PSA ticket that carries a marker of ours, oldest
// first where the PSA can search, else from the newest back.
func (r *run) marked(ctx context.Context, yield func(ticket.PSATicket) error) error {
	if !r.noFilter {
		err := r.PSA.Marked(ctx, ticket.MarkerPrefix(r.Account), yield)
		if !errors.Is(err, ticket.ErrFilterRefused) {
			return err
		}
		r.noFilter = true
	}
	var stopped error
	err := r.PSA.Recent(ctx, func(t ticket.PSATicket) bool {
		stopped = yield(t)
		return stopped == nil
	})
	return errors.Join(stopped, err)
}
