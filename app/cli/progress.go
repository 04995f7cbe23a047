package cli

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"deskbridge/app/event"
)

// progress shows how far long work is while it lasts.
type progress struct {
	listener *event.Listener
	done     sync.WaitGroup
}

// progress starts to show the news of this invocation on stderr: as a bar on a
// terminal; else only long waits, in lines, so that they do not look like a hang.
func (c *command) progress(asJSON bool) *progress {
	p := &progress{listener: c.hub.Listen()}
	show := c.showWaits
	// Log lines would cut a bar up.
	if !asJSON && !c.verbose && isTerminal(c.std.Out) && isTerminal(c.std.Err) {
		show = c.showBar
	}
	p.done.Go(func() { show(p.listener) })
	return p
}

// stop ends the showing and waits until the screen is clear. It is safe twice.
func (p *progress) stop() {
	p.listener.Close()
	p.done.Wait()
}

// longWait is from when on a wait is told where there is no bar.
const longWait = 5 * time.Second

func (c *command) showWaits(l *event.Listener) {
	told := map[string]time.Time{} // by service, until when
	for {
		next, ok := l.Next(context.Background())
		if !ok {
			return
		}
		e, ok := next.Event.(event.Waiting)
		if !ok || time.Until(e.Until) < longWait || e.Until.Sub(told[e.Service]) < longWait {
			continue
		}
		told[e.Service] = e.Until
		say(c.std.Err, "%s.\n", waitWords(e))
	}
}

func waitWords(e event.Waiting) string {
	return "Slowed by " + e.Service + " until " + e.Until.Local().Format("15:04:05") + "; it goes on by itself"
}

func (c *command) showBar(l *event.Listener) {
	bar := progressbar.NewOptions64(-1,
		progressbar.OptionSetWriter(c.std.Err),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true),
	)
	// What cannot be drawn need not be cleared either: errors of the terminal are
	// no errors of the work.
	defer func() { _ = bar.Clear() }()
	for {
		next, ok := l.Next(context.Background())
		if !ok {
			return
		}
		switch e := next.Event.(type) {
		case event.Progress:
			bar.Describe(phaseWords(e.Phase))
			if e.Total > 0 {
				bar.ChangeMax(e.Total)
			}
			_ = bar.Set(e.Done)
		case event.Waiting:
			bar.Describe(waitWords(e))
		case event.RunEnded:
			_ = bar.Clear()
		}
	}
}

func phaseWords(p event.Phase) string {
	switch p {
	case event.Recovering:
		return "settling what was left open"
	case event.Adopting:
		return "finding tickets that are ours"
	case event.Reading:
		return "reading Zendesk"
	case event.Checking:
		return "checking whether writes arrived"
	case event.Verifying:
		return "comparing both sides"
	case event.Writing:
	}
	return "writing to ConnectWise"
}

// isTerminal tells whether a person looks at w.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) //nolint:gosec // a descriptor is small
}
