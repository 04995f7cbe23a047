package store

import (
	"database/sql/driver"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"deskbridge/app/ticket"
)

// millis is how a time lies on disk; no time is zero.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// clean returns s as valid UTF-8. Remote text is rarely broken, but what is
// stored must come back as it was compared.
func clean(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// idList renders ids as a JSON array for json_each: one prepared statement
// serves lists of every length.
func idList[ID ~int64](ids []ID) string {
	b := make([]byte, 0, 2+len(ids)*12)
	b = append(b, '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(id), 10)
	}
	return string(append(b, ']'))
}

// agreedColumns are the columns of ticket.Agreed, in link and in operation.
const agreedColumns = `desk_subject, desk_status, desk_priority, desk_requester, desk_organization,
	psa_summary, psa_status, psa_priority, psa_company, psa_contact, psa_contact_name, psa_contact_email`

// agreedValues appends the values of agreedColumns.
func agreedValues(args []driver.Value, a *ticket.Agreed) []driver.Value {
	return append(args,
		clean(string(a.Desk.Subject)), clean(string(a.Desk.Status)), clean(string(a.Desk.Priority)),
		int64(a.Desk.Requester), int64(a.Desk.Organization),
		clean(a.PSA.Summary), a.PSA.Status, a.PSA.Priority, a.PSA.Company,
		a.PSA.Contact.ID, clean(a.PSA.Contact.Name), clean(a.PSA.Contact.Email))
}

// agreedFields appends where to scan agreedColumns to.
func agreedFields(dest []any, a *ticket.Agreed) []any {
	return append(dest,
		&a.Desk.Subject, &a.Desk.Status, &a.Desk.Priority, &a.Desk.Requester, &a.Desk.Organization,
		&a.PSA.Summary, &a.PSA.Status, &a.PSA.Priority, &a.PSA.Company,
		&a.PSA.Contact.ID, &a.PSA.Contact.Name, &a.PSA.Contact.Email)
}
