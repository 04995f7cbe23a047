package connectwise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"deskbridge/app/rest"
	"deskbridge/app/ticket"
)

// What set-up calls branch on, beside ticket's own errors.
var (
	// ErrUnknownCompany: the company id is not known at this address. Case matters.
	ErrUnknownCompany = fmt.Errorf("company id not known at this address: %w", ticket.ErrSignIn)
	// ErrClientID: the instance does not take our integration's own number.
	ErrClientID = fmt.Errorf("client id not accepted: %w", ticket.ErrSignIn)
	// ErrAddress: nothing is served where the API should be. In the cloud a wrong
	// company id or wrong keys look like this too.
	ErrAddress = fmt.Errorf("no API at this address, or company id or keys are wrong: %w", ticket.ErrUnavailable)
)

// RightError: the API member's role lacks a right. It wraps ticket.ErrForbidden.
type RightError struct {
	Right   Right
	Message string // the service's own words
}

// Error names the right as the role screen does.
func (e *RightError) Error() string {
	s := ticket.ErrForbidden.Error()
	if e.Right != "" {
		s += ": " + e.Right.String()
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s
}

// Unwrap returns ticket.ErrForbidden.
func (e *RightError) Unwrap() error { return ticket.ErrForbidden }

// failure turns what rest says into ticket's words.
func (c *Client) failure(k *call, err error) error {
	if unknown, ok := errors.AsType[*rest.UnknownError](err); ok {
		return fmt.Errorf("%s: %w: %w", k, ticket.ErrOutcomeUnknown, unknown)
	}
	if limit, ok := errors.AsType[*rest.LimitError](err); ok {
		return fmt.Errorf("%s: %w: %w", k, ticket.ErrUnavailable, limit)
	}
	if away, ok := errors.AsType[*rest.UnavailableError](err); ok {
		return fmt.Errorf("%s: %w: %w", k, ticket.ErrUnavailable, away)
	}
	if said, ok := errors.AsType[*rest.StatusError](err); ok {
		return fmt.Errorf("%s: %w", k, judge(k, said))
	}
	if errors.Is(err, rest.ErrMalformed) {
		return fmt.Errorf("%s: %w: %w", k, ticket.ErrMalformed, err)
	}
	if k.write && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		// Nothing rest documents: what became of the write is anybody's guess.
		return fmt.Errorf("%s: %w: %w", k, ticket.ErrOutcomeUnknown, err)
	}
	return fmt.Errorf("%s: %w", k, err)
}

// judge says what a refusal means. Codes are not documented well enough to
// decide by them alone (section 4 of the API facts): the status decides, and the
// service's words are passed on.
func judge(k *call, said *rest.StatusError) error {
	no := readRefusal(said)
	all := strings.ToLower(no.Message + " " + strings.Join(no.Fields, " "))
	if said.Status >= 400 && said.Status < 500 && strings.Contains(strings.ReplaceAll(all, " ", ""), "clientid") {
		// 400, 401 or 403, depending on the release.
		return fmt.Errorf("%w: %w", ErrClientID, no)
	}
	switch said.Status {
	case http.StatusUnauthorized:
		return fmt.Errorf("%w: %w", ticket.ErrSignIn, no)
	case http.StatusForbidden:
		return &RightError{Right: k.right, Message: words(no)}
	case http.StatusNotFound:
		if k.single && !unrouted(said) {
			return fmt.Errorf("%w: %w", ticket.ErrGone, no)
		}
		return fmt.Errorf("%w: %w", ErrAddress, no)
	case http.StatusBadRequest:
		if unrouted(said) {
			return fmt.Errorf("%w: %w", ErrAddress, no)
		}
		if !k.write && strings.EqualFold(no.Code, "ApiFindCondition") {
			return fmt.Errorf("%w: %w", ticket.ErrFilterRefused, no)
		}
	}
	return no
}

// astray tells whether a refusal may mean that the API base has moved. Any 404
// may, but for one that speaks of the record asked for.
func (k *call) astray(said *rest.StatusError) bool {
	return unrouted(said) || said.Status == http.StatusNotFound && (!k.single || len(bytes.TrimSpace(said.Body)) == 0)
}

// unrouted tells whether an answer comes from the front of the service and not
// from the API: a 404 that is no JSON, or the front's own 400.
func unrouted(said *rest.StatusError) bool {
	switch said.Status {
	case http.StatusNotFound:
		body := bytes.TrimSpace(said.Body)
		return len(body) > 0 && body[0] != '{'
	case http.StatusBadRequest:
		return bytes.Contains(bytes.ToLower(said.Body), []byte("cannot route"))
	}
	return false
}

// readRefusal reads an error body of any make.
func readRefusal(said *rest.StatusError) *ticket.Refusal {
	out := &ticket.Refusal{Status: said.Status}
	body := bytes.TrimSpace(said.Body)
	var in struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Error   string `json:"error"`
		Errors  []struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Field   string `json:"field"`
		} `json:"errors"`
	}
	switch err := json.Unmarshal(body, &in); {
	case err == nil || isTypeError(err):
		out.Code, out.Message = tidy(in.Code), tidy(in.Message)
		if out.Message == "" {
			out.Message = tidy(in.Error)
		}
		for _, e := range in.Errors {
			line := tidy(e.Message)
			if line == "" {
				line = tidy(e.Code)
			}
			if field := tidy(e.Field); field != "" {
				line = strings.TrimSuffix(field+": "+line, ": ")
			}
			if line != "" {
				out.Fields = append(out.Fields, line)
			}
		}
	case len(body) > 0 && body[0] != '<' && body[0] != '{' && body[0] != '[':
		out.Message = tidy(string(body))
	}
	return out
}

// words joins what a refusal says.
func words(no *ticket.Refusal) string {
	if len(no.Fields) == 0 {
		return no.Message
	}
	return strings.TrimPrefix(no.Message+" ("+strings.Join(no.Fields, "; ")+")", " ")
}

// tidy makes one line of remote text, of bounded length.
func tidy(s string) string {
	const most = 400
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return s
}

// isTypeError tells whether JSON was whole and only one value was of another
// type than expected; the rest has been read then.
func isTypeError(err error) bool {
	_, ok := errors.AsType[*json.UnmarshalTypeError](err)
	return ok
}
