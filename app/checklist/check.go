// Package checklist is the preparation of ConnectWise and the doctor: what must
// be set up before a sync can work, and whether it is.
//
// It decides what each finding means: pass, fail, warn or cannot tell, what will
// not work, and what to do about it. It refuses to know how anything is asked:
// the doctor gathers facts through interfaces declared here, and all verdicts
// are pure functions of those facts.
//
// The one rule: looking changes nothing. No check writes on either side, the
// same facts give the same rows in the same order, and what could not be found
// out is "cannot tell", never a pass.
//
// Files: check (a row), right (the security role), step (the preparation), pick
// and board (what settings choose), facts (asking), and one file of verdicts each
// for desk, psa, choices and local.
package checklist

import (
	"slices"
	"strings"
)

// Verdict is what a check came to.
type Verdict string

// The verdicts.
const (
	Pass    Verdict = "pass"
	Fail    Verdict = "fail"
	Warn    Verdict = "warn"
	Unknown Verdict = "unknown" // cannot tell
)

// Check is one row of the doctor.
type Check struct {
	ID      string  `json:"id"` // stable, such as "psa.keys" or "right.service-tickets-add"
	Title   string  `json:"title"`
	Verdict Verdict `json:"verdict"`
	// Detail says what was found and what it means for tickets.
	Detail string `json:"detail,omitempty"`
	// Next says what to do; empty on a pass.
	Next string `json:"next,omitempty"`
	// Blocks is set on a fail that keeps every sync from working.
	Blocks bool `json:"blocks"`
}

func pass(id, title, detail string) Check {
	return Check{ID: id, Title: title, Verdict: Pass, Detail: detail}
}

func warn(id, title, detail, next string) Check {
	return Check{ID: id, Title: title, Verdict: Warn, Detail: detail, Next: next}
}

func fail(id, title, detail, next string) Check {
	return Check{ID: id, Title: title, Verdict: Fail, Detail: detail, Next: next, Blocks: true}
}

func unknown(id, title, detail, next string) Check {
	return Check{ID: id, Title: title, Verdict: Unknown, Detail: detail, Next: next}
}

// Blocked tells whether any of the checks keeps the sync from working.
func Blocked(checks []Check) bool {
	return slices.ContainsFunc(checks, func(c Check) bool { return c.Blocks })
}

// list writes items as a sentence has them: "a, b and c".
func list(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " and " + items[last]
}
