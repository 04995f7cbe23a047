package desk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"testing"
	"time"

	"deskbridge/app/simulator/desk"
)

// large is an account with many tickets of three comments each.
func large(b *testing.B, tickets int) *desk.Server {
	b.Helper()
	s := desk.New(desk.Options{})
	person := s.AddUser(desk.User{Name: "Pat"})
	begin := time.Now().Add(-200 * 24 * time.Hour)
	for i := range tickets {
		at := begin.Add(time.Duration(i) * time.Minute)
		id := s.AddTicket(desk.NewTicket{At: at, Subject: fmt.Sprint("Printer ", i), Body: fmt.Sprintf("It hums, for the %d. time.", i), Requester: person})
		for k := range 2 {
			s.AddComment(id, desk.NewComment{Author: desk.AdminID, Body: fmt.Sprintf("Answer %d to %d.", k, i), At: at.Add(time.Hour)})
		}
	}
	return s
}

func serve(b *testing.B, s *desk.Server, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, request("GET", path))
	if w.Code != http.StatusOK {
		b.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w
}

func BenchmarkExportPage(b *testing.B) {
	s := large(b, 100_000)
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	var first ticketPage
	if err := json.Unmarshal(serve(b, s, cursorPath+"?start_time=0").Body.Bytes(), &first); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		serve(b, s, cursorPath+"?per_page=1000&cursor="+url.QueryEscape(first.AfterCursor))
	}
	b.ReportMetric(float64(mem.HeapAlloc>>20), "MB-heap")
}

func BenchmarkEventPage(b *testing.B) {
	s := large(b, 100_000)
	start := time.Now().Add(-150 * 24 * time.Hour).Unix()
	begin := time.Now()
	serve(b, s, fmt.Sprintf("%s?start_time=%d", eventsPath, start)) // sorts once
	b.Log("first page after the fill took", time.Since(begin))
	for b.Loop() {
		serve(b, s, fmt.Sprintf("%s?include=comment_events&start_time=%d", eventsPath, start))
	}
}
