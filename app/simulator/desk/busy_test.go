package desk_test

import (
	"fmt"
	"sync"
	"testing"

	"deskbridge/app/simulator/desk"
)

// Readers, writers, a generator and an inspector at once; the race detector is the judge.
func TestServer_ManyAtOnce(t *testing.T) {
	a := start(t)
	ids := a.grow(20, 1)
	var work sync.WaitGroup
	for n := range 4 {
		work.Go(func() {
			for i := range 8 {
				path, body := put(ids[(n*5+i)%len(ids)], m{"comment": m{"body": fmt.Sprint(n, i)}, "status": []string{"open", "pending"}[i%2]})
				a.do("PUT", path, body).want(200)
				a.get(cursorPath + "?start_time=0&include=users").want(200)
				a.get("/api/v2/tickets.json?sort=-updated_at&page[size]=5").want(200)
				a.get(eventsPath + "?start_time=0&include=comment_events").want(200)
			}
		})
	}
	work.Go(func() {
		for i := range 20 {
			a.AddComment(ids[i], desk.NewComment{Author: desk.AdminID, Body: "by hand"})
			a.SetPriority(ids[i], "low")
			a.Tickets()
			a.Requests()
			a.MintToken(desk.AdminID)
		}
	})
	work.Wait()
	if _, comments := a.Counts(); comments != 20+32+20 {
		t.Errorf("%d comments", comments)
	}
}
