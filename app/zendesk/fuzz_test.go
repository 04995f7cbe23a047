package zendesk

import (
	"errors"
	"strings"
	"testing"

	"deskbridge/app/rest"
	"deskbridge/app/ticket"
)

// Whatever a service sends, a decoder ends in records that have numbers, or in
// an error its callers know.

func known(err error) bool {
	return err == nil || errors.Is(err, rest.ErrMalformed) || errors.Is(err, ticket.ErrMalformed)
}

func FuzzDecodeTickets(f *testing.F) {
	f.Add(`{"tickets":[{"id":28,"subject":"test","priority":null,"status":"new","is_public":true,"generated_timestamp":1695052663}],"users":[{"id":1}],"organizations":[{"id":2}],"after_cursor":"MTY5","end_of_stream":false}`)
	f.Add(`{"tickets":[{"id":"x"}]}`)
	f.Add(`{"tickets":[{"id":1,"generated_timestamp":9223372036854775807}]`)
	f.Fuzz(func(t *testing.T, body string) {
		page, err := decodeTickets(strings.NewReader(body))
		if !known(err) {
			t.Errorf("%v", err)
		}
		for _, tk := range page.Tickets {
			if tk.ID == 0 || tk.Priority == "" || strings.ContainsAny(tk.Subject+tk.Description, "\x00\r") {
				t.Errorf("%+v", tk)
			}
		}
	})
}

func FuzzDecodeEvents(f *testing.F) {
	f.Add(`{"ticket_events":[{"id":1,"ticket_id":10,"timestamp":1700000000,"child_events":[{"id":11,"event_type":"Comment","author_id":8,"body":"b","public":true}]}],"count":1,"end_of_stream":true,"end_time":1700000000}`)
	f.Add(`{"ticket_events":[{"ticket_id":null,"child_events":[{"id":1,"type":"Comment"}]}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		got, err := decodeEvents(strings.NewReader(body))
		if !known(err) {
			t.Errorf("%v", err)
		}
		if err != nil {
			return
		}
		page := got.page()
		for _, c := range page.Comments {
			if c.ID == 0 || c.TicketID == 0 || strings.ContainsAny(c.Body, "\x00\r") {
				t.Errorf("%+v", c)
			}
		}
	})
}

func FuzzDecodeComments(f *testing.F) {
	f.Add(`{"comments":[{"id":1,"type":"Comment","body":"a","html_body":"<p>a","public":false,"attachments":[{"id":3,"size":-1}]}],"users":[{"id":5}],"meta":{"has_more":false}}`)
	f.Fuzz(func(t *testing.T, body string) {
		page, err := decodeComments(strings.NewReader(body), 7)
		if !known(err) {
			t.Errorf("%v", err)
		}
		for _, c := range page.comments {
			if c.ID == 0 || c.TicketID != 7 {
				t.Errorf("%+v", c)
			}
			for _, a := range c.Attachments {
				if a.Size < 0 {
					t.Errorf("%+v", a)
				}
			}
		}
	})
}

func FuzzDecodeMe(f *testing.F) {
	f.Add(`{"user":{"id":6130907993114,"name":"Sample","role":"admin","ticket_restriction":null}}`)
	f.Fuzz(func(t *testing.T, body string) {
		if _, err := decodeMe(strings.NewReader(body)); !known(err) {
			t.Errorf("%v", err)
		}
	})
}

func FuzzParseError(f *testing.F) {
	f.Add(`{"error":"RecordInvalid","description":"Record validation errors","details":{"status":[{"description":"Status: closed prevents ticket update"}]}}`)
	f.Add(`{"error":{"title":"Forbidden","message":"You do not have access to this page."}}`)
	f.Add(`<html>`)
	f.Fuzz(func(t *testing.T, body string) {
		w := parseError([]byte(body))
		if strings.ContainsRune(w.say("")+strings.Join(w.Fields, ""), 0) {
			t.Errorf("%+v", w)
		}
	})
}
