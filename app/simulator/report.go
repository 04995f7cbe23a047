package simulator

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/psa"
)

// CommentRef names a comment of the desk.
type CommentRef struct {
	Ticket  int64 `json:"ticket"`
	Comment int64 `json:"comment"`
}

// Report says what became of the desk's tickets in the PSA. Deleted desk tickets are not expected there, nor comments
// that came from there. Lists are empty, never null.
type Report struct {
	Tickets  int `json:"tickets"`  // on the desk, not deleted
	Comments int `json:"comments"` // on those tickets, descriptions included
	Carried  int `json:"carried"`  // tickets the PSA has at least once

	MissingTickets    []int64      `json:"missing_tickets"`
	DuplicateTickets  []int64      `json:"duplicate_tickets"`
	MissingComments   []CommentRef `json:"missing_comments"` // of carried tickets
	DuplicateComments []CommentRef `json:"duplicate_comments"`
	OutOfOrder        []int64      `json:"out_of_order"`      // tickets whose notes are not in the order of the comments
	Leaked            []CommentRef `json:"leaked"`            // private comments in something a customer can see
	DuplicateReplies  []CommentRef `json:"duplicate_replies"` // comments written to the desk with metadata that another one bears
	Strangers         []int        `json:"strangers"`         // PSA tickets with our mark for a desk ticket that does not exist
	Emails            []Mail       `json:"emails"`

	// Copies is how many PSA tickets carry each desk ticket's mark.
	Copies map[int64]int `json:"-"`
	// NoteCopies is how many PSA notes carry each comment; of a split comment the least of its parts.
	NoteCopies map[CommentRef]int `json:"-"`
}

// Mail is one message the PSA would have sent.
type Mail struct {
	Kind   string `json:"kind"`
	To     string `json:"to"`
	Ticket int    `json:"ticket"`
	Reason string `json:"reason"`
}

// OK says that everything is there exactly once, in order, and nobody saw or received what they should not.
func (r Report) OK() bool {
	return len(r.MissingTickets)+len(r.DuplicateTickets)+len(r.MissingComments)+len(r.DuplicateComments)+len(r.OutOfOrder)+
		len(r.Leaked)+len(r.DuplicateReplies)+len(r.Strangers)+len(r.Emails) == 0
}

// carriedNote is one PSA note with our mark.
type carriedNote struct {
	comment     int64 // zero for the mark of the description or of an event
	what        string
	part, parts int
	text        string
	public      bool
}

// Report compares both sides as they are now.
func (w *World) Report() Report {
	r := Report{
		MissingTickets: []int64{}, DuplicateTickets: []int64{}, MissingComments: []CommentRef{}, DuplicateComments: []CommentRef{},
		OutOfOrder: []int64{}, Leaked: []CommentRef{}, DuplicateReplies: []CommentRef{}, Strangers: []int{}, Emails: []Mail{},
		Copies: map[int64]int{}, NoteCopies: map[CommentRef]int{},
	}
	copies := w.copies()
	tickets := w.Desk.Tickets()
	replies := map[string]bool{}
	for _, t := range tickets {
		have := copies[t.ID]
		delete(copies, t.ID)
		r.Copies[t.ID] = len(have)
		r.repeatedReplies(t, replies)
		if t.Status == "deleted" {
			continue
		}
		r.Tickets++
		switch {
		case len(have) == 0:
			r.MissingTickets = append(r.MissingTickets, t.ID)
		case len(have) > 1:
			r.DuplicateTickets = append(r.DuplicateTickets, t.ID)
			fallthrough
		default:
			r.Carried++
		}
		r.compare(w.PSA, t, have)
	}
	for _, left := range copies {
		for _, c := range left {
			r.Strangers = append(r.Strangers, c.ticket)
		}
	}
	slices.Sort(r.Strangers)
	for _, m := range w.PSA.Emails() {
		r.Emails = append(r.Emails, Mail{m.Kind, m.To, m.Ticket, m.Reason})
	}
	return r
}

// psaCopy is one PSA ticket that carries a desk ticket.
type psaCopy struct {
	ticket int
	notes  []carriedNote
	loose  []string // texts without our mark that a customer can see
}

// copies reads the PSA once: desk ticket by mark, and the notes of each.
func (w *World) copies() map[int64][]psaCopy {
	marks := regexp.MustCompile(`^\[zd (\d+)/(\w+)(?: (\d+)/(\d+))?\]$`)
	out := map[int64][]psaCopy{}
	for t, notes := range w.PSA.Walk() {
		id, ours := markedTicket(t.XRef)
		if !ours {
			continue
		}
		c := psaCopy{ticket: t.ID}
		for _, n := range notes {
			public := n.Discussion || n.Resolution
			text := strings.TrimSpace(n.Text)
			m := marks.FindStringSubmatch(strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:]))
			if m == nil || m[1] != strconv.FormatInt(id, 10) {
				if public {
					c.loose = append(c.loose, text)
				}
				continue
			}
			note := carriedNote{what: m[2], part: 1, parts: 1, text: text, public: public}
			note.comment, _ = strconv.ParseInt(m[2], 10, 64)
			if m[3] != "" {
				note.part, _ = strconv.Atoi(m[3])
				note.parts, _ = strconv.Atoi(m[4])
			}
			c.notes = append(c.notes, note)
		}
		out[id] = append(out[id], c)
	}
	return out
}

