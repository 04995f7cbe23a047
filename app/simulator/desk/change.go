package desk

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// File is an attachment to be. Without Data it holds Size bytes made up from its id, which cost no memory.
type File struct {
	ID       int64
	Name     string
	Type     string // empty means application/octet-stream
	Data     []byte
	Size     int64
	Inline   bool
	Fields   map[string]any // shown instead of, or beside, the rest; links cannot be replaced
	Uploaded time.Time
}

// NewTicket is what AddTicket needs. Zero values mean: the next id, now, new, no priority, public, the requester's
// organization, submitted by the requester.
type NewTicket struct {
	ID                                 int64
	At                                 time.Time
	Subject, Body, HTML                string
	Private                            bool
	Requester, Submitter, Organization int64
	Author                             int64 // of the first comment; zero means the submitter
	Status, Priority, Type, ExternalID string
	Tags                               []string
	Files                              []File
	Fields                             map[string]any // shown instead of, or beside, the rest: nulls, custom fields
	NoOrganization                     bool           // null even if the requester has one
	// First, when set, is the first comment whole, in place of Body, HTML, Private, Author and Files. Its time is At.
	First *NewComment
}

// NewComment is what AddComment needs. Author -1 is the system, 0 is null. Status, if given, moves in the same update.
type NewComment struct {
	Status     string
	ID         int64
	AuditID    int64
	Channel    string // how it came: web unless given
	Author     int64
	Body, HTML string
	Private    bool
	At         time.Time // zero means now
	Files      []File
	Fields     map[string]any
}

// AddTicket puts a ticket into the account and returns its id. No trigger runs: what is not asked for does not
// happen. It panics on an id that is taken, since only a test or a generator can err so.
func (s *Server) AddTicket(n NewTicket) int64 {
	s.gate.Settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	id := n.ID
	if id == 0 {
		id = s.lastTicket + 1
	}
	if s.tickets[id] != nil {
		panic(fmt.Sprintf("desk: ticket %d exists", id))
	}
	s.lastTicket = max(s.lastTicket, id)
	t := &ticket{
		id: id, subject: n.Subject, status: cmp.Or(n.Status, "new"), priority: n.Priority, kind: n.Type, externalID: n.ExternalID,
		requester: n.Requester, submitter: cmp.Or(n.Submitter, n.Requester), organization: n.Organization, group: groupID,
		tags: slices.Clone(n.Tags), extra: encoded(n.Fields),
	}
	if u := s.users[t.requester]; t.organization == 0 && u != nil && !n.NoOrganization {
		t.organization = u.Organization
	}
	first := NewComment{Author: cmp.Or(n.Author, t.submitter), Body: n.Body, HTML: n.HTML, Private: n.Private, Files: n.Files}
	if n.First != nil {
		first = *n.First
	}
	t.public = !first.Private
	s.bear(t, first, s.when(n.At), "web", nil)
	return id
}

// bear stores a new ticket with its first comment.
func (s *Server) bear(t *ticket, first NewComment, at int64, channel string, metadata []byte) *audit {
	s.tickets[t.id] = t
	t.createdAt, t.updatedAt = at, at
	t.channel = cmp.Or(first.Channel, channel)
	a := s.comment(t, first, at, t.submitter, channel)
	a.metadata = metadata
	a.created = &creation{t.subject, t.priority, t.kind, t.status, t.requester, t.organization}
	s.moved(t, at)
	return a
}

// comment appends a comment in an audit of its own and returns that.
func (s *Server) comment(t *ticket, n NewComment, at, updater int64, channel string) *audit {
	a := &audit{id: cmp.Or(n.AuditID, s.newID()), ticket: t, author: updater, at: at, channel: cmp.Or(n.Channel, channel)}
	c := &comment{id: cmp.Or(n.ID, a.id+1), audit: a, author: n.Author, body: n.Body, html: n.HTML, public: !n.Private, extra: encoded(n.Fields)}
	s.lastID = max(s.lastID, a.id, c.id)
	for _, f := range n.Files {
		c.attachments = append(c.attachments, s.attach(f))
	}
	a.comment = c
	t.comments = append(t.comments, c)
	if last := len(t.comments) - 1; last > 0 && t.comments[last-1].audit.at > at {
		slices.SortStableFunc(t.comments, func(a, b *comment) int { return compareAudits(a.audit, b.audit) })
	}
	s.comments++
	s.record(a)
	return a
}

