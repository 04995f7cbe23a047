package schedule_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"deskbridge/app/schedule"
)

// clock has a wall hand that jumps while the computer sleeps.
type clock struct {
	at     time.Time
	jump   map[int]time.Duration // extra wall time during the n-th sleep
	sleeps []time.Duration
}

func (c *clock) now() time.Time { return c.at }

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.at = c.at.Add(d + c.jump[len(c.sleeps)])
	c.sleeps = append(c.sleeps, d)
	return ctx.Err()
}

var errEnough = errors.New("enough")

// run lets the loop turn until it has done n turns, each lasting took, and
// returns when they began.
func run(t *testing.T, c *clock, line string, n int, took time.Duration) []string {
	t.Helper()
	s, err := schedule.Parse(line)
	if err != nil {
		t.Fatal(err)
	}
	var turns []string
	loop := schedule.Loop{Schedule: s, Now: c.now, Sleep: c.sleep, Do: func(context.Context) error {
		turns = append(turns, c.at.Format("15:04:05"))
		c.at = c.at.Add(took)
		if len(turns) == n {
			return errEnough
		}
		return nil
	}}
	if err := loop.Run(t.Context()); !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	return turns
}

func at(hour, minute, second int) time.Time {
	return time.Date(2026, 3, 2, hour, minute, second, 0, time.UTC)
}

func TestLoop_Turns(t *testing.T) {
	for name, test := range map[string]struct {
		clock clock
		took  time.Duration
		want  []string
	}{
		"at once, then when due": {
			clock: clock{at: at(10, 2, 0)}, took: time.Second,
			want: []string{"10:02:00", "10:05:00", "10:10:00"},
		},
		"a night asleep is one turn, not a hundred": {
			clock: clock{at: at(10, 2, 0), jump: map[int]time.Duration{1: 9 * time.Hour}}, took: time.Second,
			want: []string{"10:02:00", "19:03:01", "19:05:00"},
		},
		"a long turn is followed by one turn": {
			clock: clock{at: at(10, 2, 0)}, took: 12 * time.Minute,
			want: []string{"10:02:00", "10:14:00", "10:26:00"},
		},
		"a clock set back an hour does not silence it for an hour": {
			clock: clock{at: at(10, 2, 0), jump: map[int]time.Duration{0: -time.Hour}}, took: time.Second,
			want: []string{"10:02:00", "09:05:00", "09:10:00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := run(t, &test.clock, "*/5 * * * *", 3, test.took); !slices.Equal(got, test.want) {
				t.Errorf("turned at %v, want %v", got, test.want)
			}
			for _, d := range test.clock.sleeps {
				if d > 30*time.Second || d <= 0 {
					t.Errorf("slept for %v", d)
				}
			}
		})
	}
}

func TestLoop_StopsWithItsContext(t *testing.T) {
	s, err := schedule.Parse("@hourly")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	turns := 0
	loop := schedule.Loop{Schedule: s, Do: func(context.Context) error { turns++; cancel(); return nil }}
	if err := loop.Run(ctx); err != nil || turns != 1 {
		t.Errorf("Run = %v after %d turns", err, turns)
	}
}

func TestParse_Refuses(t *testing.T) {
	for _, line := range []string{"", "* * * *", "*/5 * * * * *", "61 * * * *", "0 0 31 2 *", "soon", "@never", "TZ=UTC", "CRON_TZ=UTC * * * * *"} {
		if _, err := schedule.Parse(line); err == nil {
			t.Errorf("Parse(%q) went through", line)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("*/5 * * * *")
	f.Add("@every 90s")
	f.Add("TZ=0")
	f.Fuzz(func(t *testing.T, line string) {
		s, err := schedule.Parse(line)
		if err != nil {
			return
		}
		from := at(10, 0, 0)
		if next := s.Next(from); !next.IsZero() && !next.After(from) {
			t.Errorf("%q: %v comes after %v", line, next, from)
		}
	})
}
