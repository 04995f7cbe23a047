package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"deskbridge/app/bridge"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// inFlight is how many requests a first sync has under way on a service that
// keeps up, and so how many the bare loop has.
const inFlight = 4

// BenchmarkFirstSync measures what a first sync costs above the bare requests:
// 10,000 tickets with two further comments each, services in another process on
// loopback, no latency. Everything is a ratio within one run.
//
//	requests/least   at most 1.02
//	wall/bare        at most 1.7
//	peak-MiB         at most 120
//	idle-requests    at most 3
func BenchmarkFirstSync(b *testing.B) {
	for b.Loop() {
		p := start(b, "--tickets", "10000")
		bare := start(b, "--tickets", "10000")
		loop := bare.bareLoop(10_000)

		var res bridge.Result
		state := p.run(&res, "sync", "--json")
		if res.Tickets.Created != 10_000 || res.Comments.ToPSA != 20_000 {
			b.Fatalf("result %+v", res)
		}
		sent := float64(res.Requests.Zendesk + res.Requests.ConnectWise)
		b.ReportMetric(sent/float64(loop.requests), "requests/least")
		b.ReportMetric(float64(res.TookMS)/float64(loop.took.Milliseconds()), "wall/bare")
		b.ReportMetric(float64(loop.took.Milliseconds()), "bare-ms")
		b.ReportMetric(peakMiB(state), "peak-MiB")
		if r := p.report(); !r.OK() {
			b.Fatalf("the simulator counts %+v", r)
		}
		reportIdle(b, p)
	}
}

// BenchmarkLargeSync carries 100,000 tickets: memory may be at most a quarter
// more than for 10,000, and a run with nothing to do stays as light as it was.
func BenchmarkLargeSync(b *testing.B) {
	for b.Loop() {
		small, large := start(b, "--tickets", "10000"), start(b, "--tickets", "100000")
		var res bridge.Result
		less := peakMiB(small.run(&res, "sync", "--json"))
		more := peakMiB(large.run(&res, "sync", "--json"))
		if res.Tickets.Created != 100_000 {
			b.Fatalf("result %+v", res)
		}
		b.ReportMetric(more, "peak-MiB")
		b.ReportMetric(more/less, "peak/peak-of-10000")
		reportIdle(b, large)
	}
}

// reportIdle measures a run with nothing to do: its requests, and its CPU time
// above that of a command which only starts the program.
func reportIdle(b *testing.B, p *program) {
	b.Helper()
	var res bridge.Result
	state := p.run(&res, "sync", "--json")
	if res.Outcome != bridge.NothingNew {
		b.Fatalf("an idle run: %+v", res)
	}
	started := p.run(nil, "version")
	b.ReportMetric(float64(res.Requests.Zendesk+res.Requests.ConnectWise), "idle-requests")
	b.ReportMetric(float64((cpu(state) - cpu(started)).Milliseconds()), "idle-cpu-ms")
	b.ReportMetric(float64(cpu(started).Milliseconds()), "start-cpu-ms")
}

func cpu(s *os.ProcessState) time.Duration { return s.UserTime() + s.SystemTime() }

// peakMiB is the largest resident size a process had; Linux counts it in kB.
func peakMiB(s *os.ProcessState) float64 {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return float64(usage.Maxrss) / 1024
}

// bareResult is what the same requests cost without us.
type bareResult struct {
	took     time.Duration
	requests int // the least possible: export pages, set-up, one create a ticket, one note a comment
}

