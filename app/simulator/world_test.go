package simulator_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"deskbridge/app/simulator"
	"deskbridge/app/simulator/desk"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func noon() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

func build(t *testing.T, opt simulator.Options) *simulator.World {
	t.Helper()
	if opt.Now == nil {
		opt.Now = noon
	}
	w, err := simulator.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWorld_HoldsExactlyWhatWasAsked(t *testing.T) {
	w := build(t, simulator.Options{Tickets: 120, Seed: 7})
	var carried, deleted, long, private, files, rtl int
	statuses, priorities := map[string]bool{}, map[string]bool{}
	for _, tk := range w.Desk.Tickets() {
		if tk.Status == "deleted" {
			deleted++
			continue
		}
		carried++
		statuses[tk.Status], priorities[tk.Priority] = true, true
		if len(tk.Comments) != 3 {
			t.Fatalf("ticket %d has %d comments, want a description and two more", tk.ID, len(tk.Comments))
		}
		if len([]rune(tk.Subject)) > 100 {
			long++
		}
		if strings.Contains(tk.Subject, "الطابعة") {
			rtl++
		}
		last := tk.CreatedAt
		for _, c := range tk.Comments {
			if c.At.Before(last) {
				t.Errorf("ticket %d: comment %d is out of order", tk.ID, c.ID)
			}
			last = c.At
			files += len(c.Attachments)
			if !c.Public {
				private++
			}
		}
		if tk.CreatedAt.Before(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) || tk.ExportedAt.After(noon().Add(-time.Minute)) {
			t.Errorf("ticket %d lives from %v to %v", tk.ID, tk.CreatedAt, tk.ExportedAt)
		}
	}
	if carried != 120 || deleted != 1 || len(statuses) != 6 || len(priorities) != 5 || long == 0 || private == 0 || files == 0 || rtl == 0 {
		t.Errorf("%d tickets, %d deleted, statuses %v, priorities %v, %d long, %d private, %d files, %d right to left",
			carried, deleted, statuses, priorities, long, private, files, rtl)
	}
	if n := len(w.Desk.Users()); n < 45 || n > 65 {
		t.Errorf("%d people", n)
	}
	for _, n := range []int{-1, 1, 2} {
		tickets, _ := build(t, simulator.Options{Tickets: n, Comments: -1}).Desk.Counts()
		if want := max(n, 0) + 1; tickets != want {
			t.Errorf("asked for %d: %d tickets, want %d", n, tickets, want)
		}
	}
}

func TestWorld_SameSeedSameWorld(t *testing.T) {
	text := func(seed uint64) string {
		b, err := json.Marshal(build(t, simulator.Options{Tickets: 30, Seed: seed}).Desk.Tickets())
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if text(1) != text(1) || text(1) == text(2) {
		t.Error("the seed does not decide the world")
	}
}

func TestWorld_SameSecondPilesUp(t *testing.T) {
	w := build(t, simulator.Options{Tickets: 1500, FaultWords: []string{"same-second"}})
	seconds := map[int64]int{}
	for _, tk := range w.Desk.Tickets() {
		seconds[tk.ExportedAt.Unix()]++
	}
	if most := slices.Max(slices.Collect(mapValues(seconds))); most < 1200 {
		t.Errorf("at most %d tickets in a second", most)
	}
}

func mapValues(m map[int64]int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

func TestNew_Refusals(t *testing.T) {
	if _, err := simulator.New(simulator.Options{FaultWords: []string{"drop-everything"}}); err == nil || !strings.Contains(err.Error(), "late-save") {
		t.Errorf("unknown fault: %v", err)
	}
	if _, err := simulator.New(simulator.Options{LoadDir: t.TempDir()}); err == nil {
		t.Error("an empty recording was accepted")
	}
	dir := t.TempDir()
	os.MkdirAll(filepath.Join(dir, "zendesk"), 0o700)
	broken := filepath.Join(dir, "zendesk", "broken.json")
	os.WriteFile(broken, []byte(`[{"recorded"`), 0o600)
	if _, err := simulator.New(simulator.Options{LoadDir: dir}); err == nil || !strings.Contains(err.Error(), broken) || !strings.Contains(err.Error(), "unexpected end") {
		t.Errorf("a broken file: %v", err)
	}
}

// running is a world that listens, with a caller on the ConnectWise side.
type running struct {
	*simulator.World
	*simulator.Running
	t *testing.T
}

func serve(t *testing.T, opt simulator.Options) running {
	t.Helper()
	w := build(t, opt)
	r, err := w.Serve(t.Context(), "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return running{w, r, t}
}

func (r running) post(path string, body any) int {
	r.t.Helper()
	text, _ := json.Marshal(body)
	req, err := http.NewRequest("POST", r.ConnectWise+"/v4_6_release/apis/3.0"+path, strings.NewReader(string(text)))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(r.Company+"+"+simulator.PublicKey+":"+simulator.PrivateKey)))
	req.Header.Set("clientId", "6f9b1c1e-5a0d-4b7e-9a52-0c6f3b0e1d11")
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusCreated {
		r.t.Fatalf("POST %s: %d %s", path, resp.StatusCode, answer)
	}
	var made struct{ ID int }
	json.Unmarshal(answer, &made)
	return made.ID
}

type m = map[string]any

// carry copies a desk ticket as the product would, with the given comments by place.
func (r running) carry(tk desk.Ticket, places ...int) int {
	id := r.post("/service/tickets", m{
		"summary": "carried", "company": m{"id": 1}, "board": m{"name": "Help Desk"}, "externalXRef": fmt.Sprintf("deskbridge:sim:%d", tk.ID), "processNotifications": false,
	})
	for _, i := range places {
		r.note(id, tk, i, "")
	}
	return id
}

func (r running) note(id int, tk desk.Ticket, i int, part string) {
	c := tk.Comments[i]
	r.post(fmt.Sprintf("/service/tickets/%d/notes", id), m{
		"text": fmt.Sprintf("%s\n\n[zd %d/%d%s]", c.Body, tk.ID, c.ID, part), "processNotifications": false,
		"detailDescriptionFlag": c.Public, "internalAnalysisFlag": !c.Public,
	})
}

func TestReport(t *testing.T) {
	r := serve(t, simulator.Options{Tickets: 6})
	var tickets []desk.Ticket
	for _, tk := range r.Desk.Tickets() {
		if tk.Status != "deleted" {
			tickets = append(tickets, tk)
		}
	}
	r.carry(tickets[0], 0, 1, 2) // as it should be
	if got := r.Report(); got.Tickets != 6 || got.Comments != 18 || got.Carried != 1 || len(got.MissingTickets) != 5 ||
		len(got.MissingComments)+len(got.OutOfOrder)+len(got.Leaked)+len(got.Emails)+len(got.DuplicateComments) != 0 {
		t.Fatalf("one good copy: %+v", got)
	}
	r.carry(tickets[1], 0, 2, 1) // out of order
	r.carry(tickets[2], 0, 1, 1) // one twice, one missing
	r.carry(tickets[3], 0, 1, 2)
	r.carry(tickets[3]) // twice
	id := r.carry(tickets[4], 0)
	r.note(id, tickets[4], 1, " 1/2") // half a comment
	id = r.carry(tickets[5], 0, 1, 2)
	private := slices.IndexFunc(tickets[5].Comments, func(c desk.Comment) bool { return !c.Public })
	r.post(fmt.Sprintf("/service/tickets/%d/notes", id), m{"text": "He said: " + tickets[5].Comments[private].Body, "detailDescriptionFlag": true, "processNotifications": true})
	got := r.Report()
	ref := func(ticket, comment int) simulator.CommentRef {
		return simulator.CommentRef{Ticket: tickets[ticket].ID, Comment: tickets[ticket].Comments[comment].ID}
	}
	if !slices.Equal(got.OutOfOrder, []int64{tickets[1].ID}) || !slices.Equal(got.DuplicateTickets, []int64{tickets[3].ID}) || len(got.MissingTickets) != 0 {
		t.Errorf("order %v, duplicates %v, missing %v", got.OutOfOrder, got.DuplicateTickets, got.MissingTickets)
	}
	if want := []simulator.CommentRef{ref(2, 2), ref(4, 1), ref(4, 2)}; !slices.Equal(got.MissingComments, want) {
		t.Errorf("missing comments %v, want %v", got.MissingComments, want)
	}
	if want := []simulator.CommentRef{ref(2, 1)}; !slices.Equal(got.DuplicateComments, want) {
		t.Errorf("duplicate comments %v, want %v", got.DuplicateComments, want)
	}
	if want := []simulator.CommentRef{ref(5, private)}; !slices.Equal(got.Leaked, want) {
		t.Errorf("leaked %v, want %v", got.Leaked, want)
	}
	if len(got.Emails) == 0 || got.OK() {
		t.Error("the e-mail of the last note is not there")
	}
}

// What a person writes through the API is expected in the PSA; what the product wrote there, with metadata, is not.
func TestReport_RepliesComeFromThePSA(t *testing.T) {
	r := serve(t, simulator.Options{Tickets: 1, Comments: -1})
	put := func(metadata m) {
		text, _ := json.Marshal(m{"ticket": m{"comment": m{"body": "written over HTTP"}, "metadata": metadata}})
		req, _ := http.NewRequest("PUT", r.Zendesk+"/api/v2/tickets/1.json", bytes.NewReader(text))
		req.Header.Set("Authorization", "Bearer "+simulator.AccessToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if text, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", resp.StatusCode, text)
		}
	}
	put(nil)
	put(m{"deskbridge": "1"})
	put(m{"deskbridge": "2"})
	if got := r.Report(); got.Comments != 2 || len(got.DuplicateReplies) != 0 {
		t.Errorf("%d comments expected, replies repeated %v", got.Comments, got.DuplicateReplies)
	}
	put(m{"deskbridge": "2"})
	if got := r.Report(); len(got.DuplicateReplies) != 1 {
		t.Errorf("replies repeated %v", got.DuplicateReplies)
	}
}

func TestServe_SimulatorPages(t *testing.T) {
	r := serve(t, simulator.Options{Tickets: 3})
	read := func(url string, into any) int {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if into != nil {
			if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
				t.Fatal(err)
			}
		}
		return resp.StatusCode
	}
	read(r.Zendesk+"/api/v2/users/me.json", nil)
	var counts simulator.RequestCounts
	read(r.Zendesk+"/simulator/requests", &counts)
	if counts.Total != 1 || counts.Routes["GET /api/v2/users/me"] != 1 || counts.Writes != 0 {
		t.Errorf("counts %+v", counts)
	}
	read(r.ConnectWise+"/simulator/requests", &counts)
	var report map[string]any
	read(r.ConnectWise+"/simulator/report", &report)
	if report["tickets"] != 3.0 || report["leaked"] == nil {
		t.Errorf("report %v", report)
	}
	if read(r.Zendesk+"/simulator/report", nil) != 404 {
		t.Error("the report is on the Zendesk address too")
	}
}

func TestServe_StopEndsAStall(t *testing.T) {
	stalled := make(chan struct{})
	r := serve(t, simulator.Options{Tickets: 1, FaultWords: []string{"stall=1"}, Sleep: func(ctx context.Context, d time.Duration) error {
		close(stalled)
		<-ctx.Done()
		return ctx.Err()
	}})
	done := make(chan error)
	go func() {
		req, _ := http.NewRequest("GET", r.Zendesk+"/api/v2/users/me.json", nil)
		req.Header.Set("Authorization", "Bearer "+desk.AccessToken)
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		done <- err
	}()
	<-stalled
	r.Stop()
	if <-done == nil {
		t.Error("the stalled request was answered")
	}
}

func TestServe_EndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := build(t, simulator.Options{Tickets: 1}).Serve(ctx, "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := r.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(r.Zendesk); err == nil {
		t.Error("it still listens")
	}
	if _, err := build(t, simulator.Options{Tickets: 1}).Serve(t.Context(), "127.0.0.1:0", "127.0.0.1:99999"); err == nil {
		t.Error("a wrong address was taken")
	}
}

