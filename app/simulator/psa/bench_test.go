package psa_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"deskbridge/app/simulator/psa"
)

// nobody reads an answer and throws it away.
type nobody struct{ header http.Header }

func (n *nobody) Header() http.Header         { return n.header }
func (n *nobody) Write(p []byte) (int, error) { return len(p), nil }
func (n *nobody) WriteHeader(int)             {}

func serve(server *psa.Server, method, path, body string) {
	r := httptest.NewRequest(method, base+path, strings.NewReader(body))
	r.SetBasicAuth("acme+public", "private")
	r.Header.Set("clientId", clientID)
	server.ServeHTTP(&nobody{http.Header{}}, r)
}

// many is an instance with n tickets of three notes each.
func many(n int) *psa.Server {
	server := psa.New(psa.Options{}).Standard()
	for i := range n {
		id := server.AddTicket(psa.Ticket{Summary: fmt.Sprint("Ticket ", i), Company: "Catchall", XRef: fmt.Sprint("deskbridge:acme:", i)})
		for range 3 {
			server.AddNoteAs(102, id, psa.Note{Text: "A note of ordinary length, as people write them.", Discussion: true})
		}
	}
	return server
}

func BenchmarkCreateAndNote(b *testing.B) {
	server := many(1000)
	for i := 0; b.Loop(); i++ {
		serve(server, "POST", "/service/tickets", fmt.Sprintf(`{"summary":"Printer %d","company":{"id":1},"board":{"id":1},"status":{"id":1},"externalXRef":"b:%d","initialDescription":"It smokes","processNotifications":false}`, i, i))
		serve(server, "POST", fmt.Sprintf("/service/tickets/%d/notes", 2001+i), `{"text":"Checked the cable","internalAnalysisFlag":true,"processNotifications":false}`)
	}
}

func BenchmarkCreateOverHTTP(b *testing.B) {
	server := httptest.NewServer(many(1000))
	defer server.Close()
	for i := 0; b.Loop(); i++ {
		r, _ := http.NewRequest("POST", server.URL+base+"/service/tickets", strings.NewReader(fmt.Sprintf(`{"summary":"Printer","company":{"id":1},"externalXRef":"b:%d"}`, i)))
		r.SetBasicAuth("acme+public", "private")
		r.Header.Set("clientId", clientID)
		resp, err := server.Client().Do(r)
		if err != nil || resp.StatusCode != 201 {
			b.Fatal(resp, err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

func BenchmarkLookups(b *testing.B) {
	server := many(100_000)
	for name, path := range map[string]string{
		"externalXRef": "/service/tickets?conditions=" + url.QueryEscape(`externalXRef="deskbridge:acme:77777"`),
		"id":           "/service/tickets/77777",
		"idIn":         "/service/tickets?conditions=" + url.QueryEscape(`id in (1500,50000,90000)`),
		"changed":      "/service/tickets?conditions=" + url.QueryEscape(`lastUpdated>[2100-01-01T00:00:00Z] and board/id=1`) + "&orderBy=id+asc",
		"walkPage":     "/service/tickets?pageSize=1000&orderBy=id+asc&fields=id,externalXRef,summary&conditions=" + url.QueryEscape(`id>50000`),
		"wholePage":    "/service/tickets?pageSize=1000&page=50",
		"xrefPrefix":   "/service/tickets?pageSize=1000&conditions=" + url.QueryEscape(`externalXRef like "deskbridge:acme:*" and id>90000`),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				serve(server, "GET", path, "")
			}
		})
	}
}
