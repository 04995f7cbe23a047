package condition

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// tokenKind says what one token of a filter is.
type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenText
	tokenNumber
	tokenTime
	tokenOperator
	tokenOpen
	tokenClose
	tokenComma
)

// token is one piece of a filter. text is the word, operator or string content; number holds
// numbers and the unix seconds of times.
type token struct {
	kind   tokenKind
	text   string
	number float64
}

// is reports whether the token is the given keyword, in any case.
func (t token) is(keyword string) bool {
	return t.kind == tokenWord && strings.EqualFold(t.text, keyword)
}

// name is how the token is called in an error message.
func (t token) name() string {
	if t.kind == tokenEnd {
		return "end of conditions"
	}
	return t.text
}

// lexer cuts a filter into tokens.
type lexer struct {
	source string
	at     int
}

func (l *lexer) next() (token, error) {
	for l.at < len(l.source) && isSpace(l.source[l.at]) {
		l.at++
	}
	if l.at >= len(l.source) {
		return token{kind: tokenEnd}, nil
	}
	switch c := l.source[l.at]; {
	case c == '(':
		l.at++
		return token{kind: tokenOpen, text: "("}, nil
	case c == ')':
		l.at++
		return token{kind: tokenClose, text: ")"}, nil
	case c == ',':
		l.at++
		return token{kind: tokenComma, text: ","}, nil
	case c == '"' || c == '\'':
		return l.quoted(c)
	case c == '[':
		return l.bracketed()
	case c == '=' || c == '!' || c == '<' || c == '>':
		return l.operator()
	case c == '-' || isDigit(c):
		return l.number()
	case isWord(c):
		start := l.at
		for l.at < len(l.source) && (isWord(l.source[l.at]) || isDigit(l.source[l.at]) || l.source[l.at] == '/') {
			l.at++
		}
		return token{kind: tokenWord, text: l.source[start:l.at]}, nil
	}
	r, _ := utf8.DecodeRuneInString(l.source[l.at:])
	return token{}, refuse("Unexpected character %q at position %d.", r, l.at)
}

// quoted reads a string. A backslash takes the next character as it is.
func (l *lexer) quoted(quote byte) (token, error) {
	start := l.at
	var text strings.Builder
	for l.at++; l.at < len(l.source); l.at++ {
		switch c := l.source[l.at]; c {
		case quote:
			l.at++
			return token{kind: tokenText, text: text.String()}, nil
		case '\\':
			l.at++
			if l.at < len(l.source) {
				text.WriteByte(l.source[l.at])
			}
		default:
			text.WriteByte(c)
		}
	}
	return token{}, refuse("The string that starts at position %d has no end.", start)
}

// bracketed reads a time. All forms mean UTC; a numeric offset is refused, as the service does (api facts,
// section 5).
func (l *lexer) bracketed() (token, error) {
	forms := [...]string{"2006-01-02T15:04:05Z", "2006-01-02T15:04:05", "2006-01-02T15:04Z", "2006-01-02T15:04", "2006-01-02"}
	end := strings.IndexByte(l.source[l.at:], ']')
	if end < 0 {
		return token{}, refuse("The time that starts at position %d has no end.", l.at)
	}
	text := l.source[l.at+1 : l.at+end]
	l.at += end + 1
	for _, form := range forms {
		if at, err := time.Parse(form, text); err == nil {
			seconds := float64(at.Unix()) + float64(at.Nanosecond())/1e9
			return token{kind: tokenTime, text: "[" + text + "]", number: seconds}, nil
		}
	}
	return token{}, refuse("String '%s' was not recognized as a valid UTC date and time.", text)
}

func (l *lexer) operator() (token, error) {
	for _, op := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if strings.HasPrefix(l.source[l.at:], op) {
			l.at += len(op)
			return token{kind: tokenOperator, text: op}, nil
		}
	}
	return token{}, refuse("Unexpected character '!' at position %d.", l.at)
}

func (l *lexer) number() (token, error) {
	start := l.at
	for l.at++; l.at < len(l.source); l.at++ {
		if c := l.source[l.at]; !isDigit(c) && c != '.' {
			break
		}
	}
	text := l.source[start:l.at]
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return token{}, refuse("'%s' is not a number.", text)
	}
	return token{kind: tokenNumber, text: text, number: number}, nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isWord(c byte) bool {
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
}
