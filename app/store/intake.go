package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"

	"deskbridge/app/journal"
	"deskbridge/app/ticket"
)

// Receive stages what pages brought and moves the read positions, in one
// transaction. Receiving the same again changes nothing:
//   - a snapshot stays out when a newer one is staged, or was dealt with;
//   - a comment stays out when it is staged, when the PSA holds all its parts, or
//     when it was consumed without a write;
//   - a left-out ticket comes back only with a new snapshot.
func (c *Connection) Receive(ctx context.Context, in journal.Intake) error {
	return c.store.do(ctx, "stage pages", func(w *session) error {
		if err := c.keepPeople(w, in); err != nil {
			return err
		}
		known, err := c.known(w, in)
		if err != nil {
			return err
		}
		for i := range in.Tickets {
			if err := c.stageSnapshot(w, known, &in.Tickets[i]); err != nil {
				return err
			}
		}
		if err := c.stageComments(w, known, in.Comments); err != nil {
			return err
		}
		for _, id := range in.Touched {
			if k := known[id]; k.linked || k.leftOut {
				continue
			}
			if _, err := w.exec(`INSERT INTO inbox (connection_id, desk_id, changed_at, snapshot) VALUES (?, ?, 0, 0)
				ON CONFLICT DO NOTHING`, c.id, int64(id)); err != nil {
				return err
			}
		}
		if in.Positions != nil {
			return c.setPositions(w, *in.Positions)
		}
		return nil
	})
}

// known is what decides whether something of a ticket is staged. Most tickets
// of a first sync are not known at all.
type known struct {
	linked  bool
	leftOut bool
	through int64 // change time of the newest snapshot dealt with
	carried map[ticket.CommentID]bool
}

// known looks up all tickets of an intake at once.
func (c *Connection) known(w *session, in journal.Intake) (map[ticket.DeskID]known, error) {
	ids := make([]ticket.DeskID, 0, len(in.Tickets)+len(in.Comments)+len(in.Touched))
	for i := range in.Tickets {
		ids = append(ids, in.Tickets[i].ID)
	}
	for i := range in.Comments {
		ids = append(ids, in.Comments[i].TicketID)
	}
	ids = append(ids, in.Touched...)
	slices.Sort(ids)
	list := idList(slices.Compact(ids))

	found := map[ticket.DeskID]known{}
	err := w.query(func(row []driver.Value) error {
		id := ticket.DeskID(row[0].(int64))
		found[id] = known{linked: row[1].(int64) == 1, leftOut: row[1].(int64) == 0, through: row[2].(int64)}
		return nil
	}, `SELECT desk_id, 1, through FROM link WHERE connection_id = ?1 AND desk_id IN (SELECT value FROM json_each(?2))
		UNION ALL
		SELECT desk_id, 0, through FROM left_out AS l WHERE connection_id = ?1 AND desk_id IN (SELECT value FROM json_each(?2))
			AND NOT EXISTS (SELECT 1 FROM link WHERE link.connection_id = ?1 AND link.desk_id = l.desk_id)`, c.id, list)
	if err != nil || len(in.Comments) == 0 {
		return found, err
	}
	// A comment is carried when all its parts are: notes, or the create that
	// took the first comment (or its first part) along.
	err = w.query(func(row []driver.Value) error {
		id := ticket.DeskID(row[0].(int64))
		k := found[id]
		if k.carried == nil {
			k.carried = map[ticket.CommentID]bool{}
		}
		k.carried[ticket.CommentID(row[1].(int64))] = true
		found[id] = k
		return nil
	}, `SELECT desk_id, CASE kind WHEN 'create' THEN carries ELSE comment_id END AS comment
		FROM operation
		WHERE connection_id = ?1 AND desk_id IN (SELECT value FROM json_each(?2))
			AND state = 'settled' AND kind <> 'update' AND event = ''
		GROUP BY desk_id, comment
		HAVING comment <> 0 AND count(*) >= max(parts)
		UNION ALL
		SELECT desk_id, comment_id FROM comment_done
		WHERE connection_id = ?1 AND desk_id IN (SELECT value FROM json_each(?2))`, c.id, list)
	return found, err
}

