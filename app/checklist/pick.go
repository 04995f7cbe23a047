package checklist

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"deskbridge/app/ticket"
)

// ErrNoSuch: settings name something that is not there.
var ErrNoSuch = errors.New("there is none of that name or number")

// Pick finds what settings name by number or name. A name is taken as written,
// else without regard to case and outer blanks; a name that fits several is an
// error, since it might mean any of them. An exact name goes before a number,
// for things named "2".
func Pick(from []ticket.Choice, text string) (ticket.Choice, error) {
	text = strings.TrimSpace(text)
	matches := func(same func(ticket.Choice) bool) []ticket.Choice {
		return slices.DeleteFunc(slices.Clone(from), func(c ticket.Choice) bool { return !same(c) })
	}
	for _, found := range [][]ticket.Choice{
		matches(func(c ticket.Choice) bool { return c.Name == text }),
		matches(func(c ticket.Choice) bool { return strconv.FormatInt(c.ID, 10) == text }),
		matches(func(c ticket.Choice) bool { return strings.EqualFold(strings.TrimSpace(c.Name), text) }),
	} {
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return ticket.Choice{}, fmt.Errorf("%q fits %d of them; use the number", text, len(found))
		}
	}
	return ticket.Choice{}, fmt.Errorf("%q: %w", text, ErrNoSuch)
}

// PickCompany is Pick for companies, which can also be named by their identifier.
func PickCompany(from []ticket.Company, text string) (ticket.Company, error) {
	text = strings.TrimSpace(text)
	var names, identifiers []ticket.Choice
	for _, c := range from {
		names = append(names, ticket.Choice{ID: c.ID, Name: c.Name})
		identifiers = append(identifiers, ticket.Choice{ID: c.ID, Name: c.Identifier})
	}
	found, err := Pick(identifiers, text)
	if errors.Is(err, ErrNoSuch) {
		found, err = Pick(names, text)
	}
	if err != nil {
		return ticket.Company{}, err
	}
	i := slices.IndexFunc(from, func(c ticket.Company) bool { return c.ID == found.ID })
	return from[i], nil
}
