package checklist

import (
	"errors"
	"fmt"
	"strings"

	"deskbridge/app/ticket"
)

// judgeChoices looks at what the settings name: board, statuses, priorities and
// default company.
func judgeChoices(f *PSAFacts, stopped string) []Check {
	const (
		board, boardTitle         = "psa.board", "The service board can be used"
		statuses, statusTitle     = "psa.statuses", "Every Zendesk status has a status of the board"
		priorities, priorityTitle = "psa.priorities", "Every Zendesk priority has a priority"
		company, companyTitle     = "psa.default-company", "The default company takes tickets"
	)
	if stopped != "" {
		const next = "Solve that first, then check again."
		return []Check{
			unknown(board, boardTitle, stopped, next), unknown(statuses, statusTitle, stopped, next),
			unknown(priorities, priorityTitle, stopped, next), unknown(company, companyTitle, stopped, next),
		}
	}
	boardRow, readable := judgeBoard(board, boardTitle, f)
	out := []Check{boardRow}
	switch {
	case !readable:
		out = append(out, unknown(statuses, statusTitle, "The statuses of the board cannot be read.", "Solve what is wrong with the board, then check again."))
	default:
		var from []ticket.Choice
		inactive := map[int64]bool{}
		for _, s := range f.Statuses {
			from = append(from, s.Choice)
			inactive[s.ID] = s.Inactive
		}
		out = append(out, judgePairs(statuses, statusTitle, "status", ticket.Statuses(), f.Choices.Statuses, from, inactive))
	}
	if f.PriorityErr != nil {
		out = append(out, unread(priorities, priorityTitle, "Priorities", f.PriorityErr))
	} else {
		out = append(out, judgePairs(priorities, priorityTitle, "priority", ticket.Priorities(), f.Choices.Priorities, f.Priorities, nil))
	}
	return append(out, judgeCompany(company, companyTitle, f))
}

func pickBoard(boards []ticket.Board, name string) (ticket.Board, error) {
	var from []ticket.Choice
	for _, b := range boards {
		from = append(from, b.Choice)
	}
	found, err := Pick(from, name)
	if err != nil {
		return ticket.Board{}, err
	}
	for _, b := range boards {
		if b.ID == found.ID {
			return b, nil
		}
	}
	return ticket.Board{}, ErrNoSuch
}

// judgeBoard also tells whether the board's statuses are known.
func judgeBoard(id, title string, f *PSAFacts) (Check, bool) {
	const another = "Choose another board in the settings, or have it put right in System › Setup Tables › Service Board."
	if f.BoardsErr != nil {
		return unread(id, title, "Boards", f.BoardsErr), false
	}
	if f.Choices.Board == "" {
		return fail(id, title, "No board is chosen, so no ticket can be created.", "Choose a service board in the settings."), false
	}
	b, err := pickBoard(f.Boards, f.Choices.Board)
	switch {
	case errors.Is(err, ErrNoSuch):
		return fail(id, title, fmt.Sprintf("There is no board %q that we can see, so no ticket can be created.", f.Choices.Board),
			"Choose a board in the settings, or let the API member see this one in System › Members › API Members."), false
	case err != nil:
		return fail(id, title, fmt.Sprintf("It is not clear which board is meant: %v.", err), "Choose the board again in the settings."), false
	case errors.Is(f.BoardErr, ticket.ErrForbidden) || errors.Is(f.BoardErr, ticket.ErrGone):
		return fail(id, title, b.Name+": "+NoAccess, another), false
	case f.BoardErr != nil:
		return unread(id, title, "The board's statuses and teams", f.BoardErr), false
	}
	if ok, reasons := Usable(b, f.Statuses, f.Teams); !ok {
		return fail(id, title, b.Name+": "+strings.Join(reasons, " ")+" No ticket can be created there.", another), true
	}
	if odd := reservations(f.Statuses); len(odd) > 0 {
		return warn(id, title, b.Name+": "+strings.Join(odd, " "), "Have it put right in System › Setup Tables › Service Board, if that is not meant."), true
	}
	return pass(id, title, b.Name), true
}

// judgePairs looks at one table of the settings. What is named and not there
// blocks, because tickets would be refused; what is not named at all holds back
// the tickets that have it, and those alone.
func judgePairs[K ~string](id, title, what string, keys []K, pairs map[K]string, from []ticket.Choice, inactive map[int64]bool) Check {
	var wrong, open []string
	for _, key := range keys {
		name, named := pairs[key]
		if !named || strings.TrimSpace(name) == "" {
			open = append(open, string(key))
			continue
		}
		found, err := Pick(from, name)
		switch {
		case errors.Is(err, ErrNoSuch):
			wrong = append(wrong, fmt.Sprintf("%s leads to %q, which does not exist.", key, name))
		case err != nil:
			wrong = append(wrong, fmt.Sprintf("%s is not clear: %v.", key, err))
		case inactive[found.ID]:
			wrong = append(wrong, fmt.Sprintf("%s leads to %q, which is inactive.", key, found.Name))
		}
	}
	next := "Pair it in the settings."
	switch {
	case len(wrong) > 0:
		return fail(id, title, strings.Join(wrong, " ")+" ConnectWise refuses tickets with these.", next)
	case len(open) > 0:
		return warn(id, title, fmt.Sprintf("Not paired: %s. Tickets with such a %s wait until it is paired; all others go on.", list(open), what), next)
	}
	return pass(id, title, "")
}

func judgeCompany(id, title string, f *PSAFacts) Check {
	const next = "Choose another default company in the settings."
	if f.CompaniesErr != nil {
		return unread(id, title, "Companies", f.CompaniesErr)
	}
	if f.Choices.DefaultCompany == "" {
		return fail(id, title, "No default company is chosen, so tickets whose company is not found cannot be created.", "Choose a default company in the settings.")
	}
	found, err := PickCompany(f.Companies, f.Choices.DefaultCompany)
	switch {
	case errors.Is(err, ErrNoSuch):
		return fail(id, title, fmt.Sprintf("There is no company %q, so tickets whose company is not found cannot be created.", f.Choices.DefaultCompany), next)
	case err != nil:
		return fail(id, title, fmt.Sprintf("It is not clear which company is meant: %v.", err), next)
	case found.Inactive:
		return fail(id, title, fmt.Sprintf("The company %s is deleted or locked, so ConnectWise refuses tickets for it.", found.Name), next)
	}
	return pass(id, title, found.Name)
}

// unread is the row of something that could not be read: a missing right has a
// row of its own, which says what to do.
func unread(id, title, what string, err error) Check {
	if errors.Is(err, ticket.ErrForbidden) {
		return unknown(id, title, what+" may not be read.", "Give the right that fails above, then check again.")
	}
	return unknown(id, title, what+" could not be read: "+plain(err)+".", "Check again later.")
}
