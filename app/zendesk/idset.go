package zendesk

import (
	"maps"
	"slices"

	"deskbridge/app/ticket"
)

// idSet collects ticket numbers, each once.
type idSet map[ticket.DeskID]struct{}

func (s idSet) add(id ticket.DeskID) { s[id] = struct{}{} }

// sorted returns the numbers in order; none is nil.
func (s idSet) sorted() []ticket.DeskID { return slices.Sorted(maps.Keys(s)) }
