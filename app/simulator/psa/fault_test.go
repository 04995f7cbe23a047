package psa_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"deskbridge/app/simulator/fault"
	"deskbridge/app/simulator/psa"
)

const ticketBody = `{"summary":"a","company":{"id":1},"externalXRef":"k"}`

func TestFault_DropAnswerSavesAndCuts(t *testing.T) {
	w := newWorld(t)
	w.faults.At(1, fault.DropAnswer)
	if r := w.send("POST", "/service/tickets", ticketBody); r.err == nil {
		t.Fatalf("answered %d", r.status)
	}
	if w.Len() != 1 {
		t.Errorf("%d tickets saved", w.Len())
	}
	if got := w.Requests(); got[0].Status != 0 || got[0].Route != "POST /service/tickets" {
		t.Errorf("remembered %+v", got)
	}
}

func TestFault_DropRequestDoesNothing(t *testing.T) {
	w := newWorld(t)
	w.faults.At(1, fault.DropRequest)
	if r := w.send("POST", "/service/tickets", ticketBody); r.err == nil || w.Len() != 0 {
		t.Fatalf("answered %d, %d tickets saved", r.status, w.Len())
	}
}

func TestFault_LateSave(t *testing.T) {
	w := newWorld(t)
	w.faults.At(1, fault.LateSave)
	if r := w.send("POST", "/service/tickets", ticketBody); r.err == nil {
		t.Fatalf("answered %d", r.status)
	}
	search := where("/service/tickets", `externalXRef="k"`)
	if r := w.want(w.get(search), 200); r.text != "[]" || w.Len() != 0 {
		t.Fatalf("saved at once: %s", r.text)
	}
	w.clock.Pass(21 * time.Second)
	w.want(w.get(search), 200, `"dateEntered":"2026-03-02T09:00:21Z"`)

	w.faults.At(1, fault.LateSave)
	if r := w.send("POST", "/service/tickets/1001/notes", `{"text":"late","internalAnalysisFlag":true}`); r.err == nil {
		t.Fatalf("answered %d", r.status)
	}
	if len(w.Notes(1001)) != 0 {
		t.Error("the note is there already")
	}
	w.clock.Pass(21 * time.Second)
	if len(w.Notes(1001)) != 1 {
		t.Error("the note never came")
	}
	w.faults.At(1, fault.LateSave)
	if r := w.want(w.send("POST", "/service/tickets", `{}`, header("clientId", "")), 403); w.Len() != 1 {
		t.Errorf("a refused caller: %s", r.text)
	}
}

func TestFault_Answers(t *testing.T) {
	w := newWorld(t)
	w.create(ticketBody)
	strike := func(name fault.Name, method, path, body string) reply {
		w.faults.At(1, name)
		return w.send(method, path, body)
	}
	if r := w.want(strike(fault.Throttle, "GET", "/service/tickets", ""), 429, `"error":"ConnectWiseAPI"`); r.header.Get("Retry-After") != "2" {
		t.Errorf("headers %v", r.header)
	}
	if r := strike(fault.ServerError, "POST", "/service/tickets", ticketBody); r.status < 500 || w.Len() != 1 {
		t.Errorf("got %d, %d tickets", r.status, w.Len())
	}
	if r := strike(fault.HTMLError, "POST", "/service/tickets", ticketBody); r.status != 502 || !strings.Contains(r.text, "<html>") || w.Len() != 2 {
		t.Errorf("got %d %s", r.status, r.text)
	}
	if r := strike(fault.Truncate, "GET", "/service/tickets", ""); r.status != 200 || r.err == nil || strings.HasSuffix(r.text, "]") {
		t.Errorf("got %d %v %s", r.status, r.err, r.text)
	}
	search := where("/service/tickets", `externalXRef="k"`)
	w.want(strike(fault.RefuseXRef, "GET", search, ""), 400, `"code":"ApiFindCondition"`, "externalXRef is not a recognized name.")
	w.want(w.get(search), 200, `"id":1001`)
	w.faults.At(1, fault.RefuseXRef)
	w.want(w.get("/service/tickets"), 200)
	w.want(w.send("POST", "/service/tickets/search", `{"conditions":"externalXRef=\"k\""}`), 400, "externalXRef is not a recognized name.")
}

func TestFault_Stall(t *testing.T) {
	var slept time.Duration
	w := newWorld(t, func(o *psa.Options) {
		o.Sleep = func(_ context.Context, d time.Duration) error { slept += d; return nil }
	})
	w.faults.At(1, fault.Stall)
	w.want(w.get("/service/boards"), 200, "Help Desk")
	if slept != 5*time.Second {
		t.Errorf("slept %v", slept)
	}
}

