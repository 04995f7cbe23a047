package store

import (
	"context"
	"database/sql"
	"math"

	"deskbridge/app/ticket"
)

const linkColumns = "desk_id, psa_id, adopted, linked_at, " + agreedColumns

func scanLink(r *sql.Rows) (ticket.Link, error) {
	var l ticket.Link
	var linked int64
	dest := append(make([]any, 0, 16), &l.Desk, &l.PSA, &l.Adopted, &linked)
	err := r.Scan(agreedFields(dest, &l.Agreed)...)
	l.LinkedAt = timeOf(linked)
	return l, err
}

// Adopt stores links that were found by marker. A link that is known already
// stays as it is.
func (c *Connection) Adopt(ctx context.Context, links []ticket.Link) error {
	if len(links) == 0 {
		return nil
	}
	return c.store.do(ctx, "adopt links", func(w *session) error {
		for i := range links {
			if _, err := w.exec("INSERT INTO link (connection_id, desk_id, psa_id, adopted, linked_at, through, "+agreedColumns+`)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				c.linkValues(&links[i], 0)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// linkChunk bounds memory, and how long one reading holds back a checkpoint.
const linkChunk = 1000

// Links calls yield for every link, in order of desk id, and stops with
// yield's first error. yield may use the store; links added behind its back
// may be seen or not.
func (c *Connection) Links(ctx context.Context, yield func(ticket.Link) error) error {
	after := int64(math.MinInt64)
	chunk := make([]ticket.Link, 0, linkChunk)
	for {
		chunk = chunk[:0]
		err := c.store.rows(ctx, "list links", func(r *sql.Rows) error {
			l, err := scanLink(r)
			chunk = append(chunk, l)
			return err
		}, "SELECT "+linkColumns+" FROM link WHERE connection_id = ? AND desk_id > ? ORDER BY desk_id LIMIT ?",
			c.id, after, linkChunk)
		if err != nil {
			return err
		}
		for _, l := range chunk {
			if err := yield(l); err != nil {
				return err
			}
		}
		if len(chunk) < linkChunk {
			return nil
		}
		after = int64(chunk[len(chunk)-1].Desk)
	}
}
