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

// bar shows how far long work is, on a terminal only. A nil bar shows nothing.
type bar struct {
	listener *event.Listener
	done     sync.WaitGroup
	once     sync.Once
}

// progress starts to show the news of this invocation on stderr. With --json, a
// pipe, or --verbose, where log lines would cut it up, there is no bar.
func (c *command) progress(asJSON bool) *bar {
	if asJSON || c.verbose || !isTerminal(c.std.Out) || !isTerminal(c.std.Err) {
		return nil
	}
	b := &bar{listener: c.hub.Listen()}
	b.done.Go(func() { c.show(b.listener) })
	return b
}

// stop clears the bar and waits until it is gone.
func (b *bar) stop() {
	if b == nil {
		return
	}
	b.once.Do(b.listener.Close)
	b.done.Wait()
}

func (c *command) show(l *event.Listener) {
	shown := progressbar.NewOptions64(-1,
		progressbar.OptionSetWriter(c.std.Err),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true),
	)
	defer func() { _ = shown.Clear() }() // what cannot be drawn need not be cleared
	for {
		next, ok := l.Next(context.Background())
		if !ok {
			return
		}
		switch e := next.Event.(type) {
		case event.Progress:
			shown.Describe(phaseWords(e.Phase))
			if e.Total > 0 {
				shown.ChangeMax(e.Total)
			}
			_ = shown.Set(e.Done)
		case event.Waiting:
			shown.Describe("slowed by " + e.Service + " until " + e.Until.Local().Format("15:04:05"))
		case event.RunEnded:
			_ = shown.Clear()
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