// bareLoop reads the export pages and sends one create per ticket and one note
// per further comment, inFlight at a time, with nothing planned and nothing kept.
func (p *program) bareLoop(tickets int) bareResult {
	p.tb.Helper()
	ctx := context.Background()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: inFlight}}
	desk := p.zendesk()
	creates, notes := p.bodies(tickets)

	began := time.Now()
	requests := p.readExports(ctx, client, desk)
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(inFlight)
	for i, create := range creates {
		group.Go(func() error {
			var made struct{ ID int64 }
			if err := p.post(gctx, client, "/service/tickets", create, &made); err != nil {
				return err
			}
			for _, note := range notes[i] {
				if err := p.post(gctx, client, "/service/tickets/"+strconv.FormatInt(made.ID, 10)+"/notes", note, nil); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		p.tb.Fatal(err)
	}
	took := time.Since(began)
	for i := range creates {
		requests += 1 + len(notes[i])
	}
	// What a sync must know before it writes: where the API is, boards, statuses, teams and priorities, which
	// tickets are ours already, companies, and the contacts of at least two of them.
	const setUp = 9
	return bareResult{took: took, requests: requests + setUp}
}

// bodies are creates and notes of the size a first sync sends, made beforehand.
func (p *program) bodies(tickets int) (creates [][]byte, notes [][][]byte) {
	p.tb.Helper()
	body := func(v any) []byte {
		text, err := json.Marshal(v)
		if err != nil {
			p.tb.Fatal(err)
		}
		return text
	}
	type ref struct {
		ID int64 `json:"id"`
	}
	for i := range tickets {
		id := ticket.DeskID(i + 1)
		text := fmt.Sprintf("Somebody wrote in Zendesk, 2026-05-04 09:00 UTC:\n\n%s\n\n[zd %d/1]", bytes.Repeat([]byte("words of a comment "), 15), id)
		creates = append(creates, body(map[string]any{
			"summary": reconcile.Summary("The subject of a ticket as people write them"), "board": ref{1}, "company": ref{1},
			"externalXRef": ticket.Marker("127.0.0.1", id), "initialDescription": text, "processNotifications": false,
			"contactName": "Ada Lovelace", "contactEmailAddress": "ada@example.com",
		}))
		note := body(map[string]any{"text": text, "detailDescriptionFlag": true, "internalAnalysisFlag": false, "processNotifications": false})
		notes = append(notes, [][]byte{note, note})
	}
	return creates, notes
}

// readExports reads every page of both exports and counts the requests.
func (p *program) readExports(ctx context.Context, client *http.Client, desk string) int {
	p.tb.Helper()
	get := func(url string, next any) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			p.tb.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer sim-zendesk-access-token")
		res, err := client.Do(req)
		if err != nil {
			p.tb.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(next); err != nil || res.StatusCode != http.StatusOK {
			p.tb.Fatalf("%s: %s %v", url, res.Status, err)
		}
	}
	requests := 0
	type page struct {
		AfterCursor string `json:"after_cursor"`
		EndTime     int64  `json:"end_time"`
		End         bool   `json:"end_of_stream"`
	}
	for at := "start_time=1767225600"; ; requests++ {
		var next page
		get(desk+"/api/v2/incremental/tickets/cursor.json?per_page=1000&include=users,organizations&"+at, &next)
		if next.End {
			requests++
			break
		}
		at = "cursor=" + next.AfterCursor
	}
	for at := int64(1767225600); ; requests++ {
		var next page
		get(fmt.Sprintf("%s/api/v2/incremental/ticket_events.json?include=comment_events&start_time=%d", desk, at), &next)
		if next.End {
			requests++
			break
		}
		at = next.EndTime
	}
	return requests
}

func (p *program) post(ctx context.Context, client *http.Client, path string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.connectwise+"/v4_6_release/apis/3.0"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.SetBasicAuth("acme+public", "private")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("clientId", "00000000-0000-4000-8000-000000000001")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(res.Body)
		return fmt.Errorf("%s: %s: %s", path, res.Status, text)
	}
	if into == nil {
		_, err = io.Copy(io.Discard, res.Body)
		return err
	}
	return json.NewDecoder(res.Body).Decode(into)
}

// zendesk reads the desk's address from the settings.
func (p *program) zendesk() string {
	p.tb.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "settings.json"))
	if err != nil {
		p.tb.Fatal(err)
	}
	var settings struct {
		Zendesk struct{ URL string }
	}
	if err := json.Unmarshal(text, &settings); err != nil {
		p.tb.Fatal(err)
	}
	return settings.Zendesk.URL
}