func TestFault_RevokeRight(t *testing.T) {
	set, err := fault.Parse("revoke-right:" + string(psa.ServiceTicketsAdd))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(o *psa.Options) { o.Faults = fault.New(set, 1) })
	w.want(w.send("POST", "/service/tickets", ``), 403, "Service Tickets, level: Add")
	w.want(w.get("/service/tickets"), 200)

	set, _ = fault.Parse("revoke-right:" + string(psa.CloseServiceTicketsEdit))
	w = newWorld(t, func(o *psa.Options) { o.Faults = fault.New(set, 1) })
	w.create(ticketBody)
	w.want(w.send("PATCH", "/service/tickets/1001", `[{"op":"replace","path":"status","value":{"id":4}}]`), 403, "Close Service Tickets, level: Edit")
}

func TestFault_ClockSkew(t *testing.T) {
	set, _ := fault.Parse("clock-skew:-1h")
	w := newWorld(t, func(o *psa.Options) { o.Faults = fault.New(set, 1) })
	r := w.want(w.send("POST", "/service/tickets", ticketBody), 201, `"lastUpdated":"2026-03-02T08:00:00Z"`)
	if got := r.header.Get("Date"); got != "Mon, 02 Mar 2026 08:00:00 GMT" {
		t.Errorf("Date %s", got)
	}
}

func TestFault_RepeatPage(t *testing.T) {
	w := newWorld(t)
	w.fill(6)
	page := func(n int, more string) string {
		return w.get(fmt.Sprintf("/service/tickets?pageSize=2&page=%d%s", n, more)).ids()
	}
	w.faults.When(2, fault.RepeatPage, func(c fault.Call) bool { return c.List })
	if got := page(1, "") + "|" + page(2, "") + "|" + page(3, ""); got != "1001 1002|1001 1002|1005 1006" {
		t.Errorf("pages %s", got)
	}
	// The page of another question is never given.
	w.faults.When(2, fault.RepeatPage, func(c fault.Call) bool { return c.List })
	if got := page(1, "") + "|" + page(2, "&conditions=id%3E1002"); got != "1001 1002|1005 1006" {
		t.Errorf("pages %s", got)
	}
	w.faults.When(1, fault.RepeatPage, func(c fault.Call) bool { return c.List })
	if got := page(1, "&orderBy=id"); got != "1001 1002" {
		t.Errorf("page %s", got)
	}
}

func TestFault_LateRecord(t *testing.T) {
	w := newWorld(t)
	w.fill(3)
	w.AddTicket(psa.Ticket{Summary: "now", Company: "Catchall"})
	changed := where("/service/tickets", `lastUpdated > [2026-03-02T08:00:00Z]`)
	late := func(c fault.Call) bool { return c.List }
	w.faults.When(1, fault.LateRecord, late)
	if got := w.get(changed).ids(); got != "1001 1002 1003" {
		t.Errorf("found %s", got)
	}
	if got := w.get(changed).ids(); got != "1001 1002 1003 1004" {
		t.Errorf("found %s", got)
	}
	w.clock.Pass(time.Minute)
	w.faults.When(1, fault.LateRecord, late)
	if got := w.get(changed).ids(); got != "1001 1002 1003 1004" {
		t.Errorf("an old change is still missing: %s", got)
	}
}

// direct is how a test reaches the instance without a network: a cut connection becomes an error.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	recorder := httptest.NewRecorder()
	defer func() {
		if cut := recover(); cut == http.ErrAbortHandler {
			resp, err = nil, fmt.Errorf("connection cut")
		} else if cut != nil {
			panic(cut)
		}
	}()
	d.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func TestFault_WithoutANetwork(t *testing.T) {
	faults := fault.New(nil, 1)
	server := psa.New(psa.Options{Faults: faults}).Standard()
	client := &http.Client{Transport: direct{server}}
	post := func() (*http.Response, error) {
		req, _ := http.NewRequest("POST", "http://psa.test"+base+"/service/tickets", strings.NewReader(ticketBody))
		req.SetBasicAuth("acme+public", "private")
		req.Header.Set("clientId", clientID)
		return client.Do(req)
	}
	resp, err := post()
	if err != nil || resp.StatusCode != 201 {
		t.Fatal(resp, err)
	}
	faults.At(1, fault.DropAnswer)
	if _, err := post(); err == nil || server.Len() != 2 {
		t.Errorf("got %v, %d tickets", err, server.Len())
	}
}
