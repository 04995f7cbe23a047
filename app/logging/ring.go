package logging

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// Line is one log line, for showing.
type Line struct {
	At      time.Time
	Level   slog.Level
	Message string
	Facts   string // attributes as name=value, separated by blanks
}

// Ring keeps the newest lines of level Info and above.
type Ring struct {
	mu    sync.Mutex
	lines []Line // a circle once it is full
	next  int
	size  int
}

// NewRing returns a ring of size lines; size is at least one.
func NewRing(size int) *Ring { return &Ring{size: max(size, 1)} }

// Lines returns what is kept, oldest first.
func (r *Ring) Lines() []Line {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Concat(r.lines[r.next:], r.lines[:r.next])
}

func (r *Ring) add(l Line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.lines) < r.size {
		r.lines = append(r.lines, l)
		return
	}
	r.lines[r.next] = l
	r.next = (r.next + 1) % r.size
}

// ringHandler turns records into lines.
type ringHandler struct {
	ring   *Ring
	prefix string // of names, from groups
	facts  string // from WithAttrs
}

func (h *ringHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo
}

func (h *ringHandler) Handle(_ context.Context, rec slog.Record) error {
	var facts strings.Builder
	facts.WriteString(h.facts)
	rec.Attrs(func(a slog.Attr) bool {
		writeFact(&facts, h.prefix, a)
		return true
	})
	h.ring.add(Line{At: rec.Time, Level: rec.Level, Message: rec.Message, Facts: facts.String()})
	return nil
}

func (h *ringHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var facts strings.Builder
	facts.WriteString(h.facts)
	for _, a := range attrs {
		writeFact(&facts, h.prefix, a)
	}
	return &ringHandler{ring: h.ring, prefix: h.prefix, facts: facts.String()}
}

func (h *ringHandler) WithGroup(name string) slog.Handler {
	return &ringHandler{ring: h.ring, prefix: h.prefix + name + ".", facts: h.facts}
}

func writeFact(to *strings.Builder, prefix string, a slog.Attr) {
	if a.Value.Kind() == slog.KindGroup {
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, inner := range a.Value.Group() {
			writeFact(to, prefix, inner)
		}
		return
	}
	if to.Len() > 0 {
		to.WriteByte(' ')
	}
	to.WriteString(prefix + a.Key + "=" + a.Value.String())
}
