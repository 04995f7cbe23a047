package simulator

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"deskbridge/app/simulator/desk"
)

// fill rebuilds the account: people and organizations first, then tickets by id.
func (rec *recording) fill(server *desk.Server) {
	for _, id := range slices.Sorted(maps.Keys(rec.organizations)) {
		r := rec.organizations[id]
		server.AddOrganization(desk.Organization{
			ID: id, Name: get[string](r, "name"), Domains: get[[]string](r, "domain_names"), CreatedAt: when(r, "created_at"),
			Fields: others(r, "id", "url", "name", "domain_names", "created_at"),
		})
	}
	for _, id := range slices.Sorted(maps.Keys(rec.users)) {
		r := rec.users[id]
		server.AddUser(desk.User{
			ID: id, Name: get[string](r, "name"), Email: get[string](r, "email"), Role: get[string](r, "role"),
			Organization: get[int64](r, "organization_id"), CreatedAt: when(r, "created_at"),
			Fields: others(r, "id", "url", "name", "email", "role", "organization_id", "created_at"),
		})
	}
	rec.inventMissing(server)
	for _, id := range slices.Sorted(maps.Keys(rec.tickets)) {
		rec.addTicket(server, id, rec.tickets[id])
	}
}

// inventMissing gives a name to everybody who is only referred to.
func (rec *recording) inventMissing(server *desk.Server) {
	person := func(id int64, role string) {
		if id > 0 && rec.users[id] == nil {
			rec.users[id] = record{}
			server.AddUser(desk.User{ID: id, Name: fmt.Sprintf("Person %d", id), Email: fmt.Sprintf("person-%d@example.com", id), Role: role})
		}
	}
	organization := func(id int64) {
		if id > 0 && rec.organizations[id] == nil {
			rec.organizations[id] = record{}
			server.AddOrganization(desk.Organization{ID: id, Name: fmt.Sprintf("Organization %d", id)})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(rec.tickets)) {
		t := rec.tickets[id]
		person(get[int64](t, "assignee_id"), "agent")
		person(get[int64](t, "requester_id"), "end-user")
		person(get[int64](t, "submitter_id"), "end-user")
		organization(get[int64](t, "organization_id"))
		for _, c := range rec.comments[id] {
			person(get[int64](c, "author_id"), "end-user")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(rec.users)) {
		organization(get[int64](rec.users[id], "organization_id"))
	}
}

// addTicket adds one ticket with the comments that were recorded. Without any, and where the first one is missing,
// the description is the first comment.
func (rec *recording) addTicket(server *desk.Server, id int64, t record) {
	created := when(t, "created_at")
	var comments []desk.NewComment
	for _, key := range slices.Sorted(maps.Keys(rec.comments[id])) {
		comments = append(comments, newComment(rec.comments[id][key], created))
	}
	slices.SortStableFunc(comments, func(a, b desk.NewComment) int { return a.At.Compare(b.At) })
	description := get[string](t, "description")
	if len(comments) == 0 || comments[0].At.After(created) && comments[0].Body != description {
		first := desk.NewComment{
			Author: cmp.Or(get[int64](t, "requester_id"), get[int64](t, "submitter_id")), Body: description, At: created,
			Private: !isNull(t, "is_public") && !get[bool](t, "is_public"), Channel: channel(t),
		}
		comments = slices.Insert(comments, 0, first)
	}
	fields := others(t, "id", "url", "created_at", "updated_at", "generated_timestamp", "status", "priority", "type", "external_id", "requester_id",
		"submitter_id", "organization_id", "tags", "subject", "raw_subject", "description", "comment_count")
	delete(fields, "comment_count")
	server.AddTicket(desk.NewTicket{
		ID: id, At: created, Subject: get[string](t, "subject"), Requester: get[int64](t, "requester_id"), Submitter: get[int64](t, "submitter_id"),
		Organization: get[int64](t, "organization_id"), NoOrganization: isNull(t, "organization_id"), Status: get[string](t, "status"),
		Priority: get[string](t, "priority"), Type: get[string](t, "type"), ExternalID: get[string](t, "external_id"), Tags: get[[]string](t, "tags"),
		Fields: fields, First: &comments[0],
	})
	for _, c := range comments[1:] {
		server.AddComment(id, c)
	}
	updated := when(t, "updated_at")
	generated := updated
	if at := get[int64](t, "generated_timestamp"); at > 0 { // an answer to a create shows 0 [O]
		generated = time.Unix(at, 0)
	}
	server.SetTimes(id, updated, generated)
}

func channel(r record) string {
	return get[struct {
		Channel string `json:"channel"`
	}](r, "via").Channel
}

func newComment(c record, created time.Time) desk.NewComment {
	n := desk.NewComment{
		ID: get[int64](c, "id"), AuditID: get[int64](c, "audit_id"), Author: get[int64](c, "author_id"), Body: get[string](c, "body"),
		HTML: get[string](c, "html_body"), Private: !isNull(c, "public") && !get[bool](c, "public"), At: when(c, "created_at"), Channel: channel(c),
		Fields: others(c, "id", "type", "audit_id", "author_id", "body", "html_body", "plain_body", "public", "attachments", "created_at"),
	}
	if n.At.IsZero() {
		n.At = created
	}
	for _, known := range []string{"via", "metadata", "via_reference_id"} {
		delete(n.Fields, known)
	}
	for _, a := range get[[]record](c, "attachments") {
		n.Files = append(n.Files, desk.File{
			ID: get[int64](a, "id"), Name: get[string](a, "file_name"), Type: get[string](a, "content_type"), Size: get[int64](a, "size"),
			Inline: get[bool](a, "inline"), Fields: others(a, "id", "file_name", "content_type", "size", "inline"),
		})
	}
	return n
}
