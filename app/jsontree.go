package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// node is one JSON value with the line it stands on, so that a complaint about
// a settings file can say where to look.
type node struct {
	line    int
	value   any // string, json.Number, bool, nil, []node or members
	isArray bool
}

// members are the entries of a JSON object in the order of the file.
type members []member

type member struct {
	key   string
	line  int
	value node
}

// maxDepth is far beyond any settings file; deeper nesting is an attack.
const maxDepth = 16

// parseTree reads exactly one JSON value. Unlike encoding/json it keeps
// duplicate keys and line numbers.
func parseTree(data []byte) (node, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // editors on Windows write it
	if !utf8.Valid(data) {
		return node{}, errors.New("not UTF-8 text")
	}
	p := &treeParser{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	root, err := p.value(0)
	if err != nil {
		return node{}, p.explain(err)
	}
	if _, err := p.dec.Token(); !errors.Is(err, io.EOF) {
		return node{}, fmt.Errorf("line %d: there is more after the end of the settings", p.line())
	}
	return root, nil
}

type treeParser struct {
	data []byte
	dec  *json.Decoder
}

// line is where the last token ended.
func (p *treeParser) line() int { return p.lineAt(p.dec.InputOffset()) }

func (p *treeParser) lineAt(offset int64) int {
	offset = min(max(offset, 0), int64(len(p.data)))
	return 1 + bytes.Count(p.data[:offset], []byte("\n"))
}

func (p *treeParser) explain(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("line %d: the file ends too early", p.lineAt(int64(len(p.data))))
	case errors.As(err, &syntax):
		// Offset counts from the start for a token decoder as well.
		return fmt.Errorf("line %d: not valid JSON: %w", p.lineAt(max(syntax.Offset, p.dec.InputOffset())), err)
	}
	return err
}

func (p *treeParser) value(depth int) (node, error) {
	if depth > maxDepth {
		return node{}, fmt.Errorf("line %d: nested too deep", p.line())
	}
	token, err := p.dec.Token()
	if err != nil {
		return node{}, err
	}
	n := node{line: p.line(), value: token}
	switch token {
	case json.Delim('{'):
		n.value, err = p.object(depth)
	case json.Delim('['):
		n.value, n.isArray = nil, true
		err = p.array(depth)
	}
	return n, err
}

func (p *treeParser) object(depth int) (members, error) {
	all := members{}
	for p.dec.More() {
		token, err := p.dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string) // the decoder allows nothing else here
		line := p.line()
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		all = append(all, member{key: key, line: line, value: value})
	}
	_, err := p.dec.Token()
	return all, err
}

// array reads past a list: no setting takes one, so its content is not kept.
func (p *treeParser) array(depth int) error {
	for p.dec.More() {
		if _, err := p.value(depth + 1); err != nil {
			return err
		}
	}
	_, err := p.dec.Token()
	return err
}

// kind names a node's kind for a person.
func (n node) kind() string {
	switch n.value.(type) {
	case string:
		return "text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case members:
		return "an object"
	}
	if n.isArray {
		return "a list"
	}
	return "null"
}
