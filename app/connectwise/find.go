package connectwise

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"deskbridge/app/ticket"
)

// tickets walks over the tickets that where selects.
func tickets(doing string, where condition) walk[wireTicket] {
	return walk[wireTicket]{
		call:   call{doing: doing, right: ServiceTicketsInquire, path: "/service/tickets"},
		where:  where,
		fields: ticketFields,
		id:     func(t *wireTicket) int64 { return t.ID },
		check:  checkTicket,
	}
}

// Find returns the tickets that carry one of the markers, all of them where one
// marker stands on several. It returns ticket.ErrFilterRefused where the instance
// does not search by marker. Markers that are not ours are an error: their signs
// would become part of a filter.
func (c *Client) Find(ctx context.Context, markers []string) ([]ticket.PSATicket, error) {
	const doing = "find tickets by marker"
	conditions, err := markerConditions(markers)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	wanted := make(map[string]bool, len(markers))
	for _, m := range markers {
		wanted[strings.ToLower(m)] = true
	}
	var out []ticket.PSATicket
	for _, where := range conditions {
		w := tickets(doing, where)
		err := w.each(ctx, c, func(t *wireTicket) error {
			// The service compares as its database is set up to; we compare exactly.
			if wanted[strings.ToLower(strings.TrimSpace(t.ExternalXRef))] {
				out = append(out, t.ticket())
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Marked calls yield for every ticket whose marker starts with prefix, in order
// of number. It returns ticket.ErrFilterRefused where the instance does not
// search by marker, and yield's error as it is.
func (c *Client) Marked(ctx context.Context, prefix string, yield func(ticket.PSATicket) error) error {
	const doing = "list our tickets"
	where, err := prefixCondition(prefix)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	prefix = strings.ToLower(prefix)
	w := tickets(doing, where)
	return w.each(ctx, c, func(t *wireTicket) error {
		if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(t.ExternalXRef)), prefix) {
			return nil
		}
		return yield(t.ticket())
	})
}

var errEnough = errors.New("seen enough")

// Recent calls yield for tickets from the newest back until yield returns false.
func (c *Client) Recent(ctx context.Context, yield func(ticket.PSATicket) bool) error {
	w := tickets("list newest tickets", "")
	w.descending = true
	err := w.each(ctx, c, func(t *wireTicket) error {
		if !yield(t.ticket()) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// Get reads single tickets; those that are gone are left out.
func (c *Client) Get(ctx context.Context, ids []ticket.PSAID) ([]ticket.PSATicket, error) {
	var out []ticket.PSATicket
	for _, where := range idConditions(ids) {
		w := tickets("read tickets", where)
		err := w.each(ctx, c, func(t *wireTicket) error {
			out = append(out, t.ticket())
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
