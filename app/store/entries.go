package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"deskbridge/app/journal"
	"deskbridge/app/reconcile"
)

const entryColumns = "desk_id, comment_id, event, part, kind, state, parts, carries, psa_id, note_id, since, attempts, reason, run"

// Intend announces operations: they are on disk when it returns. An entry that
// was refused or withdrawn before is announced anew, and its attempts go on
// counting; one in any other state is ErrMove, and then none is announced.
func (c *Connection) Intend(ctx context.Context, entries []journal.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return c.store.do(ctx, "announce", func(w *session) error {
		for i := range entries {
			if err := c.intend(w, &entries[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Connection) intend(w *session, e *journal.Entry) error {
	args := append(make([]driver.Value, 0, 32),
		c.id, int64(e.Desk), int64(e.Comment), clean(e.Event), int64(e.Part), string(e.Kind),
		string(journal.Intended), int64(e.Parts), int64(e.Carries), int64(e.PSA), int64(e.Note),
		millis(e.Since), int64(max(e.Attempts, 1)), clean(e.Reason), e.Run)
	query := intendNote
	if e.Kind != reconcile.Note {
		query = intendFields
		args = agreedValues(args, &e.Agreed)
	}
	changed, err := w.exec(query, args...)
	if err == nil && changed == 0 {
		err = fmt.Errorf("%s of %d is announced or settled already: %w", e.Kind, e.Desk, ErrMove)
	}
	return err
}

const intendConflict = `
	ON CONFLICT DO UPDATE SET state = excluded.state, parts = excluded.parts, carries = excluded.carries,
		psa_id = excluded.psa_id, note_id = excluded.note_id, since = excluded.since, attempts = attempts + 1,
		reason = excluded.reason, run = excluded.run`

const intendNote = "INSERT INTO operation (connection_id, " + entryColumns + `)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)` + intendConflict + `
	WHERE state IN ('refused', 'withdrawn')`

const intendFields = "INSERT INTO operation (connection_id, " + entryColumns + ", " + agreedColumns + `)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)` + intendConflict + `,
		desk_subject = excluded.desk_subject, desk_status = excluded.desk_status, desk_priority = excluded.desk_priority,
		desk_requester = excluded.desk_requester, desk_organization = excluded.desk_organization,
		psa_summary = excluded.psa_summary, psa_status = excluded.psa_status, psa_priority = excluded.psa_priority,
		psa_company = excluded.psa_company, psa_contact = excluded.psa_contact,
		psa_contact_name = excluded.psa_contact_name, psa_contact_email = excluded.psa_contact_email
	WHERE state IN ('refused', 'withdrawn')`

// move writes the state an operation came into and tells whether that was news:
// a settled one never changes again. An operation that was never announced,
// such as a note found by its marker, is added.
func (c *Connection) move(w *session, e *journal.Entry) (bool, error) {
	changed, err := w.exec(moveKnown, string(e.State), int64(e.PSA), int64(e.Note), millis(e.Since),
		int64(e.Attempts), clean(e.Reason), e.Run,
		c.id, int64(e.Desk), int64(e.Comment), clean(e.Event), int64(e.Part), string(e.Kind))
	if err != nil || changed > 0 {
		return changed > 0, err
	}
	args := append(make([]driver.Value, 0, 32),
		c.id, int64(e.Desk), int64(e.Comment), clean(e.Event), int64(e.Part), string(e.Kind),
		string(e.State), int64(e.Parts), int64(e.Carries), int64(e.PSA), int64(e.Note),
		millis(e.Since), int64(e.Attempts), clean(e.Reason), e.Run)
	args = agreedValues(args, &e.Agreed)
	changed, err = w.exec(moveUnknown, args...)
	return changed > 0, err
}

const moveKnown = `UPDATE operation SET state = ?, psa_id = ?, note_id = ?, since = ?, attempts = max(attempts, ?),
		reason = ?, run = ?
	WHERE connection_id = ? AND desk_id = ? AND comment_id = ? AND event = ? AND part = ? AND kind = ?
		AND state <> 'settled'`

const moveUnknown = "INSERT INTO operation (connection_id, " + entryColumns + ", " + agreedColumns + `)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`

// OpenEntries lists entries that are intended or in doubt, by ticket, the
// create before what follows it.
func (c *Connection) OpenEntries(ctx context.Context) ([]journal.Entry, error) {
	entries := []journal.Entry{}
	err := c.store.rows(ctx, "list open entries", func(r *sql.Rows) error {
		e, err := scanEntry(r)
		entries = append(entries, e)
		return err
	}, "SELECT "+entryColumns+", "+agreedOrNothing+` FROM operation INDEXED BY operation_open
		WHERE connection_id = ? AND state IN ('intended', 'doubt')
		ORDER BY desk_id, kind <> 'create', comment_id, event, part`, c.id)
	return entries, err
}

// agreedOrNothing reads the columns that notes leave empty.
const agreedOrNothing = `ifnull(desk_subject, ''), ifnull(desk_status, ''), ifnull(desk_priority, ''),
	ifnull(desk_requester, 0), ifnull(desk_organization, 0), ifnull(psa_summary, ''), ifnull(psa_status, 0),
	ifnull(psa_priority, 0), ifnull(psa_company, 0), ifnull(psa_contact, 0), ifnull(psa_contact_name, ''),
	ifnull(psa_contact_email, '')`

func scanEntry(r *sql.Rows) (journal.Entry, error) {
	var e journal.Entry
	var since int64
	dest := append(make([]any, 0, 26), &e.Desk, &e.Comment, &e.Event, &e.Part, &e.Kind, &e.State, &e.Parts, &e.Carries,
		&e.PSA, &e.Note, &since, &e.Attempts, &e.Reason, &e.Run)
	err := r.Scan(agreedFields(dest, &e.Agreed)...)
	e.Since = timeOf(since)
	return e, err
}
