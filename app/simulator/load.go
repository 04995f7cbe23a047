package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// A recording is a folder with zendesk/*.json, lists of recorded exchanges, and connectwise/*.json, named samples.
// The account is rebuilt from what the answers show, under the recorded ids and times. Where an answer refers to
// what was not recorded, the least that makes sense is put in its place.

// exchange is one recorded request with its answer.
type exchange struct {
	Recorded string `json:"recorded"`
	Request  struct {
		Path string `json:"path"`
	} `json:"request"`
	Response struct {
		Body json.RawMessage `json:"body"`
	} `json:"response"`
}

// record is any JSON object, with its members as they were.
type record map[string]json.RawMessage

// recording collects records by id. A later one wins.
type recording struct {
	tickets, users, organizations map[int64]record
	comments                      map[int64]map[int64]record // by ticket
}

func (w *World) load(dir string) error {
	zendesk, err := filepath.Glob(filepath.Join(dir, "zendesk", "*.json"))
	if err != nil {
		return err
	}
	connectwise, err := filepath.Glob(filepath.Join(dir, "connectwise", "*.json"))
	if err != nil {
		return err
	}
	if len(zendesk)+len(connectwise) == 0 {
		return fmt.Errorf("no zendesk/*.json and no connectwise/*.json: %w", os.ErrNotExist)
	}
	rec, err := readExchanges(zendesk)
	if err != nil {
		return err
	}
	samples, err := readSamples(connectwise)
	if err != nil {
		return err
	}
	w.open(cmp.Or(samples.company(), Company))
	samples.fill(w.PSA)
	rec.fill(w.Desk)
	return nil
}

// readExchanges reads the files in order of their recording, so that what was seen last wins.
func readExchanges(files []string) (*recording, error) {
	var all []exchange
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var list []exchange
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b exchange) int { return cmp.Compare(a.Recorded, b.Recorded) })
	rec := &recording{map[int64]record{}, map[int64]record{}, map[int64]record{}, map[int64]map[int64]record{}}
	ticketPath := regexp.MustCompile(`/tickets/(\d+)/comments`)
	for _, e := range all {
		var body struct {
			Ticket, User, Organization    record
			Tickets, Users, Organizations []record
			Comments                      []record
			Audit                         *recordedAudit
			Audits                        []recordedAudit
			Events                        []recordedEvent `json:"ticket_events"`
		}
		// A body of another shape is an error answer, or none of ours.
		if json.Unmarshal(e.Response.Body, &body) != nil {
			continue
		}
		keep(rec.tickets, append(body.Tickets, body.Ticket)...)
		keep(rec.users, append(body.Users, body.User)...)
		keep(rec.organizations, append(body.Organizations, body.Organization)...)
		if m := ticketPath.FindStringSubmatch(e.Request.Path); m != nil {
			id, _ := strconv.ParseInt(m[1], 10, 64)
			rec.keepComments(id, body.Comments)
		}
		if body.Audit != nil {
			body.Audits = append(body.Audits, *body.Audit)
		}
		for _, a := range body.Audits {
			rec.keepComments(a.TicketID, a.comments())
		}
		for _, ev := range body.Events {
			rec.keepComments(ev.TicketID, ev.comments())
		}
	}
	return rec, nil
}

func keep(in map[int64]record, records ...record) {
	for _, r := range records {
		if id := get[int64](r, "id"); id != 0 {
			in[id] = r
		}
	}
}

// keepComments adds members seen for the first time and replaces the others: an audit shows less of a comment
// than the comment list does.
func (rec *recording) keepComments(ticket int64, comments []record) {
	if rec.comments[ticket] == nil && ticket != 0 {
		rec.comments[ticket] = map[int64]record{}
	}
	for _, c := range comments {
		id := get[int64](c, "id")
		if id == 0 || ticket == 0 {
			continue
		}
		if rec.comments[ticket][id] == nil {
			rec.comments[ticket][id] = record{}
		}
		for key, value := range c {
			rec.comments[ticket][id][key] = value
		}
	}
}

// recordedAudit is an audit: its Comment events are comments, at its time.
type recordedAudit struct {
	TicketID  int64           `json:"ticket_id"`
	CreatedAt json.RawMessage `json:"created_at"`
	Via       json.RawMessage `json:"via"`
	Metadata  json.RawMessage `json:"metadata"`
	Events    []record        `json:"events"`
}

func (a recordedAudit) comments() (out []record) {
	for _, e := range a.Events {
		if get[string](e, "type") == "Comment" {
			e["created_at"], e["via"] = a.CreatedAt, a.Via
			out = append(out, e)
		}
	}
	return out
}

// recordedEvent is a record of the event export.
type recordedEvent struct {
	TicketID int64    `json:"ticket_id"`
	Children []record `json:"child_events"`
}

func (e recordedEvent) comments() (out []record) {
	for _, c := range e.Children {
		if get[string](c, "event_type") == "Comment" && c["body"] != nil {
			delete(c, "via") // a word here, an object elsewhere
			delete(c, "event_type")
			out = append(out, c)
		}
	}
	return out
}

// get reads one member; the zero value if it is missing, null or of another kind.
func get[T any](r record, name string) T {
	var v T
	if json.Unmarshal(r[name], &v) != nil {
		var zero T
		return zero
	}
	return v
}

func isNull(r record, name string) bool {
	value, there := r[name]
	return !there || string(value) == "null"
}

func when(r record, name string) time.Time {
	at, err := time.Parse(time.RFC3339, get[string](r, name))
	if err != nil {
		return time.Time{}
	}
	return at
}

// others are the members that are not in names, to be shown as they were; those in names only if they were null.
func others(r record, names ...string) map[string]any {
	out := map[string]any{}
	for key, value := range r {
		if !slices.Contains(names, key) || string(value) == "null" {
			out[key] = value
		}
	}
	return out
}
