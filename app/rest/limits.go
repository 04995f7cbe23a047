package rest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// announcement is what a service's headers say about one budget. Fields that
// were not said are negative.
type announcement struct {
	limit     int
	remaining int
	reset     time.Duration // until the budget is whole again
}

var nothing = announcement{limit: -1, remaining: -1, reset: -1}

func (a announcement) empty() bool { return a.limit < 0 && a.remaining < 0 }

// spellings of the budget that covers everything, in the order they are
// believed. Zendesk sends the first two, the third is its older one; the last is
// what gateways in front of on-premises servers say.
var spellings = [...]struct{ limit, remaining, reset string }{
	{"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset"},
	{"X-Rate-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"},
	{"Rate-Limit", "Rate-Limit-Remaining", "Rate-Limit-Reset"},
	{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"},
}

// namedPrefix leads the header of a named budget:
// "zendesk-ratelimit-tickets-index: total=100; remaining=99; resets=41".
const namedPrefix = "Zendesk-Ratelimit-"

// announced reads what the headers say about the whole account. Each part is
// taken from the first spelling that has it.
func announced(h http.Header, now time.Time) announcement {
	a := nothing
	for _, s := range &spellings {
		if a.limit < 0 {
			a.limit = countOr(first(h, s.limit), -1)
		}
		if a.remaining < 0 {
			a.remaining = countOr(first(h, s.remaining), -1)
		}
		if a.reset < 0 {
			a.reset = resetOr(first(h, s.reset), now)
		}
	}
	return a
}

// announcedNamed reads the header of a named budget.
func announcedNamed(value string, now time.Time) announcement {
	a := nothing
	for part := range strings.SplitSeq(value, ";") {
		key, v, _ := strings.Cut(part, "=")
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "total", "limit":
			a.limit = countOr(v, -1)
		case "remaining":
			a.remaining = countOr(v, -1)
		case "resets", "reset":
			a.reset = resetOr(v, now)
		}
	}
	return a
}

// retryAfter reads how long the service asks to stay away: seconds, or a date.
// A date that has passed means now.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := strings.TrimSpace(first(h, "Retry-After"))
	if v == "" {
		return 0, false
	}
	if n, ok := parseCount(v); ok {
		return seconds(n), true
	}
	// Some fronts write fractions of a second.
	if whole, fraction, ok := strings.Cut(v, "."); ok {
		if n, ok := parseCount(whole); ok {
			if _, ok := parseCount(fraction); ok {
				return seconds(n + 1), true
			}
		}
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0, false
	}
	return max(at.Sub(now), 0), true
}

// resetOr reads a reset: seconds to go, or (above a billion) a unix time.
func resetOr(v string, now time.Time) time.Duration {
	n, ok := parseCount(v)
	switch {
	case !ok:
		return -1
	case n >= 1_000_000_000:
		return max(time.Unix(int64(n), 0).Sub(now), 0)
	}
	return seconds(n)
}

// seconds bounds what a service may ask for, so that no duration overflows.
func seconds(n int) time.Duration {
	return time.Duration(min(n, 1_000_000_000)) * time.Second
}

func countOr(v string, otherwise int) int {
	if n, ok := parseCount(v); ok {
		return n
	}
	return otherwise
}

// parseCount reads the number a value starts with, as in "100" or "100, 100;w=60".
// Anything absurd counts as not said.
func parseCount(v string) (int, bool) {
	v = strings.TrimSpace(v)
	if i := strings.IndexAny(v, ",; "); i >= 0 {
		v = v[:i]
	}
	if v == "" {
		return 0, false // the common case, and an error would cost an allocation
	}
	n, err := strconv.ParseUint(v, 10, 63)
	if err != nil || n > 10_000_000_000 {
		return 0, false
	}
	return int(n), true
}

// first looks a canonical header name up without canonicalising it again.
func first(h http.Header, canonical string) string {
	if v := h[canonical]; len(v) > 0 {
		return v[0]
	}
	return ""
}
