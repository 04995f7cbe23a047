package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"deskbridge/app/journal"
	"deskbridge/app/ticket"
)

// Connection is what is kept for one desk account paired with one PSA company.
type Connection struct {
	store *Store
	id    int64
	pair  Pair
}

// Pair names a connection: two account identities, in lower case.
type Pair struct {
	DeskAccount string
	PSACompany  string
}

// Connection returns the connection of a pair, which is created if it is new.
// Names are compared without regard to case. On a store that is open for
// reading only, an unknown pair is ErrNotFound.
func (s *Store) Connection(ctx context.Context, deskAccount, psaCompany string) (*Connection, error) {
	pair := Pair{DeskAccount: strings.ToLower(clean(deskAccount)), PSACompany: strings.ToLower(clean(psaCompany))}
	c := &Connection{store: s, pair: pair}
	find := func() error {
		return s.rows(ctx, "find connection", func(r *sql.Rows) error { return r.Scan(&c.id) },
			"SELECT id FROM connection WHERE desk_account = ? AND psa_company = ?", pair.DeskAccount, pair.PSACompany)
	}
	if err := find(); err != nil || c.id != 0 {
		return c, err
	}
	if s.write == nil {
		return nil, fmt.Errorf("connection of %s and %s: %w", pair.DeskAccount, pair.PSACompany, ErrNotFound)
	}
	err := s.do(ctx, "create connection", func(w *session) error {
		_, err := w.exec(`INSERT INTO connection (desk_account, psa_company, created_at) VALUES (?, ?, ?)
			ON CONFLICT DO NOTHING`, pair.DeskAccount, pair.PSACompany, millis(s.now()))
		return err
	})
	if err == nil {
		err = find()
	}
	return c, err
}

// Connections lists the pairs there are, oldest first.
func (s *Store) Connections(ctx context.Context) ([]Pair, error) {
	pairs := []Pair{}
	err := s.rows(ctx, "list connections", func(r *sql.Rows) error {
		var p Pair
		err := r.Scan(&p.DeskAccount, &p.PSACompany)
		pairs = append(pairs, p)
		return err
	}, "SELECT desk_account, psa_company FROM connection ORDER BY id")
	return pairs, err
}

// Pair tells whose connection this is.
func (c *Connection) Pair() Pair { return c.pair }

// Positions tells how far both exports are read; zero values before the first
// page.
func (c *Connection) Positions(ctx context.Context) (journal.Positions, error) {
	var p journal.Positions
	err := c.store.rows(ctx, "read positions", func(r *sql.Rows) error {
		var to, since int64
		err := r.Scan(&p.TicketCursor, &to, &p.EventsFrom, &since)
		p.TicketsTo, p.EventsSince = timeOf(to), timeOf(since)
		return err
	}, "SELECT ticket_cursor, tickets_to, events_from, events_since FROM position WHERE connection_id = ?", c.id)
	return p, err
}

// setPositions writes nothing when nothing moved, so that an idle run does not
// wait for the disk.
func (c *Connection) setPositions(w *session, p journal.Positions) error {
	_, err := w.exec(`INSERT INTO position (connection_id, ticket_cursor, tickets_to, events_from, events_since)
		VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET ticket_cursor = excluded.ticket_cursor, tickets_to = excluded.tickets_to,
			events_from = excluded.events_from, events_since = excluded.events_since
		WHERE ticket_cursor <> excluded.ticket_cursor OR tickets_to <> excluded.tickets_to
			OR events_from <> excluded.events_from OR events_since <> excluded.events_since`,
		c.id, clean(p.TicketCursor), millis(p.TicketsTo), p.EventsFrom, millis(p.EventsSince))
	return err
}

// SetFact keeps a small durable fact; the empty string forgets it.
func (c *Connection) SetFact(ctx context.Context, name, value string) error {
	return c.store.do(ctx, "set fact "+name, func(w *session) error {
		if value == "" {
			_, err := w.exec("DELETE FROM fact WHERE connection_id = ? AND name = ?", c.id, clean(name))
			return err
		}
		_, err := w.exec(`INSERT INTO fact (connection_id, name, value) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value`, c.id, clean(name), clean(value))
		return err
	})
}

