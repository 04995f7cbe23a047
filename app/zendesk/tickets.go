package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"deskbridge/app/rest"
	"deskbridge/app/ticket"
)

// perPage is the largest export page, and the default ("Incremental Exports").
const perPage = 1000

// Tickets reads one page of the cursor-based ticket export, with the people and
// organizations it names: from start when cursor is empty, else from cursor.
// The cursor of a last page stays good as the next start. It returns
// ticket.ErrNotYet when start is too recent and ticket.ErrCursorRefused when
// the cursor is not taken any more.
func (c *Client) Tickets(ctx context.Context, cursor string, start time.Time) (ticket.TicketPage, error) {
	query := url.Values{
		"per_page": {strconv.Itoa(perPage)},
		"include":  {"users,organizations"},
	}
	if cursor != "" {
		query.Set("cursor", cursor)
	} else {
		query.Set("start_time", strconv.FormatInt(max(start.Unix(), 0), 10))
	}
	var page ticket.TicketPage
	err := c.export(ctx, "/api/v2/incremental/tickets/cursor.json", query, func(body io.Reader) error {
		var err error
		page, err = decodeTickets(body)
		return err
	})
	if refusal, ok := errors.AsType[*ticket.Refusal](err); ok && cursor != "" {
		return ticket.TicketPage{}, fmt.Errorf("%w: %w", ticket.ErrCursorRefused, refusal)
	}
	if err != nil {
		return ticket.TicketPage{}, fmt.Errorf("read ticket export: %w", err)
	}
	switch {
	case page.Cursor != "" && page.Cursor != cursor:
	case page.Cursor == "" && !page.End && len(page.Tickets) > 0:
		return ticket.TicketPage{}, fmt.Errorf("read ticket export: no cursor to go on from: %w", ticket.ErrMalformed)
	default:
		// An empty stream may bring no cursor, or the one we came with: that one
		// stays good, and asking it again now would bring the same.
		page.Cursor, page.End = cursor, true
	}
	return page, nil
}

// export asks for one page of an incremental export.
func (c *Client) export(ctx context.Context, path string, query url.Values, read func(io.Reader) error) error {
	return c.get(ctx, rest.Request{Path: path, Query: query, Budgets: []string{exports}}, read)
}

func decodeTickets(body io.Reader) (ticket.TicketPage, error) {
	var page ticket.TicketPage
	seen := false
	unnamed := 0
	err := fields(body, func(key string, dec *json.Decoder) (bool, error) {
		var err error
		switch key {
		case "tickets":
			seen = true
			err = each(dec, func(w wireTicket) error {
				if w.ID == 0 {
					unnamed++
					return nil
				}
				page.Tickets = append(page.Tickets, w.ticket())
				return nil
			})
		case "users":
			err = people(dec, &page.People)
		case "organizations":
			err = organizations(dec, &page.Organizations)
		case "after_cursor":
			page.Cursor, err = value[string](dec)
		case "end_of_stream":
			page.End, err = value[bool](dec)
		default:
			return false, nil
		}
		return true, err
	})
	switch {
	case err != nil:
		return ticket.TicketPage{}, err
	case !seen:
		return ticket.TicketPage{}, malformed(errors.New("no tickets in the answer"))
	case unnamed > 0:
		// Going on would lose them for good; asking again brings the same.
		return ticket.TicketPage{}, fmt.Errorf("%d tickets without a number: %w", unnamed, ticket.ErrMalformed)
	}
	return page, nil
}
