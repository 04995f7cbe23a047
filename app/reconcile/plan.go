// Package reconcile decides which writes would make both sides of a link agree
// again. It compares each side with what they last agreed on, never with the
// other side's clock.
//
// It is pure: no clock, no randomness, no I/O, and the same input gives the
// same plan. It refuses to know how a write is sent or remembered. The one rule
// that must hold: text of an internal note never enters an operation that a
// customer could read.
package reconcile

import (
	"slices"

	"deskbridge/app/ticket"
)

// Input is all that is known about one ticket.
type Input struct {
	Account string // names the desk account in markers
	// Ticket is the newest snapshot; nil when only comments are new.
	Ticket *ticket.Ticket
	// Comments are those that may be new, in any order.
	Comments []ticket.Comment
	// HistoryRead says that Comments holds every comment of the ticket.
	HistoryRead bool
	// CommentsSince is the time from which on Comments is complete without a
	// full read: the start of the event export.
	CommentsSince int64 // unix seconds
	Link          *ticket.Link
	// PSA is the linked ticket as it is now; nil when it was not read.
	PSA *ticket.PSATicket
	// Held names what the PSA is known to hold.
	Held map[Piece]bool
	// Opened is the comment the create took along; zero if unknown.
	Opened ticket.CommentID
	// Authors knows the people behind the comments.
	Authors map[ticket.UserID]ticket.Person
	// Company and Contact are where the desk's organization and requester lead;
	// they are looked at only if Plan asked for them with NeedPlace.
	Company *Placement
	// Updates is how many updates the ticket has had.
	Updates int
	Policy  Policy
}

// Placement is the company and contact a ticket belongs to.
type Placement struct {
	Company int64
	Contact ticket.Contact
}

// Piece is one note's worth of content: a comment, an event, or a part of one.
type Piece struct {
	Comment ticket.CommentID
	Event   string
	Part    int
}

// Policy is what the user decided.
type Policy struct {
	Board          int64
	Statuses       map[ticket.Status]int64
	Priorities     map[ticket.Priority]int64
	DefaultCompany int64
	// NoteLimit is how many characters one note holds; zero means DefaultNoteLimit.
	NoteLimit int
}

// Need is something Plan must know before it can decide.
type Need uint8

// What Plan can ask for.
const (
	NeedHistory Need = 1 << iota // every comment of the desk ticket
	NeedPSA                      // the PSA ticket as it is now
	NeedNotes                    // which pieces the PSA holds already
	NeedPlace                    // company and contact
)

// Plan is what to do about one ticket.
type Plan struct {
	// Need lists what is missing; when it is not zero nothing else is decided.
	Need Need
	// Ops are the writes, in order.
	Ops []Op
	// Agreed is a new agreed state that holds without any write; nil: unchanged.
	Agreed *ticket.Agreed
	// Consumed comments need no write: they are held already, or are our own.
	Consumed []ticket.CommentID
	// Park says why the ticket cannot be carried now; nil: it can.
	Park *Hold
	// LeftOut names the rule by which the ticket takes no part; empty: it does.
	LeftOut string
	// Kept are fields a technician changed and the desk did not; Drift are fields
	// that differ although neither side changed since they agreed.
	Kept, Drift ticket.FieldSet
	// Overruled are fields both sides changed, where the desk's value wins.
	Overruled ticket.FieldSet
}

// Hold is why a ticket waits: a code, and the value it is about.
type Hold struct {
	Code  string
	Value string
}

// Codes of Hold.
const (
	HoldStatus   = "unmapped_status"
	HoldPriority = "unmapped_priority"
)

// Rules by which a ticket is left out.
const (
	LeftOutDeleted = "deleted before it was first seen"
	LeftOutGone    = "gone before it was first seen"
)

// Decide returns the writes that would make both sides agree again, or what it
// needs to know first. Operations come out in the order they must be sent.
func Decide(in Input) Plan {
	if in.Link == nil {
		return decideNew(in)
	}
	return decideLinked(in)
}

