package connectwise

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// condition is the text of a conditions parameter. Only this file makes one,
// and only from markers, numbers and constants: nothing a person wrote ever
// gets in, so there is nothing to escape.
type condition string

// longestList bounds the escaped part of a URL that lists markers or numbers.
// Beyond about 10,000 characters the service wants another way of asking; fronts
// are stricter.
const longestList = 5_500

// markerField is where our key is kept on a ticket.
const markerField = "externalXRef"

// plainMarker tells whether a marker holds nothing but what ours are made of.
func plainMarker(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '.', c == ':', c == '-':
		default:
			return false
		}
	}
	return s != "" && len(s) <= 100
}

// markerConditions returns filters that together select tickets by their exact
// marker, as many as short URLs take.
func markerConditions(markers []string) ([]condition, error) {
	quoted := make([]string, 0, len(markers))
	for _, m := range markers {
		m = strings.ToLower(m)
		if !plainMarker(m) {
			return nil, fmt.Errorf("%q is not one of our markers", m)
		}
		quoted = append(quoted, `"`+m+`"`)
	}
	return listConditions(markerField, quoted), nil
}

// prefixCondition selects tickets whose marker holds prefix. Wildcards of like
// differ between instances; contains does not.
func prefixCondition(prefix string) (condition, error) {
	prefix = strings.ToLower(prefix)
	if !plainMarker(prefix) {
		return "", fmt.Errorf("%q is not how our markers start", prefix)
	}
	return condition(markerField + ` contains "` + prefix + `"`), nil
}

// idConditions returns filters that together select records by number.
func idConditions[ID ~int64](ids []ID) []condition {
	written := make([]string, 0, len(ids))
	for _, id := range ids {
		written = append(written, strconv.FormatInt(int64(id), 10))
	}
	return listConditions("id", written)
}

// listConditions splits values over as many filters as needed. One value is
// asked for with =, which every instance knows.
func listConditions(field string, values []string) []condition {
	var out []condition
	values = slices.Compact(slices.Sorted(slices.Values(values)))
	for len(values) > 0 {
		n, length := 0, 0
		for n < len(values) && n < pageSize/2 {
			if length += len(url.QueryEscape(values[n])) + len(url.QueryEscape(",")); length > longestList && n > 0 {
				break
			}
			n++
		}
		if n == 1 {
			out = append(out, condition(field+"="+values[0]))
		} else {
			out = append(out, condition(field+" in ("+strings.Join(values[:n], ",")+")"))
		}
		values = values[n:]
	}
	return out
}

// and joins two filters; either may be empty.
func (c condition) and(other condition) condition {
	switch {
	case c == "":
		return other
	case other == "":
		return c
	}
	return c + " and " + other
}

// beyond selects the records that come after id in a walk.
func beyond(id int64, descending bool) condition {
	if descending {
		return condition("id < " + strconv.FormatInt(id, 10))
	}
	return condition("id > " + strconv.FormatInt(id, 10))
}
