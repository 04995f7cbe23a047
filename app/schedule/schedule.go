// Package schedule holds cron lines against the wall clock: when something is
// due, and a loop that does it.
//
// It refuses to know what is done. The one rule: the wall clock is looked at
// every thirty seconds at the latest, because timers stand still while a
// computer sleeps; what became due meanwhile is done once, not once for every
// time it was missed, and never twice at the same time.
package schedule

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// glance is the longest time between two looks at the wall clock.
const glance = 30 * time.Second

// Schedule is a cron line of five fields, or a word such as @hourly.
type Schedule struct{ next cron.Schedule }

// Parse reads a cron line. It returns an error for one that is not understood
// or that never comes due, such as the 31st of February.
func Parse(line string) (Schedule, error) {
	// The parser panics on "TZ=" without a blank after it, and
	// a zone of its own would make "by the clock of this computer" a lie.
	if strings.Contains(line, "TZ=") {
		return Schedule{}, errors.New("a time zone is not taken: times are those of this computer")
	}
	next, err := cron.ParseStandard(line)
	if err != nil {
		return Schedule{}, err
	}
	// The parser looks five years ahead; the base is fixed so that the verdict
	// does not depend on the day it is asked.
	if next.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Schedule{}, errors.New("that time never comes")
	}
	return Schedule{next: next}, nil
}

// Next returns the first due time after the given one, by its own zone.
func (s Schedule) Next(after time.Time) time.Time { return s.next.Next(after) }

// Loop does something whenever it is due.
type Loop struct {
	Schedule Schedule
	// Do is one turn. An error ends the loop.
	Do func(context.Context) error
	// Planned hears of the next due time, whenever it changes; may be nil.
	Planned func(time.Time)

	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Run does the first turn at once and then one whenever it is due, until ctx is
// done (nil) or a turn fails (its error). A turn that lasts past the next due
// time is followed by one turn.
func (l Loop) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		began := l.now()
		if err := l.Do(ctx); err != nil {
			return err
		}
		if err := l.await(ctx, began); err != nil {
			return nil //nolint:nilerr // being told to stop is how a loop ends
		}
	}
	return nil
}

// await sleeps until the time after began is due.
func (l Loop) await(ctx context.Context, began time.Time) error {
	due := l.Schedule.Next(wall(began))
	if l.Planned != nil {
		l.Planned(due)
	}
	for {
		now := wall(l.now())
		if !now.Before(due) {
			return ctx.Err()
		}
		// A clock set back must not silence us until it has caught up.
		if earlier := l.Schedule.Next(now); earlier.Before(due) {
			due = earlier
			if l.Planned != nil {
				l.Planned(due)
			}
		}
		if err := l.sleep(ctx, min(due.Sub(now), glance)); err != nil {
			return err
		}
	}
}

// wall drops the monotonic hand, which stands still in sleep.
func wall(t time.Time) time.Time { return t.Round(0) }

func (l Loop) now() time.Time {
	if l.Now != nil {
		return l.Now()
	}
	return time.Now()
}

func (l Loop) sleep(ctx context.Context, d time.Duration) error {
	if l.Sleep != nil {
		return l.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
