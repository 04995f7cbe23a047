package desk

import (
	"bytes"
	"encoding/json"
	"slices"
)

func (s *Server) listTags(q *question) *reply {
	t, refusal := s.live(q.id)
	if refusal != nil {
		return refusal
	}
	return ok(object{"tags": append([]string{}, t.tags...)})
}

// changeTags is the tag path of a ticket: PUT adds, POST sets, DELETE removes.
func (s *Server) changeTags(q *question) *reply {
	t, refusal := s.live(q.id)
	if refusal != nil {
		return refusal
	}
	var in struct {
		Tags         []string `json:"tags"`
		SafeUpdate   safeFlag `json:"safe_update"`
		UpdatedStamp string   `json:"updated_stamp"`
	}
	if err := json.Unmarshal(q.body, &in); err != nil {
		return invalidValue(err.Error())
	}
	if refusal := guard(t, bool(in.SafeUpdate), in.UpdatedStamp); refusal != nil {
		return refusal
	}
	e := &ticketEdit{t: t}
	status := 200
	switch q.Method {
	case "PUT":
		e.tags(append(slices.Clone(t.tags), in.Tags...))
	case "POST":
		e.tags(slices.Clone(in.Tags))
		status = 201
	case "DELETE":
		e.tags(slices.DeleteFunc(slices.Clone(t.tags), func(tag string) bool { return slices.Contains(in.Tags, tag) }))
	}
	if len(e.changes) > 0 {
		s.record(&audit{id: s.newID(), ticket: t, author: q.user.ID, at: q.now.Unix(), channel: "api", changes: e.changes})
		s.touch(t, q.now.Unix())
	}
	return &reply{status: status, payload: object{"tags": append([]string{}, t.tags...)}}
}

// safeFlag is true for true and "true": both are in use.
type safeFlag bool

func (f *safeFlag) UnmarshalJSON(b []byte) error {
	*f = safeFlag(bytes.Equal(b, []byte("true")) || bytes.Equal(b, []byte(`"true"`)))
	return nil
}
