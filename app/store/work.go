package store

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"deskbridge/app/journal"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// Work returns up to limit tickets that can be planned: those with a staged
// snapshot, and linked ones with staged comments. They come in order of
// Position, strictly after `after` and up to until (zero: no bound). Tickets
// with open entries are left out, and parked ones whose retry is not due at
// now; a zero now takes every parked one.
func (c *Connection) Work(ctx context.Context, after journal.Position, until, now time.Time, limit int) ([]journal.Work, error) {
	bound, due := int64(math.MaxInt64), int64(math.MaxInt64)
	if !until.IsZero() {
		bound = until.UnixMilli()
	}
	if !now.IsZero() {
		due = now.UnixMilli()
	}
	var list []journal.Work
	err := c.store.view(ctx, "load work", func(v view) error {
		if err := v.rows(func(r *sql.Rows) error {
			w, err := scanInbox(r)
			list = append(list, w)
			return err
		}, "SELECT "+inboxColumns+` FROM inbox AS i
			WHERE connection_id = ?1 AND (changed_at, desk_id) > (?2, ?3) AND changed_at <= ?4
				AND (retry_at IS NULL OR retry_at <= ?5)
				AND (snapshot = 1 OR EXISTS (SELECT 1 FROM link AS l WHERE l.connection_id = ?1 AND l.desk_id = i.desk_id))
				AND NOT EXISTS (SELECT 1 FROM operation AS o INDEXED BY operation_open
					WHERE o.connection_id = ?1 AND o.desk_id = i.desk_id AND o.state IN ('intended', 'doubt'))
			ORDER BY changed_at, desk_id LIMIT ?6`,
			c.id, millis(after.At), int64(after.Desk), bound, due, limit); err != nil {
			return err
		}
		return c.complete(v, list)
	})
	return list, err
}

// Load returns the work of one ticket, whether or not anything is staged.
func (c *Connection) Load(ctx context.Context, id ticket.DeskID) (journal.Work, error) {
	list := []journal.Work{{Position: journal.Position{Desk: id}}}
	err := c.store.view(ctx, "load ticket", func(v view) error {
		if err := v.rows(func(r *sql.Rows) (err error) {
			list[0], err = scanInbox(r)
			return err
		}, "SELECT "+inboxColumns+" FROM inbox WHERE connection_id = ? AND desk_id = ?", c.id, int64(id)); err != nil {
			return err
		}
		return c.complete(v, list)
	})
	return list[0], err
}

