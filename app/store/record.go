package store

import (
	"context"
	"database/sql/driver"
	"slices"

	"deskbridge/app/journal"
	"deskbridge/app/ticket"
)

// Record writes what became of one ticket's operations, in one transaction.
// Recording the same outcome again changes nothing but, if it parks the
// ticket, the count of attempts. At most one of Finished and Parked is set.
func (c *Connection) Record(ctx context.Context, o journal.Outcome) error {
	now := millis(c.store.now())
	return c.store.do(ctx, "record outcome", func(w *session) error {
		news := false
		for i := range o.Entries {
			moved, err := c.move(w, &o.Entries[i])
			if err != nil {
				return err
			}
			news = news || moved
		}
		if o.Link != nil {
			if err := c.saveLink(w, o); err != nil {
				return err
			}
		}
		for _, id := range o.Consumed {
			if err := c.consume(w, o, id); err != nil {
				return err
			}
		}
		if o.LeftOut != "" {
			if err := c.leaveOut(w, o, now); err != nil {
				return err
			}
		}
		if o.Finished {
			if err := c.finish(w, o, now); err != nil {
				return err
			}
		}
		if o.Parked != nil {
			if err := c.park(w, o, now); err != nil {
				return err
			}
		}
		return c.addHistory(w, o, news, now)
	})
}

