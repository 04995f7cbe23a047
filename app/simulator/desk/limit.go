package desk

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// The special limits, by the name Zendesk uses in the header.
const (
	exportBudget    = "incremental-exports"
	indexBudget     = "tickets-index"
	createBudget    = "ticket-request-create-by-user-and-ip"
	updateBudget    = "tickets-update"
	perTicketBudget = "per-ticket-updates"
	accountBudget   = "account"
)

// window counts requests until it resets.
type window struct {
	resetsAt time.Time
	used     int
}

// budgets holds the account's limits and how far each is spent.
type budgets struct {
	enforced bool
	totals   map[string]int
	windows  map[string]*window
}

func newBudgets(limits Limits) budgets {
	b := budgets{windows: map[string]*window{}, totals: map[string]int{}}
	if b.enforced = limits == DocumentedLimits; b.enforced {
		b.totals = map[string]int{
			accountBudget: 700, exportBudget: 10, indexBudget: 100, createBudget: 300, updateBudget: 100, perTicketBudget: 30,
		}
	}
	return b
}

// unlimited is what an account without limits announces.
const unlimited = 1_000_000

// take counts one request and returns how much is left and until when; left is negative when nothing was.
func (b *budgets) take(name, key string, length time.Duration, now time.Time) (total, left int, resets time.Duration) {
	total = unlimited
	if b.enforced {
		total = b.totals[name]
	}
	win := b.windows[key]
	if win == nil || !now.Before(win.resetsAt) {
		win = &window{resetsAt: now.Truncate(length).Add(length)}
		if name == perTicketBudget {
			win.resetsAt = now.Add(length)
		}
		b.windows[key] = win
	}
	if win.used < total {
		win.used++
		return total, total - win.used, win.resetsAt.Sub(now)
	}
	return total, -1, win.resetsAt.Sub(now)
}

// spend counts a signed-in request against every limit that concerns it, writes the headers, and refuses it if one
// is used up. Exports show no header of their own [O], save on an account without limits, which announces that.
func (s *Server) spend(h http.Header, rt route, caller *grant, r *http.Request) *reply {
	now := s.now()
	b := &s.budgets
	total, left, resets := b.take(accountBudget, accountBudget, time.Minute, now)
	shown := strconv.Itoa(max(left, 0))
	h.Set("X-Rate-Limit", strconv.Itoa(total))
	h.Set("X-Rate-Limit-Remaining", shown)
	h.Set("Ratelimit-Limit", strconv.Itoa(total))
	h.Set("Ratelimit-Remaining", shown)
	h.Set("Ratelimit-Reset", strconv.Itoa(int(resets.Seconds())))
	if left < 0 {
		return tooManyRequests(resets)
	}
	if rt.budget == "" {
		return nil
	}
	total, left, resets = b.take(rt.budget, rt.budget, time.Minute, now)
	if rt.budget != exportBudget || !b.enforced {
		announce(h, rt.budget, total, left, resets)
	}
	if left < 0 {
		return tooManyRequests(resets)
	}
	if rt.budget == updateBudget && b.enforced {
		key := fmt.Sprintf("%s %d %s", perTicketBudget, caller.user, ticketOf(r))
		total, left, resets = b.take(perTicketBudget, key, 10*time.Minute, now)
		announce(h, perTicketBudget, total, left, resets)
		if left < 0 {
			return tooManyRequests(resets)
		}
	}
	return nil
}

func announce(h http.Header, name string, total, left int, resets time.Duration) {
	h.Set("Zendesk-Ratelimit-"+name, fmt.Sprintf("total=%d; remaining=%d; resets=%d", total, max(left, 0), int(resets.Seconds())))
}

// ticketOf is the ticket in the path of an update.
func ticketOf(r *http.Request) string {
	rest := r.URL.Path[len("/api/v2/tickets"):]
	first, _ := segment(rest)
	id := first
	for i, c := range first {
		if c < '0' || c > '9' {
			id = first[:i]
			break
		}
	}
	return id
}
