package checklist

import (
	"slices"

	"deskbridge/app/ticket"
)

// Team is a team of one board.
type Team struct {
	Name    string
	Default bool
}

// NoAccess is the reason of a board whose statuses or teams may not be read.
const NoAccess = "The API member has no access to this board. Add it to the member's boards, or choose another."

// Usable tells whether tickets can be created on a board, and if not, why: all
// reasons, worst first, in words for the board's owner. A board that could not be
// read has the reason NoAccess instead.
func Usable(board ticket.Board, statuses []ticket.BoardStatus, teams []Team) (ok bool, reasons []string) {
	if board.Inactive {
		reasons = append(reasons, "The board is inactive.")
	}
	if board.Project {
		reasons = append(reasons, "This is a project board; service tickets do not go there.")
	}
	if !slices.ContainsFunc(statuses, func(s ticket.BoardStatus) bool { return !s.Inactive }) {
		reasons = append(reasons, "The board has no status in use.")
	}
	if !slices.ContainsFunc(teams, func(t Team) bool { return t.Default }) {
		reasons = append(reasons, "The board has no default team, so ConnectWise refuses new tickets.")
	}
	return len(reasons) == 0, reasons
}

// reservations says what is odd about a board that can be used all the same.
func reservations(statuses []ticket.BoardStatus) []string {
	has := func(is func(ticket.BoardStatus) bool) bool {
		return slices.ContainsFunc(statuses, func(s ticket.BoardStatus) bool { return !s.Inactive && is(s) })
	}
	var out []string
	if !has(func(s ticket.BoardStatus) bool { return s.Default }) {
		out = append(out, "No status of the board is its default.")
	}
	if !has(func(s ticket.BoardStatus) bool { return s.Closed }) {
		out = append(out, "No status of the board closes tickets, so solved tickets stay open.")
	}
	return out
}
