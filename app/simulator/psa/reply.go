package psa

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"deskbridge/app/simulator/psa/condition"
)

// answer is what goes back for one request.
type answer struct {
	status    int
	body      []byte
	version   string // set for API records: the media type then names it
	mediaType string // else the media type
	link      *string
	headers   map[string]string
}

// send writes an answer.
func (s *Server) send(w http.ResponseWriter, a answer) {
	h := w.Header()
	switch {
	case a.mediaType != "":
		h.Set("Content-Type", a.mediaType)
	case len(a.body) > 0:
		h.Set("Content-Type", "application/vnd.connectwise.com+json; version="+a.version)
	}
	if a.version != "" {
		h.Set("api-current-version", Version)
	}
	if a.link != nil {
		h["Link"] = []string{*a.link}
	}
	for key, value := range a.headers {
		h.Set(key, value)
	}
	s.announce(h)
	h.Set("Date", s.now().Format(http.TimeFormat))
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.status == http.StatusNoContent {
		h.Del("Content-Length")
	}
	w.WriteHeader(a.status)
	w.Write(a.body)
}

// problem is one entry of an error body's list.
type problem struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Resource string `json:"resource,omitempty"`
	Field    string `json:"field,omitempty"`
}

// failure is a refusal with the service's error body.
func failure(status int, code, message string, problems ...problem) answer {
	body, _ := json.Marshal(struct {
		Code    string    `json:"code"`
		Message string    `json:"message"`
		Errors  []problem `json:"errors"`
	}{code, message, problems})
	return answer{status: status, body: body, mediaType: "application/json; charset=utf-8"}
}

// invalid is the refusal of a record's content (real body: "configuration object is invalid").
func invalid(resource string, problems ...problem) answer {
	for i := range problems {
		problems[i].Resource = resource
	}
	return failure(http.StatusBadRequest, "InvalidObject", resource+" object is invalid", problems...)
}

// badFilter is the refusal of a conditions or orderBy text.
func badFilter(err error) answer {
	var refused *condition.Error
	if errors.As(err, &refused) {
		return failure(http.StatusBadRequest, "ApiFindCondition", refused.Message)
	}
	return failure(http.StatusBadRequest, "ApiFindCondition", err.Error())
}

func missing(message string) answer { return failure(http.StatusNotFound, "NotFound", message) }

// noRecord is the 404 for a record that is not there.
func noRecord(kind string, id int32) answer {
	return missing(kind + " " + itoa(id) + " was not found.")
}

func plain(status int, text string) answer {
	return answer{status: status, body: []byte(text), mediaType: "text/plain; charset=utf-8"}
}

func throttled(wait time.Duration) answer {
	body := `{"error":"ConnectWiseAPI","message":"The number of requests has exceeded the limit. Please try again later."}`
	return answer{
		status: http.StatusTooManyRequests, body: []byte(body), mediaType: "application/json; charset=utf-8",
		headers: map[string]string{"Retry-After": strconv.Itoa(int((wait + time.Second - 1) / time.Second))},
	}
}

func broken(status int) answer {
	if status == http.StatusInternalServerError {
		return failure(status, "InternalServerError", "An unexpected error occurred.")
	}
	return plain(status, "The service is unavailable.")
}

// readBody reads a request body up to what a document upload may need.
func (s *Server) readBody(r *http.Request) ([]byte, *answer) {
	if r.Body == nil {
		return nil, nil
	}
	limit := s.options.MaxDocument + 1<<20
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		// The caller went away in the middle: nothing was done and nobody listens.
		panic(http.ErrAbortHandler)
	}
	if int64(len(body)) > limit {
		io.Copy(io.Discard, r.Body) // or the caller, still sending, would never see the answer
		return nil, new(failure(http.StatusRequestEntityTooLarge, "InvalidObject", "The request is too large."))
	}
	return body, nil
}

// noting tells the status of an answer once, before it leaves; 0 stands for a cut connection.
type noting struct {
	http.ResponseWriter
	note func(status int)
}

func (n *noting) once(status int) {
	if n.note != nil {
		n.note(status)
		n.note = nil
	}
}

func (n *noting) WriteHeader(status int) {
	n.once(status)
	n.ResponseWriter.WriteHeader(status)
}
