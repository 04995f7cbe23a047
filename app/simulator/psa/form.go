package psa

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// form reads the members of a body or the value of a patch and collects what is wrong with them.
type form struct{ problems []problem }

func (f *form) add(field, code, format string, args ...any) {
	f.problems = append(f.problems, problem{Code: code, Message: fmt.Sprintf(format, args...), Field: field})
}

func (f *form) required(field string) {
	f.add(field, "MissingRequiredField", "The %s field is required.", field)
}

// need says that a field is required if it has no value, unless something else is wrong with it already.
func (f *form) need(field string, missing bool) {
	if missing && !slices.ContainsFunc(f.problems, func(p problem) bool { return p.Field == field }) {
		f.required(field)
	}
}

func (f *form) wrongType(field, kind string) {
	f.add(field, "InvalidType", "The value of %s is not of type %s.", field, kind)
}

// isNull says whether a member is absent or null.
func isNull(raw json.RawMessage) bool {
	return len(raw) == 0 || bytes.Equal(bytes.TrimSpace(raw), []byte("null"))
}

// text reads a string of at most longest characters, counted as the service's database does; 0 is no limit.
func (f *form) text(field string, raw json.RawMessage, longest int) string {
	if isNull(raw) {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		f.wrongType(field, "String")
		return ""
	}
	if longest > 0 && len(text) > longest && utf16Length(text) > longest {
		f.add(field, "MaxLength", "The field %s must be a string with a maximum length of %d.", field, longest)
	}
	return text
}

func utf16Length(text string) int {
	n := 0
	for _, r := range text {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

func (f *form) flag(field string, raw json.RawMessage) bool {
	var flag bool
	if !isNull(raw) && json.Unmarshal(raw, &flag) != nil {
		f.wrongType(field, "Boolean")
	}
	return flag
}

func (f *form) number(field string, raw json.RawMessage) int32 {
	var n int32
	if !isNull(raw) && json.Unmarshal(raw, &n) != nil {
		f.wrongType(field, "Int32")
	}
	return n
}

func (f *form) enum(field string, raw json.RawMessage, allowed []string) string {
	text := f.text(field, raw, 0)
	if text != "" && !slices.Contains(allowed, text) {
		f.add(field, "InvalidEnum", "'%s' is not a valid value for %s.", text, field)
	}
	return text
}

// date checks a time as bodies carry it: UTC, with a Z.
func (f *form) date(field string, raw json.RawMessage) {
	text := f.text(field, raw, 0)
	if _, err := time.Parse(time.RFC3339, text); text != "" && (err != nil || !strings.HasSuffix(text, "Z")) {
		f.add(field, "InvalidDate", "'%s' is not a valid UTC date and time for %s.", text, field)
	}
}

// pointer is a reference as bodies carry it. An id is enough; a name or identifier serves without one.
type pointer struct {
	ID         int32  `json:"id"`
	Name       string `json:"name"`
	Identifier string `json:"identifier"`
}

// pointer reads a reference; false when there is none or it is not one.
func (f *form) pointer(field string, raw json.RawMessage) (pointer, bool) {
	var p pointer
	if isNull(raw) {
		return p, false
	}
	if json.Unmarshal(raw, &p) != nil {
		f.wrongType(field, "Reference")
		return p, false
	}
	return p, p != pointer{}
}

// reference finds the record a reference points at and says so if there is none. named says whether a
// record has the name or identifier given.
func reference[T any](f *form, field string, raw json.RawMessage, t *table[T], named func(*T, string) bool) *T {
	p, given := f.pointer(field, raw)
	if !given {
		return nil
	}
	if p.ID != 0 {
		if r := t.get(p.ID); r != nil {
			return r
		}
		f.add(field, "InvalidReference", "%s/id %d is not a valid reference.", field, p.ID)
		return nil
	}
	name := p.Identifier
	if name == "" {
		name = p.Name
	}
	if r := t.find(func(r *T) bool { return named(r, name) }); r != nil {
		return r
	}
	f.add(field, "InvalidReference", "%s '%s' is not a valid reference.", field, name)
	return nil
}

// members reads a request body that must be one JSON object.
func (c *call) members(resource string) (map[string]json.RawMessage, *answer) {
	values := map[string]json.RawMessage{}
	if len(bytes.TrimSpace(c.body)) == 0 {
		return values, nil
	}
	if json.Unmarshal(c.body, &values) != nil || values == nil {
		return nil, new(failure(http.StatusBadRequest, "InvalidObject", resource+" object is invalid",
			problem{Code: "InvalidJson", Message: "The request body is not a valid " + resource + ".", Resource: resource}))
	}
	return values, nil
}

// patchOperation is one entry of a PATCH body.
type patchOperation struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
}

// patches reads a PATCH body: an array of operations, each with a known op and a bare path.
func (c *call) patches(resource string) ([]patchOperation, *answer) {
	var operations []patchOperation
	if json.Unmarshal(c.body, &operations) != nil || operations == nil {
		return nil, new(invalid(resource, problem{Code: "InvalidJson", Message: "The request body must be an array of patch operations."}))
	}
	for i, operation := range operations {
		switch operation.Op {
		case "remove":
			operations[i].Value = nil
		case "add", "replace":
		default:
			return nil, new(invalid(resource, problem{Code: "InvalidPatch", Message: "The patch operation '" + operation.Op + "' is not supported.", Field: operation.Path}))
		}
	}
	return operations, nil
}

// unknownPath is the refusal of a patch path the record does not have.
func unknownPath(resource, path string) answer {
	return invalid(resource, problem{Code: "InvalidPatch", Message: "The path '" + path + "' is not valid for " + resource + ".", Field: path})
}
