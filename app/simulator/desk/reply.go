package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// reply is an answer not yet sent.
type reply struct {
	status  int
	header  map[string]string
	payload any    // encoded as JSON
	body    []byte // sent as it is, once encode has run
	stream  func(w io.Writer)
}

func ok(payload any) *reply { return &reply{status: http.StatusOK, payload: payload} }

func (a *reply) with(key, value string) *reply {
	if a.header == nil {
		a.header = map[string]string{}
	}
	a.header[key] = value
	return a
}

func (a *reply) encode() {
	if a.payload != nil {
		a.body, a.payload = raw(a.payload), nil
	}
}

func (a *reply) write(w http.ResponseWriter) {
	a.encode()
	h := w.Header()
	if a.body != nil {
		h.Set("Content-Type", "application/json; charset=utf-8")
	}
	h.Set("X-Zendesk-API-Version", "v2")
	for key, value := range a.header {
		h.Set(key, value)
	}
	if a.stream == nil && a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if a.stream != nil {
		a.stream(w)
		return
	}
	w.Write(a.body)
}

// object keeps answers short to write down. Its keys come out in alphabetical order, which no client may rely on.
type object map[string]any

// Error bodies, after section 3 of the fact page.

func failure(status int, code, description string) *reply {
	return &reply{status: status, payload: object{"error": code, "description": description}}
}

func recordNotFound() *reply { return failure(http.StatusNotFound, "RecordNotFound", "Not found") }

func invalidEndpoint(*Server, *question) *reply {
	return failure(http.StatusNotFound, "InvalidEndpoint", "Not found")
}

func invalidToken() *reply {
	return &reply{status: http.StatusUnauthorized, payload: object{
		"error":             "invalid_token",
		"error_description": "The access token provided is expired, revoked, malformed or invalid for other reasons.",
	}}
}

func missingScope(scope string) *reply {
	return failure(http.StatusForbidden, "Forbidden", "You are missing the following required scopes: "+scope)
}

// notAllowed is the body seen on an export without rights, section 12.
func notAllowed() *reply {
	return &reply{status: http.StatusForbidden, payload: object{"error": object{
		"title":   "Forbidden",
		"message": "You do not have access to this page. Please contact the account owner of this help desk for further help.",
	}}}
}

func tooManyValues() *reply {
	return &reply{status: http.StatusBadRequest, payload: object{
		"error": "TooManyValues", "description": "Parameter  cannot specify more than 100 values", "max_count": 100,
	}}
}

func tooRecent() *reply {
	return failure(http.StatusUnprocessableEntity, "InvalidValue", "Too recent start_time. Use a start_time older than 60 seconds")
}

func invalidValue(what string) *reply { return failure(http.StatusBadRequest, "InvalidValue", what) }

func recordInvalid(field, description string) *reply {
	return &reply{status: http.StatusUnprocessableEntity, payload: object{
		"error": "RecordInvalid", "description": "Record validation errors",
		"details": map[string]any{field: []object{{"description": description}}},
	}}
}

func updateConflict() *reply {
	return failure(http.StatusConflict, "UpdateConflict",
		"Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again.")
}

func notJSON() *reply {
	return &reply{status: http.StatusUnprocessableEntity, payload: object{
		"error": "Unprocessable Entity", "message": "Server could not parse JSON",
	}}
}

// tooManyRequests is not JSON: the observed body is plain text.
func tooManyRequests(wait time.Duration) *reply {
	a := &reply{status: http.StatusTooManyRequests, body: []byte("Number of allowed API requests per minute exceeded")}
	seconds := int(max(wait+time.Second-1, time.Second) / time.Second)
	return a.with("Content-Type", "text/plain; charset=utf-8").with("Retry-After", strconv.Itoa(seconds))
}

func throttled(w http.ResponseWriter, wait time.Duration) { tooManyRequests(wait).write(w) }

func broken(w http.ResponseWriter, status int) {
	(&reply{status: status, payload: object{"error": http.StatusText(status), "description": "Something went wrong on our side"}}).write(w)
}

// readBody reads what the request carries; a body that should be JSON and is not is refused.
func readBody(r *http.Request, rawBody bool, limit int64) ([]byte, *reply) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, limit))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, failure(http.StatusRequestEntityTooLarge, "AttachmentTooLarge", fmt.Sprintf("The file is larger than %d bytes", limit))
	}
	if err != nil {
		panic(http.ErrAbortHandler) // the caller hung up in the middle
	}
	if !rawBody && len(body) > 0 && !json.Valid(body) {
		return nil, notJSON()
	}
	return body, nil
}
