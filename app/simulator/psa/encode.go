package psa

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// selection is what a fields parameter asks for: nil is everything, else the named members, each with
// what is wanted of it.
type selection map[string]selection

// parseFields reads a fields parameter such as id,status/name,_info/lastUpdated. Names that no record
// has select nothing.
func parseFields(fields string) selection {
	if strings.TrimSpace(fields) == "" {
		return nil
	}
	wanted := selection{}
	for path := range strings.SplitSeq(fields, ",") {
		at := wanted
		parts := strings.Split(strings.TrimSpace(path), "/")
		for i, part := range parts {
			inner, seen := at[part]
			if i == len(parts)-1 || seen && inner == nil {
				at[part] = nil // the whole member
				break
			}
			if inner == nil {
				inner = selection{}
				at[part] = inner
			}
			at = inner
		}
	}
	return wanted
}

// encoder appends JSON objects to a buffer and leaves out what is not selected. A member without a value
// is not written at all, as in the service's newer releases.
type encoder struct {
	out  []byte
	base string // the API's address, for the links in _info
	want []selection
	any  bool // whether the current object has a member already
}

func newEncoder(base string, fields selection) *encoder {
	return &encoder{out: make([]byte, 0, 2048), base: base, want: []selection{fields}}
}

// wants says whether a member of the current object is selected, and writes its name if so.
func (e *encoder) wants(name string) bool {
	if at := e.want[len(e.want)-1]; at != nil {
		if _, ok := at[name]; !ok {
			return false
		}
	}
	if e.any {
		e.out = append(e.out, ',')
	}
	e.any = true
	e.out = append(e.out, '"')
	e.out = append(e.out, name...)
	e.out = append(e.out, '"', ':')
	return true
}

// inner is the selection for the members of a member.
func (e *encoder) inner(name string) selection {
	if at := e.want[len(e.want)-1]; at != nil {
		return at[name]
	}
	return nil
}

// object writes a member that is itself an object.
func (e *encoder) object(name string, members func()) {
	if e.wants(name) {
		e.nested(e.inner(name), members)
	}
}

func (e *encoder) nested(want selection, members func()) {
	e.want = append(e.want, want)
	e.out = append(e.out, '{')
	e.any = false
	members()
	e.any = true
	e.out = append(e.out, '}')
	e.want = e.want[:len(e.want)-1]
}

// record writes one whole record.
func (e *encoder) record(members func()) { e.nested(e.want[0], members) }

func (e *encoder) text(name, value string) {
	if value != "" && e.wants(name) {
		e.out = appendText(e.out, value)
	}
}

func (e *encoder) number(name string, value int32) {
	if e.wants(name) {
		e.out = strconv.AppendInt(e.out, int64(value), 10)
	}
}

func (e *encoder) flag(name string, value bool) {
	if e.wants(name) {
		e.out = strconv.AppendBool(e.out, value)
	}
}

func (e *encoder) time(name string, unix int64) {
	if unix != 0 && e.wants(name) {
		e.out = append(e.out, '"')
		e.out = time.Unix(unix, 0).UTC().AppendFormat(e.out, time.RFC3339)
		e.out = append(e.out, '"')
	}
}

// list writes a member that is an array of n things.
func (e *encoder) list(name string, n int, each func(i int)) {
	if !e.wants(name) {
		return
	}
	want := e.inner(name)
	e.out = append(e.out, '[')
	for i := range n {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.nested(want, func() { each(i) })
	}
	e.out = append(e.out, ']')
	e.any = true
}

// numbers writes a member that is an array of numbers.
func (e *encoder) numbers(name string, values []int32) {
	if !e.wants(name) {
		return
	}
	e.out = append(e.out, '[')
	for i, value := range values {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.out = strconv.AppendInt(e.out, int64(value), 10)
	}
	e.out = append(e.out, ']')
}

// raw writes a member that is JSON already.
func (e *encoder) raw(name string, value json.RawMessage) {
	if len(value) > 0 && e.wants(name) {
		e.out = append(e.out, value...)
	}
}

// reference writes {id, name, _info{kind_href}}; nothing for id 0.
func (e *encoder) reference(member string, id int32, nameKey, name, kind, path string) {
	if id == 0 {
		return
	}
	e.object(member, func() {
		e.number("id", id)
		e.text(nameKey, name)
		e.object("_info", func() { e.link(kind, path, id) })
	})
}

// link writes one …_href member.
func (e *encoder) link(kind, path string, id int32) {
	if path != "" {
		e.text(kind+"_href", e.base+path+itoa(id))
	}
}

const hexDigits = "0123456789abcdef"

// appendText writes a JSON string. Bytes that are no text become the replacement character.
func appendText(out []byte, text string) []byte {
	out = append(out, '"')
	start := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 {
				out = append(append(out, text[start:i]...), `\ufffd`...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= 0x20 && c != '"' && c != '\\' {
			i++
			continue
		}
		out = append(out, text[start:i]...)
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, `\n`...)
		case '\r':
			out = append(out, `\r`...)
		case '\t':
			out = append(out, `\t`...)
		default:
			out = append(out, `\u00`...)
			out = append(out, hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(out, text[start:]...), '"')
}
