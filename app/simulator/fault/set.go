package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Setting is how one fault is switched on: its probability per matching request, and for the few faults that
// take one, an argument (the right to revoke, the skew of the clock).
type Setting struct {
	Probability float64
	Argument    string
}

// Set is a choice of faults.
type Set map[Name]Setting

// Parse reads words such as "drop-answer", "late-save=0.1" or "revoke-right:incremental-exports"; one string may
// hold several, separated by commas. An unknown name or a probability outside 0 to 1 is an error that names it.
func Parse(words ...string) (Set, error) {
	set := Set{}
	list := List()
	for _, word := range strings.FieldsFunc(strings.Join(words, ","), func(r rune) bool { return r == ',' || r == ' ' }) {
		left, number, given := strings.Cut(word, "=")
		name, argument, _ := strings.Cut(left, ":")
		i := slices.IndexFunc(list, func(f Fault) bool { return f.Name == Name(name) })
		if i < 0 {
			return nil, fmt.Errorf("unknown fault %q: valid are %s", name, joined())
		}
		setting := Setting{Probability: list[i].Default, Argument: argument}
		if given {
			p, err := strconv.ParseFloat(number, 64)
			if err != nil || !(p >= 0 && p <= 1) {
				return nil, fmt.Errorf("fault %s: probability %q is not a number from 0 to 1", name, number)
			}
			setting.Probability = p
		}
		set[Name(name)] = setting
	}
	return set, nil
}

func joined() string {
	var names []string
	for _, n := range Names() {
		names = append(names, string(n))
	}
	return strings.Join(names, ", ")
}

func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), part)
}