// markedTicket reads "deskbridge:{account}:{ticket}", whatever the account is called.
func markedTicket(xref string) (int64, bool) {
	rest, ours := strings.CutPrefix(xref, "deskbridge:")
	i := strings.LastIndexByte(rest, ':')
	if !ours || i < 0 {
		return 0, false
	}
	id, err := strconv.ParseInt(rest[i+1:], 10, 64)
	return id, err == nil
}

// reply says whether a comment was carried from the PSA to the desk: such a one bears metadata, which neither a
// person nor a recording gives it.
func reply(c desk.Comment) bool { return len(c.Custom) > len("{}") }

func (r *Report) repeatedReplies(t desk.Ticket, seen map[string]bool) {
	for _, c := range t.Comments {
		key := string(c.Custom)
		if !reply(c) {
			continue
		}
		if seen[key] {
			r.DuplicateReplies = append(r.DuplicateReplies, CommentRef{t.ID, c.ID})
		}
		seen[key] = true
	}
}

// compare holds one desk ticket against its copies.
func (r *Report) compare(server *psa.Server, t desk.Ticket, have []psaCopy) {
	place := map[int64]int{}
	for i, c := range t.Comments {
		place[c.ID] = i
	}
	parts := map[CommentRef]map[int]int{}
	expected := map[CommentRef]int{}
	ordered := true
	for _, p := range have {
		last := -1
		for _, n := range p.notes {
			id := n.comment
			if n.what == "description" && len(t.Comments) > 0 {
				id = t.Comments[0].ID
			}
			at, known := place[id]
			if !known {
				continue
			}
			if at < last {
				ordered = false
			}
			last = max(last, at)
			ref := CommentRef{t.ID, id}
			if parts[ref] == nil {
				parts[ref] = map[int]int{}
			}
			parts[ref][n.part]++
			expected[ref] = max(expected[ref], n.parts)
		}
	}
	if !ordered {
		r.OutOfOrder = append(r.OutOfOrder, t.ID)
	}
	for _, c := range t.Comments {
		if reply(c) {
			continue
		}
		r.Comments++
		ref := CommentRef{t.ID, c.ID}
		least, most := -1, 0
		for part := range expected[ref] {
			n := parts[ref][part+1]
			most = max(most, n)
			if least < 0 || n < least {
				least = n
			}
		}
		r.NoteCopies[ref] = max(least, 0)
		switch {
		case len(have) > 0 && least <= 0:
			r.MissingComments = append(r.MissingComments, ref)
		case most > 1:
			r.DuplicateComments = append(r.DuplicateComments, ref)
		}
		if !c.Public && leaked(server, t, c, have) {
			r.Leaked = append(r.Leaked, ref)
		}
	}
}

// leaked looks for a private comment in what a customer can see: a visible note that carries its mark or quotes the
// whole of it, or a visible document of its files.
func leaked(server *psa.Server, t desk.Ticket, c desk.Comment, have []psaCopy) bool {
	const tooShortToTell = 20
	quotable := len(c.Body) >= tooShortToTell && !slices.ContainsFunc(t.Comments, func(o desk.Comment) bool {
		return o.Public && strings.Contains(o.Body, c.Body)
	})
	for _, p := range have {
		for _, n := range p.notes {
			marked := n.comment == c.ID || n.what == "description" && t.Comments[0].ID == c.ID
			if n.public && (marked || quotable && strings.Contains(n.text, c.Body)) {
				return true
			}
		}
		if quotable && slices.ContainsFunc(p.loose, func(text string) bool { return strings.Contains(text, c.Body) }) {
			return true
		}
		for _, a := range c.Attachments {
			if fileShown(server, t, a.Name, p.ticket) {
				return true
			}
		}
	}
	return false
}

// fileShown says whether a file of a private comment is a visible document; a name that a public comment uses too
// proves nothing.
func fileShown(server *psa.Server, t desk.Ticket, name string, ticket int) bool {
	for _, c := range t.Comments {
		if c.Public && slices.ContainsFunc(c.Attachments, func(a desk.Attachment) bool { return a.Name == name }) {
			return false
		}
	}
	return slices.ContainsFunc(server.Documents(ticket), func(d psa.Document) bool {
		return !d.Private && (d.FileName == name || d.Title == name)
	})
}
