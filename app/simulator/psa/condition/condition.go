// Package condition reads the filter language of the ConnectWise REST API (conditions,
// childConditions, customFieldConditions) and decides which records a filter selects.
//
// It refuses to know what records look like: a caller names the fields a filter may use and how to
// read each one. The one rule: a filter that the service would refuse never selects anything, it is
// an Error with the sentence the service answers.
package condition

import (
	"fmt"
	"strings"
)

// Error is a filter the service refuses; it answers 400 ApiFindCondition with this sentence.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func refuse(format string, args ...any) *Error {
	return &Error{Message: fmt.Sprintf(format, args...)}
}

// UnknownName is the refusal of a field the records do not have (real body, api facts section 5).
func UnknownName(path string) *Error { return refuse("%s is not a recognized name.", path) }

// Kind is the type of a field or of a value in a filter.
type Kind int

// The kinds. Any fits a custom field's value, whose type differs from record to record.
const (
	KindText Kind = iota + 1
	KindNumber
	KindBool
	KindTime
	KindAny
)

// String is the name of the kind in refusals.
func (k Kind) String() string {
	switch k {
	case KindNumber:
		return "Int32"
	case KindBool:
		return "Boolean"
	case KindTime:
		return "DateTime"
	}
	return "String"
}

// Value is one value: of a field in a record, or of a literal in a filter. The zero Value is null.
type Value struct {
	kind   Kind // 0 is null
	text   string
	number float64
}

// Text makes a text value. Empty text is null: the service keeps no empty strings.
func Text(text string) Value {
	if text == "" {
		return Value{}
	}
	return Value{kind: KindText, text: text}
}

// Number makes a number value.
func Number[N ~int | ~int32 | ~int64 | ~float64](n N) Value {
	return Value{kind: KindNumber, number: float64(n)}
}

// Bool makes a boolean value.
func Bool(b bool) Value {
	if b {
		return Value{kind: KindBool, number: 1}
	}
	return Value{kind: KindBool}
}

// Time makes a time value from unix seconds; 0 is null.
func Time(unix int64) Value {
	if unix == 0 {
		return Value{}
	}
	return Value{kind: KindTime, number: float64(unix)}
}

// Null reports whether there is no value.
func (v Value) Null() bool { return v.kind == 0 }

// String gives the text of a text value, "" for any other.
func (v Value) String() string { return v.text }

// Int gives the whole number of a number value; fractions are cut.
func (v Value) Int() int64 { return int64(v.number) }

// Compare orders two values of one kind, text without regard to case as the service's database does.
// Null comes first.
func Compare(a, b Value) int {
	switch {
	case a.Null() || b.Null():
		return boolInt(!a.Null()) - boolInt(!b.Null())
	case a.kind == KindText && b.kind == KindText:
		if strings.EqualFold(a.text, b.text) {
			return 0
		}
		return strings.Compare(strings.ToLower(a.text), strings.ToLower(b.text))
	case a.number < b.number:
		return -1
	case a.number > b.number:
		return 1
	}
	return 0
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Filter is a parsed filter. The nil Filter selects everything.
type Filter struct {
	// join is "and" or "or" for a group of parts, and "" for a comparison.
	join  string
	parts []*Filter

	path   string
	op     string // = != < <= > >= contains like in
	negate bool   // not contains, not like, not in
	values []Value
}

// Exactly gives the values of which path must have one in every selected record, when the top level
// of the filter says so. A caller with an index need look at no other record.
func (f *Filter) Exactly(path string) ([]Value, bool) {
	if f == nil {
		return nil, false
	}
	if f.join == "and" {
		for _, part := range f.parts {
			if values, ok := part.Exactly(path); ok {
				return values, true
			}
		}
		return nil, false
	}
	if f.join == "or" {
		var all []Value
		for _, part := range f.parts {
			values, ok := part.Exactly(path)
			if !ok {
				return nil, false
			}
			all = append(all, values...)
		}
		return all, true
	}
	if f.path == path && !f.negate && (f.op == "=" || f.op == "in") {
		return f.values, true
	}
	return nil, false
}

// Least gives a number below which no selected record's path can be, when the top level of the filter
// says so.
func (f *Filter) Least(path string) (int64, bool) {
	if f == nil {
		return 0, false
	}
	if f.join == "and" {
		least, found := int64(0), false
		for _, part := range f.parts {
			if n, ok := part.Least(path); ok && (!found || n > least) {
				least, found = n, true
			}
		}
		return least, found
	}
	if f.join != "" || f.path != path || (f.op != ">" && f.op != ">=") || f.values[0].kind != KindNumber {
		return 0, false
	}
	if whole := f.values[0].Int(); f.op == ">" && f.values[0].number >= 0 {
		return whole + 1, true
	}
	return f.values[0].Int(), true
}

// Uses reports whether the filter mentions the path anywhere.
func (f *Filter) Uses(path string) bool {
	if f == nil {
		return false
	}
	for _, part := range f.parts {
		if part.Uses(path) {
			return true
		}
	}
	return f.join == "" && f.path == path
}

// Paths calls yield with every path the filter mentions, as often as it does.
func (f *Filter) Paths(yield func(path string) bool) {
	f.paths(yield)
}

func (f *Filter) paths(yield func(string) bool) bool {
	if f == nil {
		return true
	}
	if f.join == "" {
		return yield(f.path)
	}
	for _, part := range f.parts {
		if !part.paths(yield) {
			return false
		}
	}
	return true
}
