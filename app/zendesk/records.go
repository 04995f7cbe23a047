package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"

	"deskbridge/app/rest"
	"deskbridge/app/ticket"
)

// most is how many records one show_many takes ("TooManyValues", recorded).
const most = 100

// TicketsByID reads single tickets; those that are gone are left out.
func (c *Client) TicketsByID(ctx context.Context, ids []ticket.DeskID) ([]ticket.Ticket, error) {
	return showMany(ctx, c, "tickets", ids, func(w wireTicket) (ticket.Ticket, bool) { return w.ticket(), w.ID != 0 })
}

// People reads users; unknown ones are left out, as is the desk's own robot.
func (c *Client) People(ctx context.Context, ids []ticket.UserID) ([]ticket.Person, error) {
	return showMany(ctx, c, "users", ids, func(w wireUser) (ticket.Person, bool) { return w.person(), w.ID != 0 })
}

// Organizations reads organizations; unknown ones are left out.
func (c *Client) Organizations(ctx context.Context, ids []ticket.OrganizationID) ([]ticket.Organization, error) {
	return showMany(ctx, c, "organizations", ids, func(w wireOrganization) (ticket.Organization, bool) {
		return w.organization(), w.ID != 0
	})
}

// showMany reads records by number, a hundred at a time. kind names both the
// route and the list in its answer.
func showMany[ID ~int64, Wire, Record any](ctx context.Context, c *Client, kind string, ids []ID,
	convert func(Wire) (Record, bool),
) ([]Record, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id ID) bool { return id <= 0 })
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var out []Record
	for chunk := range slices.Chunk(ids, most) {
		var got []Record
		query := url.Values{"ids": {join(chunk)}}
		err := c.get(ctx, rest.Request{Path: "/api/v2/" + kind + "/show_many.json", Query: query}, func(body io.Reader) error {
			got = got[:0]
			return decodeList(body, kind, func(w Wire) {
				if r, ok := convert(w); ok {
					got = append(got, r)
				}
			})
		})
		if err != nil && !errors.Is(err, ticket.ErrGone) {
			return nil, fmt.Errorf("read %d %s: %w", len(chunk), kind, err)
		}
		out = append(out, got...)
	}
	return out, nil
}

// decodeList reads an answer that is one list under a known name.
func decodeList[Wire any](body io.Reader, name string, take func(Wire)) error {
	seen := false
	err := fields(body, func(key string, dec *json.Decoder) (bool, error) {
		if key != name {
			return false, nil
		}
		seen = true
		return true, each(dec, func(w Wire) error {
			take(w)
			return nil
		})
	})
	if err == nil && !seen {
		err = malformed(fmt.Errorf("no %s in the answer", name))
	}
	return err
}

func join[ID ~int64](ids []ID) string {
	out := make([]byte, 0, len(ids)*8)
	for i, id := range ids {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(out, int64(id), 10)
	}
	return string(out)
}
