package store

import (
	"context"
	"database/sql"
	"time"

	"deskbridge/app/ticket"
)

// Run is one pass as it is remembered.
type Run struct {
	ID        int64
	StartedAt time.Time
	EndedAt   time.Time // zero: under way, or killed
	Outcome   string
	Counters  []byte // JSON, as given to EndRun
}

// runsKept is how many runs are remembered: more than three days of a run
// every five minutes.
const runsKept = 1000

// StartRun remembers that a run starts and returns its number, which no other
// run of the database ever has.
func (c *Connection) StartRun(ctx context.Context) (int64, error) {
	now := millis(c.store.now())
	var id int64
	err := c.store.do(ctx, "start run", func(w *session) (err error) {
		if id, err = w.insert("INSERT INTO run (connection_id, started_at, outcome, counters) VALUES (?, ?, '', '')",
			c.id, now); err != nil {
			return err
		}
		_, err = w.exec(`DELETE FROM run WHERE connection_id = ?1 AND id <=
			(SELECT id FROM run WHERE connection_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`, c.id, int64(runsKept))
		return err
	})
	return id, err
}

// EndRun remembers how a run ended. It returns ErrNotFound for a run that is
// not remembered.
func (c *Connection) EndRun(ctx context.Context, id int64, outcome string, counters []byte) error {
	now := millis(c.store.now())
	return c.store.do(ctx, "end run", func(w *session) error {
		changed, err := w.exec("UPDATE run SET ended_at = ?, outcome = ?, counters = ? WHERE connection_id = ? AND id = ?",
			now, clean(outcome), clean(string(counters)), c.id, id)
		if err == nil && changed == 0 {
			err = ErrNotFound
		}
		return err
	})
}

// LastRuns returns the latest runs, newest first.
func (c *Connection) LastRuns(ctx context.Context, limit int) ([]Run, error) {
	runs := []Run{}
	err := c.store.rows(ctx, "list runs", func(r *sql.Rows) error {
		var run Run
		var started, ended int64
		err := r.Scan(&run.ID, &started, &ended, &run.Outcome, &run.Counters)
		run.StartedAt, run.EndedAt = timeOf(started), timeOf(ended)
		runs = append(runs, run)
		return err
	}, `SELECT id, started_at, ifnull(ended_at, 0), outcome, counters FROM run
		WHERE connection_id = ? ORDER BY id DESC LIMIT ?`, c.id, limit)
	return runs, err
}

// Activity is one line of a ticket's history.
type Activity struct {
	At   time.Time
	Desk ticket.DeskID
	Line string
}

// Activity returns the history of a ticket, oldest first; for ticket zero, the
// latest lines of all tickets, newest first. limit bounds both.
func (c *Connection) Activity(ctx context.Context, desk ticket.DeskID, limit int) ([]Activity, error) {
	query := `SELECT at, desk_id, line FROM (SELECT id, at, desk_id, line FROM activity
		WHERE connection_id = ? AND desk_id = ? ORDER BY id DESC LIMIT ?) ORDER BY id`
	args := []any{c.id, int64(desk), limit}
	if desk == 0 {
		// The plus keeps SQLite on the table itself, which is in order already.
		query = "SELECT at, desk_id, line FROM activity WHERE +connection_id = ? ORDER BY id DESC LIMIT ?"
		args = []any{c.id, limit}
	}
	lines := []Activity{}
	err := c.store.rows(ctx, "list activity", func(r *sql.Rows) error {
		var a Activity
		var at int64
		err := r.Scan(&at, &a.Desk, &a.Line)
		a.At = timeOf(at)
		lines = append(lines, a)
		return err
	}, query, args...)
	return lines, err
}
