package condition

import (
	"slices"
	"strings"
)

// Field is one thing a filter may ask of a record: its type and how to read it.
type Field[T any] struct {
	Kind Kind
	Get  func(T) Value
	// Enum lists the only texts a filter may compare with; nil allows every text.
	Enum []string
}

// Compile turns a filter into a test of one record. The error is an *Error: for a path that lookup
// does not know, and for a value or operator that does not fit the field's type.
//
// Like the service's database, a comparison with a field that has no value is false whatever the
// operator, except = null and != null.
func Compile[T any](f *Filter, lookup func(path string) (Field[T], bool)) (func(T) bool, error) {
	if f == nil {
		return func(T) bool { return true }, nil
	}
	if f.join == "" {
		return compare(f, lookup)
	}
	tests := make([]func(T) bool, 0, len(f.parts))
	for _, part := range f.parts {
		test, err := Compile(part, lookup)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	stop := f.join == "or" // the first part with this result decides
	return func(record T) bool {
		for _, test := range tests {
			if test(record) == stop {
				return stop
			}
		}
		return !stop
	}, nil
}

func compare[T any](f *Filter, lookup func(path string) (Field[T], bool)) (func(T) bool, error) {
	field, known := lookup(f.path)
	if !known {
		return nil, UnknownName(f.path)
	}
	if err := fits(f, field.Kind, field.Enum); err != nil {
		return nil, err
	}
	get, want := field.Get, f.values[0]
	switch f.op {
	case "=":
		if want.Null() {
			return func(r T) bool { return get(r).Null() }, nil
		}
		return func(r T) bool { v := get(r); return !v.Null() && same(v, want) }, nil
	case "!=":
		if want.Null() {
			return func(r T) bool { return !get(r).Null() }, nil
		}
		return func(r T) bool { v := get(r); return !v.Null() && !same(v, want) }, nil
	case "<":
		return ordered(get, want, func(c int) bool { return c < 0 }), nil
	case "<=":
		return ordered(get, want, func(c int) bool { return c <= 0 }), nil
	case ">":
		return ordered(get, want, func(c int) bool { return c > 0 }), nil
	case ">=":
		return ordered(get, want, func(c int) bool { return c >= 0 }), nil
	case "in":
		return func(r T) bool {
			v := get(r)
			return !v.Null() && slices.ContainsFunc(f.values, func(w Value) bool { return same(v, w) }) != f.negate
		}, nil
	case "contains":
		part := strings.ToLower(want.text)
		return func(r T) bool {
			v := get(r)
			return !v.Null() && strings.Contains(strings.ToLower(v.text), part) != f.negate
		}, nil
	}
	pieces := strings.Split(strings.ToLower(strings.ReplaceAll(want.text, "%", "*")), "*")
	return func(r T) bool {
		v := get(r)
		return !v.Null() && like(strings.ToLower(v.text), pieces) != f.negate
	}, nil
}

// fits checks the operator and the literals against the field's type.
func fits(f *Filter, kind Kind, enum []string) error {
	switch f.op {
	case "contains", "like":
		if (kind != KindText && kind != KindAny) || f.values[0].kind != KindText {
			return refuse("The operator %s needs a text field and a text; %s is not usable with it.", f.op, f.path)
		}
		return nil
	case "<", "<=", ">", ">=":
		if kind == KindBool || f.values[0].Null() {
			return refuse("The operator %s is not usable with %s.", f.op, f.path)
		}
	}
	for _, value := range f.values {
		if value.Null() {
			if f.op == "in" {
				return refuse("null is not usable in a list of values for %s.", f.path)
			}
			continue
		}
		if kind != KindAny && value.kind != kind {
			return refuse("The value given for %s is not of type %v.", f.path, kind)
		}
		known := func(name string) bool { return strings.EqualFold(name, value.text) }
		if len(enum) > 0 && !slices.ContainsFunc(enum, known) {
			return refuse("'%s' is not a valid value for %s.", value.text, f.path)
		}
	}
	return nil
}

func same(a, b Value) bool { return a.kind == b.kind && Compare(a, b) == 0 }

func ordered[T any](get func(T) Value, want Value, holds func(int) bool) func(T) bool {
	return func(r T) bool {
		v := get(r)
		return !v.Null() && v.kind == want.kind && holds(Compare(v, want))
	}
}

// like matches text against the pieces between wildcards.
func like(text string, pieces []string) bool {
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(pieces) == 1 {
		return text == first
	}
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for _, piece := range pieces[1 : len(pieces)-1] {
		at := strings.Index(text, piece)
		if at < 0 {
			return false
		}
		text = text[at+len(piece):]
	}
	return strings.HasSuffix(text, last)
}
