package store

import (
	"context"
	"database/sql"
	"time"

	"deskbridge/app/journal"
	"deskbridge/app/ticket"
)

// Problem is an open problem with its history.
type Problem struct {
	journal.Problem
	OpenedAt time.Time
	SeenAt   time.Time // when it last stood in the way
	Times    int
}

// OpenProblem opens a problem, or brings the open one of the same code and
// ticket up to date.
func (c *Connection) OpenProblem(ctx context.Context, p journal.Problem) error {
	now := millis(c.store.now())
	return c.store.do(ctx, "open problem "+p.Code, func(w *session) error { return c.openProblem(w, p, now) })
}

func (c *Connection) openProblem(w *session, p journal.Problem, now int64) error {
	_, err := w.exec(`INSERT INTO problem (connection_id, desk_id, code, message, next, opened_at, seen_at, times)
		VALUES (?, ?, ?, ?, ?, ?, ?, 1)
		ON CONFLICT (connection_id, desk_id, code) WHERE closed_at IS NULL DO UPDATE
			SET message = excluded.message, next = excluded.next, seen_at = excluded.seen_at, times = times + 1`,
		c.id, int64(p.Desk), clean(p.Code), clean(p.Message), clean(p.Next), now, now)
	return err
}

// CloseProblem closes the open problem of a code and ticket; zero is the one
// that is not about a ticket. It is no error when there is none.
func (c *Connection) CloseProblem(ctx context.Context, code string, desk ticket.DeskID) error {
	now := millis(c.store.now())
	return c.store.do(ctx, "close problem "+code, func(w *session) error {
		_, err := w.exec(`UPDATE problem SET closed_at = ?
			WHERE connection_id = ? AND desk_id = ? AND code = ? AND closed_at IS NULL`, now, c.id, int64(desk), clean(code))
		return err
	})
}

// Problems lists open problems, by code and ticket, up to limit.
func (c *Connection) Problems(ctx context.Context, limit int) ([]Problem, error) {
	problems := []Problem{}
	err := c.store.rows(ctx, "list problems", func(r *sql.Rows) error {
		var p Problem
		var opened, seen int64
		err := r.Scan(&p.Code, &p.Desk, &p.Message, &p.Next, &opened, &seen, &p.Times)
		p.OpenedAt, p.SeenAt = timeOf(opened), timeOf(seen)
		problems = append(problems, p)
		return err
	}, `SELECT code, desk_id, message, next, opened_at, seen_at, times FROM problem
		WHERE connection_id = ? AND closed_at IS NULL ORDER BY code, desk_id LIMIT ?`, c.id, limit)
	return problems, err
}
