package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"deskbridge/app/schedule"
	"deskbridge/app/store"
)

// problemsShown bounds how many problems are read at once.
const problemsShown = 1_000

// Status is what the data folder knows, without asking either service.
type Status struct {
	Account string `json:"zendesk"`     // address
	Company string `json:"connectwise"` // company id
	// Links counts tickets that exist on both sides as far as confirmed.
	Links    int `json:"in_sync"`
	LeftOut  int `json:"left_out"`
	Waiting  int `json:"waiting"` // tickets read and not yet carried
	Parked   int `json:"parked"`  // of those, held back until their cause is gone
	Checking int `json:"checking"`
	// LastRun is nil before the first run; its EndedAt is zero while it is under
	// way, or when it was cut off.
	LastRun *RunStatus `json:"last_run"`
	// LastGood is when a run last ended without anything wrong; zero: never.
	LastGood time.Time `json:"last_good,omitzero"`
	// Schedule and Next say when "sync --watch" runs next.
	Schedule string        `json:"schedule"`
	Next     time.Time     `json:"next"`
	Problems []OpenProblem `json:"problems"`
}

// RunStatus is one run as it is remembered.
type RunStatus struct {
	StartedAt time.Time       `json:"started_at"`
	EndedAt   time.Time       `json:"ended_at,omitzero"`
	Outcome   string          `json:"outcome"`
	Result    json.RawMessage `json:"result,omitempty"`
}

// OpenProblem is a problem and since when it is open.
type OpenProblem struct {
	Problem
	OpenedAt time.Time `json:"since"`
	Times    int       `json:"times"`
}

// Status reads what the data folder knows; it works beside a sync. It returns
// ErrNotSetUp when there is nothing.
func (a *App) Status(ctx context.Context) (Status, error) {
	var st Status
	err := a.look(ctx, func(db *store.Store) error {
		s, err := readSettings(ctx, db)
		if err != nil {
			return err
		}
		st = Status{
			Account: s.Zendesk.URL, Company: s.ConnectWise.Company, Schedule: s.Sync.Schedule, Problems: []OpenProblem{},
		}
		line, err := schedule.Parse(s.Sync.Schedule)
		if err != nil {
			return err
		}
		st.Next = line.Next(a.opt.Now().Round(0)).UTC()
		account, company, err := s.pair()
		if err != nil {
			return err
		}
		kept, err := db.Connection(ctx, account, company)
		if errors.Is(err, store.ErrNotFound) {
			return nil // set up, and never run
		}
		if err != nil {
			return err
		}
		return st.read(ctx, kept)
	})
	return st, err
}

func (st *Status) read(ctx context.Context, kept *store.Connection) error {
	n, err := kept.Counts(ctx)
	if err != nil {
		return err
	}
	st.Links, st.LeftOut, st.Waiting, st.Parked, st.Checking = n.Links, n.LeftOut, n.Staged, n.Parked, n.InDoubt
	problems, err := kept.Problems(ctx, problemsShown)
	if err != nil {
		return err
	}
	for _, p := range problems {
		st.Problems = append(st.Problems, OpenProblem{Problem: p.Problem, OpenedAt: p.OpenedAt, Times: p.Times})
	}
	runs, err := kept.LastRuns(ctx, runsSearched)
	if err != nil {
		return err
	}
	for i, r := range runs {
		if i == 0 {
			st.LastRun = &RunStatus{StartedAt: r.StartedAt, EndedAt: r.EndedAt, Outcome: r.Outcome}
			if json.Valid(r.Counters) {
				st.LastRun.Result = r.Counters
			}
		}
		if r.Outcome == string(Success) || r.Outcome == string(NothingNew) {
			st.LastGood = r.EndedAt
			break
		}
	}
	return nil
}

// runsSearched is how far back the last good run is looked for: a day of a run
// every five minutes.
const runsSearched = 300
