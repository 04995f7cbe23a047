package rest

import (
	"net/http"
	"net/textproto"
	"slices"
	"sync"
	"time"
)

// Budget is how much a service is assumed to allow until its headers say
// otherwise. We use four fifths of it and leave the rest to people.
type Budget struct {
	Name   string // empty: covers every request
	Limit  int    // requests per Window
	Window time.Duration
}

// slots is how finely the assumed window slides: in sixtieths, so that a
// minute's budget is kept over any 61 seconds.
const slots = 60

// buckets keeps all budgets of one service under one lock: a request takes from
// every budget it counts against, or from none.
type buckets struct {
	mu  sync.Mutex
	all []*bucket
}

type bucket struct {
	name   string
	why    string // what a wait for it is called
	header string // canonical name of the header that announces it
	limit  int
	window time.Duration

	// Our own use over the last window, for services that announce nothing.
	used   [slots]int32
	sum    int
	newest int64 // number of the newest slot

	// What the service announced, less what we sent since.
	announced bool
	remaining int
	resetAt   time.Time

	blockedUntil time.Time
	inFlight     int
}

func (b *buckets) add(budgets []Budget) {
	for _, w := range budgets {
		why := "request limit"
		if w.Name != "" {
			why = "request limit of " + w.Name
		}
		b.all = append(b.all, &bucket{
			name:   w.Name,
			why:    why,
			header: textproto.CanonicalMIMEHeaderKey(namedPrefix + w.Name),
			limit:  max(w.Limit, 1),
			window: max(w.Window, slots*time.Millisecond),
		})
	}
	if !slices.ContainsFunc(b.all, func(k *bucket) bool { return k.name == "" }) {
		// Nothing assumed: only what the service announces or asks for binds us.
		b.all = append(b.all, &bucket{why: "request limit", limit: 1_000_000, window: time.Minute})
	}
}

// take lets one request in and returns the zero time, or returns when to ask
// again and why.
func (b *buckets) take(now time.Time, names []string) (time.Time, string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var until time.Time
	var why string
	for _, k := range b.all {
		if !k.covers(names) {
			continue
		}
		if at := k.freeAt(now); at.After(until) {
			until, why = at, k.why
		}
	}
	if until.After(now) {
		return until, why
	}
	for _, k := range b.all {
		if k.covers(names) {
			k.count()
		}
	}
	return time.Time{}, ""
}

// learn ends a request: header is nil when no answer came.
func (b *buckets) learn(now time.Time, names []string, header http.Header) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range b.all {
		if !k.covers(names) {
			continue
		}
		k.inFlight--
		switch {
		case header == nil:
		case k.name == "":
			k.learn(now, announced(header, now))
		default:
			if v := first(header, k.header); v != "" {
				k.learn(now, announcedNamed(v, now))
			}
		}
	}
}

// block keeps requests of these budgets back. The account as a whole is spared
// when a narrower budget is the likelier cause and the account has some left.
func (b *buckets) block(until time.Time, names []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	narrower := slices.ContainsFunc(b.all, func(k *bucket) bool { return k.name != "" && k.covers(names) })
	for _, k := range b.all {
		if !k.covers(names) || k.name == "" && narrower && k.announced && k.remaining > 0 {
			continue
		}
		if until.After(k.blockedUntil) {
			k.blockedUntil = until
		}
	}
}

func (k *bucket) covers(names []string) bool {
	return k.name == "" || slices.Contains(names, k.name)
}

// share is what of the limit is ours.
func (k *bucket) share() int { return max(k.limit*4/5, 1) }

// freeAt returns when the next request may leave, which may be in the past.
func (k *bucket) freeAt(now time.Time) time.Time {
	k.slide(now)
	at := k.blockedUntil
	if k.announced {
		if !now.Before(k.resetAt) {
			k.remaining = k.limit
			k.resetAt = now.Add(k.window)
		}
		if k.remaining <= k.limit-k.share() && k.resetAt.After(at) {
			at = k.resetAt
		}
		return at
	}
	if k.sum < k.share() {
		return at
	}
	// The first moment at which enough of what we sent has left the window.
	over, width := k.sum-k.share()+1, k.width()
	for age := int64(slots) - 1; age >= 0; age-- {
		slot := k.newest - age
		if over -= int(k.used[((slot%slots)+slots)%slots]); over <= 0 {
			if free := time.Unix(0, (slot+slots)*width); free.After(at) {
				at = free
			}
			break
		}
	}
	return at
}

func (k *bucket) width() int64 { return int64(k.window) / slots }

// slide forgets what left the window. A clock set back starts it afresh.
func (k *bucket) slide(now time.Time) {
	slot := now.UnixNano() / k.width()
	gone := slot - k.newest
	switch {
	case gone == 0:
		return
	case gone < 0 || gone >= slots:
		clear(k.used[:])
		k.sum = 0
	default:
		for n := k.newest + 1; n <= slot; n++ {
			i := n % slots
			k.sum -= int(k.used[i])
			k.used[i] = 0
		}
	}
	k.newest = slot
}

func (k *bucket) count() {
	k.used[((k.newest%slots)+slots)%slots]++
	k.sum++
	k.inFlight++
	if k.announced {
		k.remaining--
	}
}

// learn takes over what the service announced. Requests still under way may or
// may not be in its count; they are taken off, to be on the safe side.
func (k *bucket) learn(now time.Time, a announcement) {
	if a.empty() {
		return
	}
	if a.limit > 0 {
		k.limit = a.limit
	}
	if a.remaining < 0 {
		return
	}
	left := a.remaining - k.inFlight
	at := now.Add(k.window / 4) // not said when: a quarter later the next answer tells
	if a.reset >= 0 {
		// Whole seconds, rounded who knows how: one more is safe.
		at = now.Add(a.reset + time.Second)
		if k.announced && at.Sub(k.resetAt).Abs() <= 2*time.Second {
			// The same window. Answers overtake each other: the lowest is the latest.
			left = min(left, k.remaining)
		}
	} else if k.announced && k.resetAt.After(now) {
		at = k.resetAt
	}
	k.remaining, k.resetAt, k.announced = left, at, true
}