// record files an audit under its ticket and for the event export.
func (s *Server) record(a *audit) {
	t := a.ticket
	t.audits = append(t.audits, a)
	if n := len(t.audits); n > 1 && t.audits[n-2].at > a.at {
		slices.SortStableFunc(t.audits, compareAudits)
	}
	s.events.add(a)
}

// touch moves a ticket's times after a change.
func (s *Server) touch(t *ticket, at int64) {
	t.updatedAt = max(t.updatedAt, at)
	s.moved(t, max(t.generated, at))
}

// AddComment adds a comment and returns its id. No trigger runs. It panics if there is no such ticket.
func (s *Server) AddComment(ticket int64, n NewComment) int64 {
	s.gate.Settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.must(ticket)
	at := s.when(n.At)
	a := s.comment(t, n, at, n.Author, "web")
	if n.Status != "" {
		e := &ticketEdit{t: t}
		e.status(n.Status)
		a.changes = e.changes
	}
	s.touch(t, at)
	return a.comment.id
}

// SetStatus moves a ticket to a status now.
func (s *Server) SetStatus(ticket int64, status string) {
	s.edit(ticket, func(t *ticketEdit) { t.status(status) })
}

// SetPriority gives a ticket a priority now; "" is null.
func (s *Server) SetPriority(ticket int64, priority string) {
	s.edit(ticket, func(t *ticketEdit) { t.priority(priority) })
}

// SetSubject renames a ticket now.
func (s *Server) SetSubject(ticket int64, subject string) {
	s.edit(ticket, func(t *ticketEdit) { t.subject(subject) })
}

// SetRequester hands a ticket to another person now.
func (s *Server) SetRequester(ticket, user int64) {
	s.edit(ticket, func(t *ticketEdit) { t.requester(user) })
}

// SetOrganization moves a ticket to another organization now; 0 is null.
func (s *Server) SetOrganization(ticket, organization int64) {
	s.edit(ticket, func(t *ticketEdit) { t.organization(organization) })
}

// SetTimes gives a ticket times of its own, as a recording has them.
func (s *Server) SetTimes(ticket int64, updatedAt, generatedAt time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.must(ticket)
	t.updatedAt = updatedAt.Unix()
	s.moved(t, generatedAt.Unix())
}

// Delete deletes a ticket now: single reads answer 404, the export shows status "deleted".
func (s *Server) Delete(ticket int64) {
	s.edit(ticket, func(t *ticketEdit) { t.status("deleted") })
}

// SystemUpdate moves a ticket's generated_timestamp and nothing else a client can see.
func (s *Server) SystemUpdate(ticket int64) {
	s.gate.Settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved(s.must(ticket), s.now().Unix())
}

// Redact blacks out a comment's text everywhere, as an agent's redaction does; the comment keeps its id.
func (s *Server) Redact(ticket, comment int64) {
	s.gate.Settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.must(ticket)
	for _, c := range t.comments {
		if c.id == comment {
			c.body, c.html = "▇▇▇▇", ""
			s.touch(t, s.now().Unix())
			return
		}
	}
	panic(fmt.Sprintf("desk: no comment %d on ticket %d", comment, ticket))
}

// Merge closes one ticket into another, as an agent does: a comment on each, the tag closed_by_merge on the first.
func (s *Server) Merge(from, into int64) {
	s.AddComment(into, NewComment{Author: AdminID, Body: fmt.Sprintf("Request #%d was closed and merged into this request.", from), Private: true})
	s.AddComment(from, NewComment{Author: AdminID, Body: fmt.Sprintf("This request was closed and merged into request #%d.", into), Private: true})
	s.edit(from, func(t *ticketEdit) {
		t.status("closed")
		t.tags(append(slices.Clone(t.t.tags), "closed_by_merge"))
	})
}

// edit applies changes in one audit by the administrator.
func (s *Server) edit(id int64, do func(*ticketEdit)) {
	s.gate.Settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	e := &ticketEdit{t: s.must(id)}
	do(e)
	if len(e.changes) == 0 {
		return
	}
	at := s.now().Unix()
	s.record(&audit{id: s.newID(), ticket: e.t, author: AdminID, at: at, changes: e.changes})
	s.touch(e.t, at)
}

func (s *Server) must(id int64) *ticket {
	t := s.tickets[id]
	if t == nil {
		panic(fmt.Sprintf("desk: no ticket %d", id))
	}
	return t
}

func (s *Server) when(at time.Time) int64 {
	if at.IsZero() {
		return s.now().Unix()
	}
	return at.Unix()
}