func decideNew(in Input) Plan {
	t := in.Ticket
	if t == nil {
		// Comments of a ticket whose snapshot is still to come.
		return Plan{}
	}
	if t.Status == ticket.Deleted {
		return Plan{LeftOut: LeftOutDeleted, Consumed: commentIDs(in.Comments)}
	}
	comments := inOrder(in.Comments)
	if !in.HistoryRead && !reachesBack(in, comments) {
		return Plan{Need: NeedHistory}
	}
	if in.Company == nil {
		return Plan{Need: NeedPlace}
	}
	fields, hold := desired(in)
	if hold != nil {
		return Plan{Park: hold}
	}

	agreed := ticket.Agreed{Desk: ticket.StateOf(*t), PSA: fields}
	create := Op{
		Kind: Create, Desk: t.ID, Agreed: agreed,
		Create: ticket.NewTicket{Marker: ticket.Marker(in.Account, t.ID), Board: in.Policy.Board, Fields: fields},
	}
	var plan Plan
	first, rest := opening(in, *t, comments)
	texts := render(first, in.Authors[first.AuthorID], *t, in.Policy.noteLimit())
	create.Comment, create.Part, create.Parts = first.ID, 1, len(texts)
	if first.Public {
		create.Create.Discussion = texts[0]
	} else {
		create.Create.Internal = texts[0]
	}
	plan.Ops = append(plan.Ops, create)
	for i, text := range texts[1:] {
		op := noteOp(t.ID, 0, Piece{Comment: first.ID, Part: i + 2}, len(texts), text, !first.Public)
		if first.ID == 0 {
			op.Event = eventDescription
		}
		plan.Ops = append(plan.Ops, op)
	}
	plan.addNotes(in, t.ID, 0, rest)
	return plan
}

// opening separates the comment that the description repeats from the rest. A
// ticket without any comment opens with its description, which then can only
// be as public as the ticket itself.
func opening(in Input, t ticket.Ticket, comments []ticket.Comment) (ticket.Comment, []ticket.Comment) {
	if len(comments) > 0 {
		return comments[0], comments[1:]
	}
	return ticket.Comment{
		TicketID: t.ID, AuthorID: t.RequesterID, Body: t.Description, Public: t.Public, CreatedAt: t.CreatedAt,
	}, nil
}

// reachesBack tells whether the comments at hand include the ticket's first.
// Only then is it known whether the description is public: Zendesk's is_public
// speaks of the whole ticket, not of its first comment.
func reachesBack(in Input, comments []ticket.Comment) bool {
	if len(comments) == 0 || in.Ticket.CreatedAt.Unix() < in.CommentsSince {
		return false
	}
	gap := comments[0].CreatedAt.Sub(in.Ticket.CreatedAt)
	return gap.Abs() <= firstCommentGap
}

// addNotes plans a note for every piece of the comments that is not held yet.
func (p *Plan) addNotes(in Input, desk ticket.DeskID, psa ticket.PSAID, comments []ticket.Comment) {
	for _, c := range comments {
		if c.Marker != "" {
			p.Consumed = append(p.Consumed, c.ID) // our own write, seen coming back
			continue
		}
		var subject ticket.Ticket
		if c.ID == in.Opened && in.Ticket != nil {
			subject = *in.Ticket // the rest of a long description: split as the create split it
		}
		texts := render(c, in.Authors[c.AuthorID], subject, in.Policy.noteLimit())
		before := len(p.Ops)
		for i, text := range texts {
			piece := Piece{Comment: c.ID, Part: i + 1}
			if !in.Held[piece] {
				p.Ops = append(p.Ops, noteOp(desk, psa, piece, len(texts), text, !c.Public))
			}
		}
		if len(p.Ops) == before {
			p.Consumed = append(p.Consumed, c.ID)
		}
	}
}

func noteOp(desk ticket.DeskID, psa ticket.PSAID, p Piece, parts int, text string, internal bool) Op {
	return Op{
		Kind: Note, Desk: desk, PSA: psa, Comment: p.Comment, Event: p.Event, Part: p.Part, Parts: parts,
		Note: ticket.NewNote{Text: text, Internal: internal},
	}
}

func commentIDs(comments []ticket.Comment) []ticket.CommentID {
	ids := make([]ticket.CommentID, len(comments))
	for i, c := range comments {
		ids[i] = c.ID
	}
	return ids
}

// inOrder returns the comments as they were written, each once.
func inOrder(comments []ticket.Comment) []ticket.Comment {
	sorted := slices.SortedFunc(slices.Values(comments), func(a, b ticket.Comment) int {
		if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
			return c
		}
		return int(min(max(a.ID-b.ID, -1), 1))
	})
	return slices.CompactFunc(sorted, func(a, b ticket.Comment) bool { return a.ID == b.ID })
}
