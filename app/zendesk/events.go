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

	"deskbridge/app/ticket"
)

// Events reads one page of the event export from a unix second on, with the
// comments in it. It returns ticket.ErrNotYet when that second is too recent.
//
// The export is time based: a page normally runs on until its last second is
// complete ("recorded" for the ticket export). Should one second hold more than
// the service puts on a page, the same page would come for ever. Events then
// steps over the second and lists in Incomplete every ticket that may have had
// a comment in it, found through the ticket export: those that existed by then
// and changed in it or since. Their comments are to be read one by one.
func (c *Client) Events(ctx context.Context, from int64) (ticket.EventPage, error) {
	query := url.Values{
		"start_time": {strconv.FormatInt(max(from, 0), 10)},
		"include":    {"comment_events"},
	}
	var got eventPage
	err := c.export(ctx, "/api/v2/incremental/ticket_events.json", query, func(body io.Reader) error {
		var err error
		got, err = decodeEvents(body)
		return err
	})
	if err != nil {
		return ticket.EventPage{}, fmt.Errorf("read event export: %w", err)
	}
	page := got.page()
	if page.Next < from {
		page.Next = from
	}
	if page.End || page.Next > from {
		return page, nil
	}
	page.Next = from + 1
	if page.Incomplete, err = c.changedAround(ctx, from, page.Touched); err != nil {
		return ticket.EventPage{}, fmt.Errorf("step over second %d of the event export: %w", from, err)
	}
	return page, nil
}

// changedAround returns the tickets known to have been touched in a second and
// all others that may have been: created by then, changed in it or later.
func (c *Client) changedAround(ctx context.Context, second int64, known []ticket.DeskID) ([]ticket.DeskID, error) {
	ids := make(idSet)
	for _, id := range known {
		ids.add(id)
	}
	for cursor := ""; ; {
		page, err := c.Tickets(ctx, cursor, time.Unix(second, 0))
		if err != nil {
			return nil, err
		}
		for i := range page.Tickets {
			if t := &page.Tickets[i]; t.CreatedAt.Unix() <= second {
				ids.add(t.ID)
			}
		}
		if page.End || page.Cursor == cursor {
			return ids.sorted(), nil
		}
		cursor = page.Cursor
	}
}

// eventPage is one decoded page, and what its paging fields said.
type eventPage struct {
	comments   []ticket.Comment
	touched    idSet
	incomplete idSet
	events     int
	newest     int64  // newest second on the page
	end        *bool  // end_of_stream
	endTime    *int64 // end_time
}

type wireEvent struct {
	ID        int64         `json:"id"`
	TicketID  int64         `json:"ticket_id"`
	Timestamp int64         `json:"timestamp"`
	CreatedAt string        `json:"created_at"`
	UpdaterID int64         `json:"updater_id"`
	Metadata  wireMetadata  `json:"metadata"`
	Children  []wireComment `json:"child_events"`
}

func decodeEvents(body io.Reader) (eventPage, error) {
	page := eventPage{touched: make(idSet), incomplete: make(idSet)}
	seen := false
	lost := 0
	err := fields(body, func(key string, dec *json.Decoder) (bool, error) {
		var err error
		switch key {
		case "ticket_events":
			seen = true
			err = each(dec, func(w wireEvent) error {
				page.events++
				if !page.add(&w) {
					lost++
				}
				return nil
			})
		case "end_of_stream":
			page.end, err = value[*bool](dec)
		case "end_time":
			page.endTime, err = value[*int64](dec)
		default:
			return false, nil
		}
		return true, err
	})
	switch {
	case err != nil:
		return eventPage{}, err
	case !seen:
		return eventPage{}, malformed(errors.New("no events in the answer"))
	case lost > 0:
		return eventPage{}, fmt.Errorf("%d comments without a ticket number: %w", lost, ticket.ErrMalformed)
	}
	return page, nil
}

// add takes in one event. It returns false when a comment in it cannot be told
// to belong to any ticket.
func (p *eventPage) add(w *wireEvent) bool {
	at := w.Timestamp
	if at == 0 {
		if created := instant(w.CreatedAt); !created.IsZero() {
			at = created.Unix()
		}
	}
	p.newest = max(p.newest, at)
	id := ticket.DeskID(w.TicketID)
	if id != 0 {
		p.touched.add(id)
	}
	for i := range w.Children {
		child := &w.Children[i]
		if !child.isComment() {
			continue
		}
		if id == 0 {
			return false
		}
		if child.ID == 0 {
			p.incomplete.add(id)
			continue
		}
		comment := child.comment(id)
		// A child says these itself; the event it is part of says the same.
		if comment.AuthorID == 0 {
			comment.AuthorID = ticket.UserID(w.UpdaterID)
		}
		if comment.CreatedAt.IsZero() {
			comment.CreatedAt = instant(w.CreatedAt)
			if comment.CreatedAt.IsZero() && at > 0 {
				comment.CreatedAt = time.Unix(at, 0).UTC()
			}
		}
		if comment.Marker == "" {
			comment.Marker = w.Metadata.Custom.Marker
		}
		p.comments = append(p.comments, comment)
	}
	return true
}

func (p *eventPage) page() ticket.EventPage {
	out := ticket.EventPage{
		Comments:   p.comments,
		Touched:    p.touched.sorted(),
		Incomplete: p.incomplete.sorted(),
		Next:       p.newest,
		// Older answers have no end_of_stream; a page that is not full is the last.
		End: p.events < perPage,
	}
	if p.end != nil {
		out.End = *p.end
	}
	if p.endTime != nil && *p.endTime > 0 {
		out.Next = *p.endTime
	}
	return out
}