// saveLink adds the link or its new agreed state, and how far the ticket is
// dealt with.
func (c *Connection) saveLink(w *session, o journal.Outcome) error {
	var through int64
	if o.Finished {
		through = millis(o.Through)
	}
	_, err := w.exec("INSERT INTO link (connection_id, desk_id, psa_id, adopted, linked_at, through, "+agreedColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET psa_id = excluded.psa_id, adopted = excluded.adopted, through = max(through, excluded.through),
			desk_subject = excluded.desk_subject, desk_status = excluded.desk_status, desk_priority = excluded.desk_priority,
			desk_requester = excluded.desk_requester, desk_organization = excluded.desk_organization,
			psa_summary = excluded.psa_summary, psa_status = excluded.psa_status, psa_priority = excluded.psa_priority,
			psa_company = excluded.psa_company, psa_contact = excluded.psa_contact,
			psa_contact_name = excluded.psa_contact_name, psa_contact_email = excluded.psa_contact_email`,
		c.linkValues(o.Link, through)...)
	return err
}

func (c *Connection) linkValues(l *ticket.Link, through int64) []driver.Value {
	return agreedValues(append(make([]driver.Value, 0, 18),
		c.id, int64(l.Desk), int64(l.PSA), flag(l.Adopted), millis(l.LinkedAt), through), &l.Agreed)
}

// consume takes a comment out of the inbox for good. Where no write of this
// outcome carries it, the journal does not know it, so it is remembered apart:
// exports repeat their records, and a second note must not come of it.
func (c *Connection) consume(w *session, o journal.Outcome, id ticket.CommentID) error {
	if _, err := w.exec("DELETE FROM inbox_comment WHERE connection_id = ? AND desk_id = ? AND comment_id = ?",
		c.id, int64(o.Desk), int64(id)); err != nil {
		return err
	}
	carried := slices.ContainsFunc(o.Entries, func(e journal.Entry) bool {
		return e.State == journal.Settled && (e.Comment == id || e.Carries == id)
	})
	if carried || o.LeftOut != "" {
		return nil
	}
	_, err := w.exec("INSERT INTO comment_done (connection_id, desk_id, comment_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		c.id, int64(o.Desk), int64(id))
	return err
}

func (c *Connection) leaveOut(w *session, o journal.Outcome, now int64) error {
	_, err := w.exec(`INSERT INTO left_out (connection_id, desk_id, rule, through, left_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET rule = excluded.rule, through = max(through, excluded.through)`,
		c.id, int64(o.Desk), clean(o.LeftOut), millis(o.Through), now)
	return err
}

// finish takes the ticket out of the inbox, or leaves what came in since the
// work was loaded: a newer snapshot, or comments.
func (c *Connection) finish(w *session, o journal.Outcome, now int64) error {
	desk, through := int64(o.Desk), millis(o.Through)
	if o.Link == nil {
		if _, err := w.exec("UPDATE link SET through = ? WHERE connection_id = ? AND desk_id = ? AND through < ?",
			through, c.id, desk, through); err != nil {
			return err
		}
	}
	gone, err := w.exec(`DELETE FROM inbox WHERE connection_id = ?1 AND desk_id = ?2 AND (snapshot = 0 OR changed_at <= ?3)
		AND NOT EXISTS (SELECT 1 FROM inbox_comment AS m WHERE m.connection_id = ?1 AND m.desk_id = ?2)`, c.id, desk, through)
	if err != nil {
		return err
	}
	if gone == 0 {
		if _, err := w.exec(`UPDATE inbox SET retry_at = NULL, attempts = 0 WHERE connection_id = ? AND desk_id = ?`,
			c.id, desk); err != nil {
			return err
		}
		if _, err := w.exec(`UPDATE inbox SET snapshot = 0, status = NULL, priority = NULL, requester_id = NULL,
				organization_id = NULL, public = NULL, created_at = NULL, updated_at = NULL, subject = NULL, description = NULL,
				changed_at = (SELECT max(created_at) - 1 FROM inbox_comment AS m WHERE m.connection_id = ?1 AND m.desk_id = ?2)
			WHERE connection_id = ?1 AND desk_id = ?2 AND snapshot = 1 AND changed_at <= ?3`, c.id, desk, through); err != nil {
			return err
		}
	}
	_, err = w.exec("UPDATE problem SET closed_at = ? WHERE connection_id = ? AND desk_id = ? AND closed_at IS NULL",
		now, c.id, desk)
	return err
}

// park holds the ticket back. Its problem takes the place of any other the
// ticket had.
func (c *Connection) park(w *session, o journal.Outcome, now int64) error {
	desk := int64(o.Desk)
	if _, err := w.exec(`INSERT INTO inbox (connection_id, desk_id, changed_at, snapshot, retry_at, attempts)
		VALUES (?, ?, ?, 0, ?, 1)
		ON CONFLICT DO UPDATE SET retry_at = excluded.retry_at, attempts = attempts + 1`,
		c.id, desk, millis(o.Through), millis(o.RetryAt)); err != nil {
		return err
	}
	if _, err := w.exec(`UPDATE problem SET closed_at = ? WHERE connection_id = ? AND desk_id = ? AND code <> ? AND closed_at IS NULL`,
		now, c.id, desk, clean(o.Parked.Code)); err != nil {
		return err
	}
	p := *o.Parked
	p.Desk = o.Desk
	return c.openProblem(w, p, now)
}

// addHistory adds the lines to the ticket's history. Where no operation moved,
// lines that the history ends with already are left away: a ticket that stays
// parked for the same reason says so once.
func (c *Connection) addHistory(w *session, o journal.Outcome, news bool, now int64) error {
	if len(o.History) == 0 {
		return nil
	}
	lines := make([]string, len(o.History))
	for i, line := range o.History {
		lines[i] = clean(line)
	}
	if !news {
		var last []string
		if err := w.query(func(row []driver.Value) error {
			line, _ := row[0].(string)
			last = append(last, line)
			return nil
		}, "SELECT line FROM activity WHERE connection_id = ? AND desk_id = ? ORDER BY id DESC LIMIT ?",
			c.id, int64(o.Desk), int64(len(lines))); err != nil {
			return err
		}
		slices.Reverse(last)
		if slices.Equal(last, lines) {
			return nil
		}
	}
	for _, line := range lines {
		if _, err := w.exec("INSERT INTO activity (connection_id, desk_id, at, line) VALUES (?, ?, ?, ?)",
			c.id, int64(o.Desk), now, line); err != nil {
			return err
		}
	}
	return nil
}