// Wanted lists tickets with staged comments, or touched ones, that have no
// link and no snapshot. Parked ones wait until their retry is due.
func (c *Connection) Wanted(ctx context.Context, limit int) ([]ticket.DeskID, error) {
	var ids []ticket.DeskID
	err := c.store.rows(ctx, "list wanted tickets", func(r *sql.Rows) error {
		var id ticket.DeskID
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT desk_id FROM inbox AS i INDEXED BY inbox_place
		WHERE connection_id = ?1 AND snapshot = 0 AND (retry_at IS NULL OR retry_at <= ?2)
			AND NOT EXISTS (SELECT 1 FROM link AS l WHERE l.connection_id = ?1 AND l.desk_id = i.desk_id)
		ORDER BY desk_id LIMIT ?3`, c.id, c.store.now().UnixMilli(), limit)
	return ids, err
}

const inboxColumns = `desk_id, changed_at, attempts, snapshot, ifnull(status, ''), ifnull(priority, ''),
	ifnull(requester_id, 0), ifnull(organization_id, 0), ifnull(public, 0), ifnull(created_at, 0),
	ifnull(updated_at, 0), ifnull(subject, ''), ifnull(description, '')`

func scanInbox(r *sql.Rows) (journal.Work, error) {
	var w journal.Work
	var t ticket.Ticket
	var snapshot bool
	var changed, created, updated int64
	err := r.Scan(&t.ID, &changed, &w.Attempts, &snapshot, &t.Status, &t.Priority, &t.RequesterID, &t.OrganizationID,
		&t.Public, &created, &updated, &t.Subject, &t.Description)
	w.Position = journal.Position{At: timeOf(changed), Desk: t.ID}
	if snapshot {
		t.ChangedAt, t.CreatedAt, t.UpdatedAt = w.At, timeOf(created), timeOf(updated)
		w.Ticket = &t
	}
	return w, err
}

// complete adds what else is known of the tickets, with one query for each
// kind of record.
func (c *Connection) complete(v view, list []journal.Work) error {
	if len(list) == 0 {
		return nil
	}
	byDesk := make(map[ticket.DeskID]*journal.Work, len(list))
	ids := make([]ticket.DeskID, len(list))
	for i := range list {
		ids[i] = list[i].Desk
		byDesk[ids[i]] = &list[i]
	}
	in := idList(ids)
	for _, add := range []func(view, map[ticket.DeskID]*journal.Work, string) error{
		c.addLinks, c.addComments, c.addOperations,
	} {
		if err := add(v, byDesk, in); err != nil {
			return err
		}
	}
	return c.addPeople(v, list)
}

const ofTickets = " WHERE connection_id = ? AND desk_id IN (SELECT value FROM json_each(?))"

func (c *Connection) addLinks(v view, byDesk map[ticket.DeskID]*journal.Work, in string) error {
	return v.rows(func(r *sql.Rows) error {
		l, err := scanLink(r)
		if err != nil {
			return err
		}
		byDesk[l.Desk].Link = &l
		return nil
	}, "SELECT "+linkColumns+" FROM link"+ofTickets, c.id, in)
}

func (c *Connection) addComments(v view, byDesk map[ticket.DeskID]*journal.Work, in string) error {
	return v.rows(func(r *sql.Rows) error {
		var m ticket.Comment
		var created int64
		var attachments string
		err := r.Scan(&m.TicketID, &m.ID, &m.AuthorID, &m.Public, &created, &m.Marker, &attachments, &m.Body)
		if err != nil {
			return err
		}
		m.CreatedAt = timeOf(created)
		if m.Attachments, err = decodeAttachments(attachments); err != nil {
			return err
		}
		w := byDesk[m.TicketID]
		w.Comments = append(w.Comments, m)
		return nil
	}, `SELECT desk_id, comment_id, author_id, public, created_at, marker, attachments, body FROM inbox_comment`+
		ofTickets+" ORDER BY desk_id, created_at, comment_id", c.id, in)
}

// addOperations sorts the journal of each ticket into what the PSA holds, what
// is open, and how many updates there were. The agreed state is read of open
// entries only.
func (c *Connection) addOperations(v view, byDesk map[ticket.DeskID]*journal.Work, in string) error {
	open := false
	if err := v.rows(func(r *sql.Rows) error {
		var desk ticket.DeskID
		var d journal.Done
		var kind reconcile.Kind
		var state journal.State
		var carries ticket.CommentID
		if err := r.Scan(&desk, &d.Comment, &d.Event, &d.Part, &kind, &state, &d.Parts, &carries, &d.Note); err != nil {
			return err
		}
		w := byDesk[desk]
		open = open || state.Open()
		if kind == reconcile.Update && state != journal.Refused && state != journal.Withdrawn {
			w.Updates = max(w.Updates, d.Part)
		}
		if state != journal.Settled || kind == reconcile.Update {
			return nil
		}
		if kind == reconcile.Create {
			d.Comment, d.Part = carries, 1
		}
		if d.Comment != 0 || d.Event != "" {
			w.Done = append(w.Done, d)
		}
		return nil
	}, "SELECT desk_id, comment_id, event, part, kind, state, parts, carries, note_id FROM operation"+ofTickets, c.id, in); err != nil {
		return err
	}
	if !open {
		return nil
	}
	return v.rows(func(r *sql.Rows) error {
		e, err := scanEntry(r)
		if err != nil {
			return err
		}
		w := byDesk[e.Desk]
		w.Open = append(w.Open, e)
		return nil
	}, "SELECT "+entryColumns+", "+agreedOrNothing+" FROM operation INDEXED BY operation_open"+ofTickets+
		" AND state IN ('intended', 'doubt') ORDER BY desk_id, kind <> 'create', comment_id, event, part", c.id, in)
}

// addPeople adds requester, organization and authors. Who is not known stays
// empty: the bridge asks the desk. Where there is no snapshot, requester and
// organization are those last agreed on.
func (c *Connection) addPeople(v view, list []journal.Work) error {
	var users []ticket.UserID
	var organizations []ticket.OrganizationID
	for i := range list {
		requester, organization := belongs(&list[i])
		users = append(users, requester)
		organizations = append(organizations, organization)
		for j := range list[i].Comments {
			users = append(users, list[i].Comments[j].AuthorID)
		}
	}
	people := make(map[ticket.UserID]ticket.Person)
	if err := v.rows(func(r *sql.Rows) error {
		var p ticket.Person
		err := r.Scan(&p.ID, &p.Name, &p.Email, &p.Role, &p.OrganizationID)
		people[p.ID] = p
		return err
	}, "SELECT id, name, email, role, organization_id FROM person WHERE connection_id = ? AND id IN (SELECT value FROM json_each(?))",
		c.id, distinct(users)); err != nil {
		return err
	}
	names := make(map[ticket.OrganizationID]ticket.Organization)
	if err := v.rows(func(r *sql.Rows) error {
		var o ticket.Organization
		err := r.Scan(&o.ID, &o.Name)
		names[o.ID] = o
		return err
	}, "SELECT id, name FROM organization WHERE connection_id = ? AND id IN (SELECT value FROM json_each(?))",
		c.id, distinct(organizations)); err != nil {
		return err
	}
	for i := range list {
		w := &list[i]
		requester, organization := belongs(w)
		w.Requester, w.Organization = people[requester], names[organization]
		for j := range w.Comments {
			id := w.Comments[j].AuthorID
			if p, ok := people[id]; ok {
				if w.Authors == nil {
					w.Authors = make(map[ticket.UserID]ticket.Person)
				}
				w.Authors[id] = p
			}
		}
	}
	return nil
}

func belongs(w *journal.Work) (ticket.UserID, ticket.OrganizationID) {
	switch {
	case w.Ticket != nil:
		return w.Ticket.RequesterID, w.Ticket.OrganizationID
	case w.Link != nil:
		return w.Link.Agreed.Desk.Requester, w.Link.Agreed.Desk.Organization
	default:
		return 0, 0
	}
}

func distinct[ID ~int64](ids []ID) string {
	slices.Sort(ids)
	return idList(slices.Compact(ids))
}
