package reconcile

import (
	"maps"
	"slices"

	"deskbridge/app/ticket"
)

func decideLinked(in Input) Plan {
	link := in.Link
	var plan Plan
	comments := inOrder(in.Comments)
	held := in.Held
	if link.Adopted {
		if in.Ticket == nil {
			// The snapshot comes later in the same reading; compare whole tickets only.
			return Plan{}
		}
		if in.PSA == nil {
			plan.Need |= NeedPSA
		}
		if held == nil {
			plan.Need |= NeedNotes
		}
		if !in.HistoryRead && !reachesBack(in, comments) {
			plan.Need |= NeedHistory
		}
		if len(comments) > 0 {
			// Our create took the first comment along, even if somebody edited it since.
			held = maps.Clone(held)
			if held == nil {
				held = map[Piece]bool{}
			}
			held[Piece{Comment: comments[0].ID, Part: 1}] = true
		}
	}
	in.Held = held
	update, agreed, need := decideFields(in, &plan)
	plan.Need |= need
	if plan.Need != 0 || plan.Park != nil {
		return Plan{Need: plan.Need, Park: plan.Park}
	}

	var notes Plan
	notes.addNotes(in, link.Desk, link.PSA, comments)
	if in.Ticket != nil && in.Ticket.Status == ticket.Deleted && !in.Held[Piece{Event: eventDeleted, Part: 1}] {
		notes.Ops = append(notes.Ops, deletedNote(*in.Ticket, link.PSA))
	}
	plan.Consumed = append(plan.Consumed, notes.Consumed...)
	switch {
	case update == nil:
		plan.Ops = notes.Ops
		plan.Agreed = agreed
	case closes(in):
		// A closing status comes last: a board may refuse notes on closed tickets.
		plan.Ops = append(notes.Ops, *update)
	default:
		plan.Ops = append([]Op{*update}, notes.Ops...)
	}
	return plan
}

// decideFields compares the fields and returns the update they need, or the
// agreed state that holds without one.
func decideFields(in Input, plan *Plan) (*Op, *ticket.Agreed, Need) {
	if in.Ticket == nil {
		return nil, nil, 0
	}
	t, link := *in.Ticket, *in.Link
	now := ticket.StateOf(t)
	if t.Status == ticket.Deleted {
		// The PSA keeps its ticket as it is; only the fact is noted.
		if link.Agreed.Desk.Status == ticket.Deleted {
			return nil, nil, 0
		}
		agreed := link.Agreed
		agreed.Desk.Status = ticket.Deleted
		return nil, &agreed, 0
	}
	changed := changedFields(link.Agreed.Desk, now)
	if link.Adopted {
		changed = allFields
	}
	if changed == 0 {
		return nil, nil, 0
	}
	var need Need
	if in.PSA == nil {
		need |= NeedPSA
	}
	if in.Company == nil && changed&(ticket.FieldCompany|ticket.FieldContact) != 0 {
		need |= NeedPlace
	}
	if need != 0 {
		return nil, nil, need
	}
	want, hold := desiredOf(in, changed)
	if hold != nil {
		plan.Park = hold
		return nil, nil, 0
	}

	agreed := ticket.Agreed{Desk: now, PSA: link.Agreed.PSA}
	var set ticket.FieldSet
	for _, f := range fieldList {
		v := compare(cell{
			Field:       f,
			DeskChanged: changed.Has(f),
			Want:        want,
			Agreed:      link.Agreed.PSA,
			Actual:      in.PSA.Fields,
			Adopted:     link.Adopted,
			Untouched:   in.PSA.UpdatedBy == in.PSA.EnteredBy && in.PSA.EnteredBy != "",
		})
		switch v {
		case write:
			set |= f
			copyField(&agreed.PSA, want, f)
		case overrule:
			set |= f
			plan.Overruled |= f
			copyField(&agreed.PSA, want, f)
		case agree:
			copyField(&agreed.PSA, in.PSA.Fields, f)
		case keep:
			plan.Kept |= f
			if link.Adopted {
				copyField(&agreed.PSA, in.PSA.Fields, f)
			}
		case drift:
			plan.Drift |= f
		case nothing:
		}
	}
	if set == 0 {
		return nil, &agreed, 0
	}
	return &Op{
		Kind: Update, Desk: t.ID, PSA: link.PSA, Part: in.Updates + 1, Parts: 1,
		Change: ticket.Change{Set: set, Fields: want},
		Agreed: agreed,
	}, nil, 0
}

// closes tells whether the desk ticket has come to an end.
func closes(in Input) bool {
	return in.Ticket != nil && slices.Contains([]ticket.Status{ticket.Solved, ticket.Closed}, in.Ticket.Status)
}