func TestServe_LatencyIsSlept(t *testing.T) {
	slept := make(chan time.Duration, 1)
	r := serve(t, simulator.Options{Tickets: 1, Latency: 70 * time.Millisecond, Sleep: func(_ context.Context, d time.Duration) error {
		slept <- d
		return nil
	}})
	resp, err := http.Get(r.ConnectWise + "/v4_6_release/apis/3.0/system/info")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if d := <-slept; d != 70*time.Millisecond {
		t.Errorf("slept %v", d)
	}
}

func TestLoad_Fixtures(t *testing.T) {
	dir := os.Getenv("DESKBRIDGE_FIXTURES")
	if dir == "" {
		t.Skip("DESKBRIDGE_FIXTURES is not set")
	}
	w := build(t, simulator.Options{LoadDir: dir})
	tk, there := w.Desk.Ticket(33)
	if !there || tk.Subject != "example ticket" || len(tk.Comments) != 1 || tk.Comments[0].ID != 33144692244499 ||
		len(tk.Comments[0].Attachments) != 1 || tk.Comments[0].Attachments[0].Size != 15156 {
		t.Errorf("ticket 33 is %+v", tk)
	}
	var b strings.Builder
	if !w.Desk.WriteAttachment(&b, 33144647570963) || b.Len() != 15156 {
		t.Errorf("the attachment has %d bytes", b.Len())
	}
	plain, _ := w.Desk.Ticket(28)
	if len(plain.Comments) != 1 || plain.Comments[0].Body != "test" || plain.ExportedAt.Unix() != 1695052663 || !plain.UpdatedAt.Equal(time.Date(2023, 9, 18, 15, 57, 42, 0, time.UTC)) {
		t.Errorf("ticket 28 is %+v", plain)
	}
	changed, _ := w.Desk.Ticket(4016)
	if changed.Subject != "testa94a8fe5ccb19ba61c4c0873d391e987982fbbd3" || len(changed.Comments) != 1 {
		t.Errorf("ticket 4016 is %+v", changed)
	}
	if w.Company != "CW" || w.PSA.Len() != 1 {
		t.Errorf("company %s, %d PSA tickets", w.Company, w.PSA.Len())
	}
	if old := w.PSA.Tickets()[0]; old.Summary != "Schedule and Execute Conversion" || old.Company != "TestCompany" || old.Priority != "Priority 3 - Normal Response" {
		t.Errorf("PSA ticket is %+v", old)
	}
}
