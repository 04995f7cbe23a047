package psa_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"deskbridge/app/simulator/psa"
)

func TestCompanyInfo(t *testing.T) {
	w := newWorld(t)
	stranger := header("Authorization", "")
	r := w.want(w.get("/login/companyinfo/acme", stranger, header("clientId", "")), 200, `"Codebase":"v2026_1/"`, `"VersionCode":"v2026.1"`, `"IsCloud":true`)
	if r.object()["CompanyID"] != "acme" {
		t.Errorf("got %s", r.text)
	}
	for _, company := range []string{"nobody", "Acme"} {
		if r := w.want(w.get("/login/companyinfo/"+company, stranger), 200); r.text != "null" {
			t.Errorf("%s: %s", company, r.text)
		}
	}
}

func TestBases(t *testing.T) {
	w := newWorld(t)
	w.want(w.get("/v4_6_release/apis/3.0/system/info"), 200, `"version":"v2026.1`)
	w.want(w.get("/v2026_1/apis/3.0/system/info"), 200)
	w.want(w.get("/v2017_3/apis/3.0/system/info"), 404)
	for _, twice := range []string{
		"/v4_6_release/apis/3.0/v4_6_release/apis/3.0/system/info",
		"/v2026_1/apis/3.0/apis/3.0/system/info",
	} {
		r := w.want(w.get(twice), 400)
		if r.text != "Cannot route. Codebase/company is invalid" || !strings.HasPrefix(r.header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %s %s", twice, r.header.Get("Content-Type"), r.text)
		}
	}
	w.want(w.get("/system/myAccount"), 404, `"code":"NotFound"`)
	w.want(w.get("/service/tickets/99999999999"), 404)
	w.want(w.send("PUT", "/service/boards/1", "{}"), 404)

	w.Upgrade("v2026_2/")
	w.want(w.get("/v2026_1/apis/3.0/system/info"), 404)
	w.want(w.get("/v2026_2/apis/3.0/system/info"), 200)
	w.want(w.get("/v4_6_release/apis/3.0/system/info"), 200)
	w.want(w.get("/login/companyinfo/acme"), 200, `"Codebase":"v2026_2/"`)
}

func TestSignIn(t *testing.T) {
	w := newWorld(t)
	as := func(user, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, password) }
	}
	w.want(w.get("/system/info", header("Authorization", "")), 401, `"code":"ConnectWiseApi"`, `"message":"UserNotAuthenticated"`)
	for _, c := range [][2]string{{"acme+public", "wrong"}, {"acme+wrong", "private"}, {"other+public", "private"}, {"Acme+public", "private"}, {"public", "private"}} {
		w.want(w.get("/system/info", as(c[0], c[1])), 401, `"code":"Unauthorized"`)
	}
	for _, id := range []string{"", "deskbridge", clientID + "0", strings.ReplaceAll(clientID, "-", "0"), "zb1d9f0e-7c64-4f6e-9f0a-3b5f6f0a1c11"} {
		w.want(w.get("/system/info", header("clientId", id)), 403, "clientId")
	}
	w.want(w.get("/system/info", header("clientId", strings.ToUpper(clientID))), 200)

	picky := newWorld(t, func(o *psa.Options) { o.ClientIDs = []string{clientID} })
	picky.want(picky.get("/system/info"), 200)
	picky.want(picky.get("/system/info", header("clientId", "00000000-7c64-4f6e-9f0a-3b5f6f0a1c11")), 403)
}

func TestVersionsAndDate(t *testing.T) {
	w := newWorld(t)
	for accept, want := range map[string]string{
		"":                 "2026.1",
		"application/json": "2026.1",
		"application/vnd.connectwise.com+json; version=2025.1": "2025.1",
	} {
		r := w.want(w.get("/service/boards", header("Accept", accept)), 200)
		if got := r.header.Get("Content-Type"); got != "application/vnd.connectwise.com+json; version="+want {
			t.Errorf("Accept %q: %s", accept, got)
		}
		if r.header.Get("api-current-version") != "2026.1" || r.header.Get("Date") != "Mon, 02 Mar 2026 09:00:00 GMT" {
			t.Errorf("headers %v", r.header)
		}
	}
	if got := w.get("/service/tickets/1").header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("an error is %s", got)
	}
}