func (c *Connection) stageSnapshot(w *session, found map[ticket.DeskID]known, t *ticket.Ticket) error {
	k := found[t.ID]
	changed := millis(t.ChangedAt)
	if changed < k.through {
		return nil
	}
	if k.leftOut {
		if _, err := w.exec("DELETE FROM left_out WHERE connection_id = ? AND desk_id = ?", c.id, int64(t.ID)); err != nil {
			return err
		}
		k.leftOut = false
		found[t.ID] = k
	}
	_, err := w.exec(`INSERT INTO inbox (connection_id, desk_id, changed_at, snapshot, status, priority, requester_id,
			organization_id, public, created_at, updated_at, subject, description)
		VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET changed_at = excluded.changed_at, snapshot = 1, status = excluded.status,
			priority = excluded.priority, requester_id = excluded.requester_id, organization_id = excluded.organization_id,
			public = excluded.public, created_at = excluded.created_at, updated_at = excluded.updated_at,
			subject = excluded.subject, description = excluded.description
		WHERE snapshot = 0 OR excluded.changed_at > changed_at
			OR excluded.changed_at = changed_at AND excluded.updated_at > updated_at`,
		c.id, int64(t.ID), changed, clean(string(t.Status)), clean(string(t.Priority)), int64(t.RequesterID),
		int64(t.OrganizationID), flag(t.Public), millis(t.CreatedAt), millis(t.UpdatedAt),
		clean(t.Subject), clean(t.Description))
	return err
}

// stageComments goes ticket by ticket, because comments lie together by ticket
// on disk and each ticket needs one place in the inbox.
func (c *Connection) stageComments(w *session, found map[ticket.DeskID]known, comments []ticket.Comment) error {
	order := make([]*ticket.Comment, len(comments))
	for i := range comments {
		order[i] = &comments[i]
	}
	slices.SortStableFunc(order, func(a, b *ticket.Comment) int {
		return cmp.Or(cmp.Compare(a.TicketID, b.TicketID), cmp.Compare(a.ID, b.ID))
	})
	for len(order) > 0 {
		id := order[0].TicketID
		n := 1
		for n < len(order) && order[n].TicketID == id {
			n++
		}
		if err := c.stageCommentsOf(w, found[id], id, order[:n]); err != nil {
			return err
		}
		order = order[n:]
	}
	return nil
}

func (c *Connection) stageCommentsOf(w *session, k known, id ticket.DeskID, comments []*ticket.Comment) error {
	if k.leftOut {
		return nil
	}
	var newest int64
	staged := false
	for _, m := range comments {
		if k.carried[m.ID] {
			continue
		}
		attachments, err := encodeAttachments(m.Attachments)
		if err != nil {
			return fmt.Errorf("attachments of comment %d: %w", m.ID, err)
		}
		created := millis(m.CreatedAt)
		added, err := w.exec(`INSERT INTO inbox_comment
				(connection_id, desk_id, comment_id, author_id, public, created_at, marker, attachments, body)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			c.id, int64(id), int64(m.ID), int64(m.AuthorID), flag(m.Public), created,
			clean(m.Marker), attachments, clean(m.Body))
		if err != nil {
			return err
		}
		if added > 0 {
			staged, newest = true, max(newest, created)
		}
	}
	if !staged {
		return nil
	}
	_, err := w.exec(`INSERT INTO inbox (connection_id, desk_id, changed_at, snapshot) VALUES (?, ?, ?, 0)
		ON CONFLICT DO UPDATE SET changed_at = excluded.changed_at
		WHERE snapshot = 0 AND excluded.changed_at > changed_at`, c.id, int64(id), placeOf(newest))
	return err
}

// placeOf is the position of a ticket that has only comments: just before the
// newest. Both kinds of times are whole seconds, so to be through with these
// comments never means to be through with a snapshot of the same second that
// came in meanwhile.
func placeOf(newestComment int64) int64 { return newestComment - 1 }

// keepPeople leaves unchanged records alone: every page brings the same people.
func (c *Connection) keepPeople(w *session, in journal.Intake) error {
	for i := range in.People {
		p := &in.People[i]
		if _, err := w.exec(`INSERT INTO person (connection_id, id, name, email, role, organization_id)
			VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET name = excluded.name, email = excluded.email, role = excluded.role,
				organization_id = excluded.organization_id
			WHERE name <> excluded.name OR email <> excluded.email OR role <> excluded.role
				OR organization_id <> excluded.organization_id`,
			c.id, int64(p.ID), clean(p.Name), clean(p.Email), clean(p.Role), int64(p.OrganizationID)); err != nil {
			return err
		}
	}
	for i := range in.Organizations {
		o := &in.Organizations[i]
		if _, err := w.exec(`INSERT INTO organization (connection_id, id, name) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET name = excluded.name WHERE name <> excluded.name`,
			c.id, int64(o.ID), clean(o.Name)); err != nil {
			return err
		}
	}
	return nil
}

// encodeAttachments leaves the usual comment, which has none, without JSON.
func encodeAttachments(list []ticket.Attachment) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	text, err := json.Marshal(list)
	return string(text), err
}

func decodeAttachments(text string) (list []ticket.Attachment, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &list)
	}
	return list, err
}
