package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"deskbridge/app/rest"
	"deskbridge/app/ticket"
)

// ForbiddenError says what a sign-in lacks. It is a ticket.ErrForbidden.
type ForbiddenError struct {
	// Scopes are those the token lacks; empty when the role is what is missing.
	Scopes  []string
	Message string // the service's words
}

func (e *ForbiddenError) Error() string {
	if len(e.Scopes) > 0 {
		return "right missing: the sign-in lacks the scope " + strings.Join(e.Scopes, ", ")
	}
	if e.Message == "" {
		return "right missing: the role does not allow it"
	}
	return "right missing: " + e.Message
}

// Is makes it ticket.ErrForbidden.
func (e *ForbiddenError) Is(target error) bool { return target == ticket.ErrForbidden }

// explain turns what rest reports into ticket's words. The original stays in
// the chain, so that a caller can ask until when a limit lasts.
func explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if said, ok := errors.AsType[*rest.StatusError](err); ok && !isAny[*rest.UnavailableError](err) {
		return explainStatus(said)
	}
	switch {
	case isAny[*rest.UnavailableError](err), isAny[*rest.LimitError](err):
		return fmt.Errorf("%w: %w", ticket.ErrUnavailable, err)
	case isAny[*rest.CredentialError](err):
		return fmt.Errorf("%w: %w", ticket.ErrSignIn, err)
	case errors.Is(err, rest.ErrMalformed):
		return fmt.Errorf("%w: %w", ticket.ErrMalformed, err)
	}
	return err
}

func isAny[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func explainStatus(said *rest.StatusError) error {
	words := parseError(said.Body)
	switch said.Status {
	case 401:
		return fmt.Errorf("%w: %s", ticket.ErrSignIn, words.say("the token is not taken"))
	case 403:
		return &ForbiddenError{Scopes: missingScopes(words.Message), Message: words.say("")}
	case 404, 410:
		return fmt.Errorf("%w: %s", ticket.ErrGone, words.say(said.Path))
	case 409:
		return fmt.Errorf("%w: %s", ticket.ErrConflict, words.say("somebody else is writing"))
	}
	refusal := &ticket.Refusal{Status: said.Status, Code: words.Code, Message: words.Message, Fields: words.Fields}
	if refusal.Message == "" {
		refusal.Message = words.Code
	}
	if (said.Status == 422 || said.Status == 400) && words.tooRecent() {
		return fmt.Errorf("%w: %w", ticket.ErrNotYet, refusal)
	}
	return refusal
}

func isNotYet(err error) bool { return errors.Is(err, ticket.ErrNotYet) }

// errorWords is what an error body says.
type errorWords struct {
	Code    string
	Message string
	Fields  []string // "status: Status: closed prevents ticket update"
}

func (w errorWords) say(otherwise string) string {
	switch {
	case w.Message != "":
		return w.Message
	case w.Code != "":
		return w.Code
	}
	return otherwise
}

// tooRecent recognises the answer to a start_time within the withheld minute:
// 422 InvalidValue, and 400 is possible. Zendesk says it in words only.
func (w errorWords) tooRecent() bool {
	return strings.Contains(w.Message, "start_time") &&
		(strings.Contains(w.Message, "Too recent") || strings.Contains(w.Message, "older than"))
}

// parseError reads an error body of any of the shapes in use: error as a code
// or as an object of title and message, a description, an OAuth
// error_description, details by field, an errors list; or no JSON at all.
func parseError(body []byte) errorWords {
	var doc struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"description"`
		OAuth       string          `json:"error_description"`
		Message     string          `json:"message"`
		Details     json.RawMessage `json:"details"`
		Errors      json.RawMessage `json:"errors"`
	}
	err := json.Unmarshal(body, &doc)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !odd {
		return errorWords{Message: plainWords(body)}
	}
	var w errorWords
	var object struct {
		Title   string `json:"title"`
		Message string `json:"message"`
	}
	if json.Unmarshal(doc.Error, &w.Code) != nil {
		if json.Unmarshal(doc.Error, &object) == nil {
			w.Code = clean(object.Title)
		}
	}
	w.Code = clean(w.Code)
	for _, s := range [...]string{doc.Description, doc.OAuth, object.Message, doc.Message} {
		if w.Message == "" {
			w.Message = clean(s)
		}
	}
	w.Fields = fieldWords(doc.Details)
	if w.Message == "" {
		w.Message = strings.Join(listWords(doc.Errors), "; ")
	}
	return w
}

// fieldWords reads details: a field leads to a list of {description, error}.
func fieldWords(details json.RawMessage) []string {
	var byField map[string]json.RawMessage
	if json.Unmarshal(details, &byField) != nil {
		return nil
	}
	var out []string
	for _, field := range slices.Sorted(maps.Keys(byField)) {
		for _, words := range listWords(byField[field]) {
			out = append(out, clean(field)+": "+words)
		}
	}
	return out
}

// listWords reads a list of texts, or of objects that say something.
func listWords(list json.RawMessage) []string {
	var items []json.RawMessage
	if json.Unmarshal(list, &items) != nil {
		items = []json.RawMessage{list}
	}
	var out []string
	for _, item := range items {
		var text string
		var object struct {
			Description string `json:"description"`
			Error       string `json:"error"`
			Title       string `json:"title"`
			Message     string `json:"message"`
			Detail      string `json:"detail"`
		}
		if json.Unmarshal(item, &text) != nil {
			_ = json.Unmarshal(item, &object) // what fits is enough
			for _, s := range [...]string{object.Description, object.Message, object.Detail, object.Title, object.Error} {
				if text == "" {
					text = s
				}
			}
		}
		if text = clean(text); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// missingScopes finds the scopes in "You are missing the following required
// scopes: read".
func missingScopes(message string) []string {
	_, list, ok := strings.Cut(message, "required scopes:")
	if !ok {
		return nil
	}
	return strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' || r == '.' })
}

// plainWords is what a body that is not JSON says, if it is short and no page
// of markup: edge protection answers in HTML.
func plainWords(body []byte) string {
	text := strings.TrimSpace(clean(string(body)))
	if len(text) > 200 || strings.HasPrefix(text, "<") || strings.ContainsRune(text, '\uFFFD') {
		return ""
	}
	return strings.ToValidUTF8(text, "")
}