func TestRights_MissingOneIsRefusedBeforeTheContentIsLookedAt(t *testing.T) {
	w := newWorld(t)
	id := w.create(`{"summary":"a","company":{"id":1}}`)
	ticket := fmt.Sprintf("/service/tickets/%d", id)
	for _, c := range []struct {
		right        psa.Right
		method, path string
		names        string
	}{
		{psa.ServiceTicketsAdd, "POST", "/service/tickets", "Security role function: Service Tickets, level: Add."},
		{psa.ServiceTicketsEdit, "PATCH", ticket, "Service Tickets, level: Edit"},
		{psa.ServiceTicketsEdit, "POST", ticket + "/notes", "Service Tickets, level: Edit"},
		{psa.ServiceTicketsEdit, "POST", ticket + "/merge", "Service Tickets, level: Edit"},
		{psa.ServiceTicketsInquire, "GET", "/service/tickets", "Service Tickets, level: Inquire"},
		{psa.ServiceTicketsInquire, "POST", "/service/tickets/search", "Service Tickets, level: Inquire"},
		{psa.ServiceTicketsInquire, "GET", ticket + "/notes/count", "Service Tickets, level: Inquire"},
		{psa.CompaniesInquire, "GET", "/company/companies", "Company Maintenance, level: Inquire"},
		{psa.ContactsInquire, "GET", "/company/contacts/count", "Contacts, level: Inquire"},
		{psa.ContactsAdd, "POST", "/company/contacts", "Contacts, level: Add"},
		{psa.AttachmentsAdd, "POST", "/system/documents", "Manage Attachments, level: Add"},
		{psa.AttachmentsInquire, "GET", ticket + "/documents", "Manage Attachments, level: Inquire"},
		{psa.TableSetupInquire, "GET", "/service/boards/1/statuses", "Table Setup, level: Inquire"},
		{psa.MembersInquire, "GET", "/system/members", "Member Maintenance, level: Inquire"},
	} {
		if r := w.send(c.method, c.path, ""); r.status == 403 {
			t.Errorf("%s %s is refused though %s is granted: %s", c.method, c.path, c.right, r.text)
		}
		w.Revoke(c.right)
		w.want(w.send(c.method, c.path, ""), 403, c.names)
		w.Grant(c.right)
	}
	w.want(w.send("DELETE", ticket, ""), 403, "Service Tickets, level: Delete")
	w.Grant(psa.ServiceTicketsDelete)
	w.want(w.send("DELETE", ticket, ""), 204)
	w.want(w.get(ticket), 404)
}

func TestRights_Closing(t *testing.T) {
	w := newWorld(t)
	id := w.create(`{"summary":"a","company":{"id":1}}`)
	w.Revoke(psa.CloseServiceTicketsEdit)
	w.want(w.send("PATCH", fmt.Sprintf("/service/tickets/%d", id), `[{"op":"replace","path":"status","value":{"id":2}}]`), 200)
	w.want(w.send("PATCH", fmt.Sprintf("/service/tickets/%d", id), `[{"op":"replace","path":"status","value":{"id":4}}]`), 403, "Close Service Tickets, level: Edit")
	w.Revoke(psa.CloseServiceTicketsAdd)
	w.want(w.send("POST", "/service/tickets", `{"summary":"a","company":{"id":1},"status":{"id":4}}`), 403, "Close Service Tickets, level: Add")
	if w.Len() != 1 {
		t.Error("the refused ticket was saved")
	}
}

func TestLimits(t *testing.T) {
	w := newWorld(t)
	r := w.want(w.get("/system/info"), 200)
	if r.header.Get("ratelimit-limit") != "1000000" || r.header.Get("ratelimit-remaining") == "" || r.header.Get("ratelimit-reset") == "" {
		t.Errorf("no limit is announced: %v", r.header)
	}

	limited := newWorld(t, func(o *psa.Options) { o.Limits = psa.LimitsDocumented })
	limited.clock.Pass(20 * time.Second)
	keep := &http.Client{Transport: &http.Transport{}}
	defer keep.CloseIdleConnections()
	limited.client = keep
	for i := range 1000 {
		if r := limited.get("/system/info"); r.status != 200 || r.header.Get("ratelimit-limit") != "" {
			t.Fatalf("request %d: %d %v", i, r.status, r.header)
		}
	}
	r = limited.want(limited.get("/system/info"), 429, `"error":"ConnectWiseAPI"`, `"message":`)
	if wait, _ := strconv.Atoi(r.header.Get("Retry-After")); wait != 40 {
		t.Errorf("Retry-After %d, want 40", wait)
	}
	limited.clock.Pass(40 * time.Second)
	limited.want(limited.get("/system/info"), 200)
}

func TestRequestsAreCounted(t *testing.T) {
	w := newWorld(t)
	w.create(`{"summary":"a","company":{"id":1}}`)
	w.get("/service/tickets?pageSize=1")
	w.get("/nothing")
	w.send("POST", "/service/tickets/search", `{}`)
	counts := w.Counts()
	if counts.Total != 4 || counts.Writes != 1 || counts.ByRoute["POST /service/tickets"] != 1 || counts.ByRoute["GET /service/tickets"] != 1 || counts.ByRoute[""] != 1 {
		t.Errorf("counted %+v", counts)
	}
	got := w.Requests()
	if len(got) != 4 || got[0].Status != 201 || !strings.Contains(got[0].Body, `"summary"`) || got[1].Query != "pageSize=1" || got[2].Status != 404 {
		t.Errorf("remembered %+v", got)
	}
	w.ResetCounts()
	if w.Counts().Total != 0 || len(w.Requests()) != 0 {
		t.Error("not reset")
	}
}