// Fact returns a fact, or the empty string when it was never set.
func (c *Connection) Fact(ctx context.Context, name string) (string, error) {
	var value string
	err := c.store.rows(ctx, "read fact "+name, func(r *sql.Rows) error { return r.Scan(&value) },
		"SELECT value FROM fact WHERE connection_id = ? AND name = ?", c.id, clean(name))
	return value, err
}

// SaveCatalog keeps a list that was read of the PSA's set-up, replacing what
// was kept under the same kind and key.
func (c *Connection) SaveCatalog(ctx context.Context, kind, key string, body []byte, readAt time.Time) error {
	if body == nil {
		body = []byte{}
	}
	return c.store.do(ctx, "save catalog "+kind, func(w *session) error {
		_, err := w.exec(`INSERT INTO catalog (connection_id, kind, key, read_at, body) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET read_at = excluded.read_at, body = excluded.body`,
			c.id, clean(kind), clean(key), millis(readAt), body)
		return err
	})
}

// Catalog returns what is kept, or nil when nothing is.
func (c *Connection) Catalog(ctx context.Context, kind, key string) (body []byte, readAt time.Time, err error) {
	err = c.store.rows(ctx, "read catalog "+kind, func(r *sql.Rows) error {
		var at int64
		err := r.Scan(&body, &at)
		readAt = timeOf(at)
		return err
	}, "SELECT body, read_at FROM catalog WHERE connection_id = ? AND kind = ? AND key = ?", c.id, clean(kind), clean(key))
	return body, readAt, err
}

// Counts is how much there is of what a person asks for first.
type Counts struct {
	Links    int
	LeftOut  int
	Staged   int // tickets waiting in the inbox, parked ones included
	Parked   int
	InDoubt  int // writes that still need an answer
	Problems int
}

// Counts counts what is kept for the connection. Without statistics SQLite
// prefers a primary key to the small partial indexes, so they are named.
func (c *Connection) Counts(ctx context.Context) (Counts, error) {
	var n Counts
	err := c.store.rows(ctx, "count", func(r *sql.Rows) error {
		return r.Scan(&n.Links, &n.LeftOut, &n.Staged, &n.Parked, &n.InDoubt, &n.Problems)
	}, `SELECT
		`+countAll("link")+`, `+countAll("left_out")+`, `+countAll("inbox")+`,
		(SELECT count(*) FROM inbox INDEXED BY inbox_parked WHERE connection_id = ?1 AND retry_at IS NOT NULL),
		(SELECT count(*) FROM operation INDEXED BY operation_open WHERE connection_id = ?1 AND state IN ('intended', 'doubt')),
		(SELECT count(*) FROM problem INDEXED BY problem_open WHERE connection_id = ?1 AND closed_at IS NULL)`, c.id)
	return n, err
}

// CountStaged tells how many tickets wait in the inbox.
func (c *Connection) CountStaged(ctx context.Context) (int, error) {
	var n int
	err := c.store.rows(ctx, "count staged tickets", func(r *sql.Rows) error { return r.Scan(&n) },
		"SELECT "+countAll("inbox"), c.id)
	return n, err
}

// countAll counts the rows of connection ?1: all rows, which SQLite has by the
// page, less those of others, which are usually none.
func countAll(table string) string {
	return "((SELECT count(*) FROM " + table + ") - (SELECT count(*) FROM " + table +
		" WHERE connection_id < ?1) - (SELECT count(*) FROM " + table + " WHERE connection_id > ?1))"
}

// UnknownPeople returns those of ids that no record is kept of. Zero and the
// desk's own robot are nobody's record and never unknown.
func (c *Connection) UnknownPeople(ctx context.Context, ids []ticket.UserID) ([]ticket.UserID, error) {
	unknown := []ticket.UserID{}
	err := c.store.rows(ctx, "look up people", func(r *sql.Rows) error {
		var id ticket.UserID
		err := r.Scan(&id)
		unknown = append(unknown, id)
		return err
	}, `SELECT DISTINCT value FROM json_each(?2)
		WHERE value > 0 AND NOT EXISTS (SELECT 1 FROM person WHERE connection_id = ?1 AND id = value)`,
		c.id, idList(ids))
	return unknown, err
}
