package app

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"deskbridge/app/checklist"
	"deskbridge/app/connectwise"
	"deskbridge/app/simulator"
	"deskbridge/app/ticket"
)

// SimulateOptions describes the simulated services.
type SimulateOptions struct {
	Zendesk     string // address to listen on, such as 127.0.0.1:4001
	ConnectWise string
	Tickets     int    // zero: 40
	LoadDir     string // recorded answers in place of made-up tickets
	Seed        uint64
	Latency     time.Duration
	Faults      []string // as Faults lists them, each with an optional "=probability"
	Limited     bool     // enforce the documented limits of both services
}

// Fault is a misfortune the simulators can be asked for.
type Fault struct {
	Name  string
	About string
}

// Faults lists all misfortunes.
func Faults() []Fault {
	var all []Fault
	for _, f := range simulator.Faults() {
		all = append(all, Fault{string(f.Name), f.About})
	}
	return all
}

// CheckFaults returns an error that names the first word that is no fault.
func CheckFaults(words []string) error { return simulator.CheckFaults(words) }

// Simulation is a pair of simulated services that listen on this computer.
type Simulation struct {
	Zendesk     string // address, such as http://127.0.0.1:4001
	ConnectWise string

	world   *simulator.World
	running *simulator.Running
	loaded  bool
}

// Simulate starts both services. They run until Stop, or until ctx is done.
func Simulate(ctx context.Context, o SimulateOptions) (*Simulation, error) {
	world, err := simulator.New(o.world())
	if err != nil {
		return nil, fmt.Errorf("build simulated services: %w", err)
	}
	running, err := world.Serve(ctx, o.Zendesk, o.ConnectWise)
	if err != nil {
		return nil, err
	}
	return &Simulation{
		Zendesk: running.Zendesk, ConnectWise: running.ConnectWise,
		world: world, running: running, loaded: o.LoadDir != "",
	}, nil
}

func (o SimulateOptions) world() simulator.Options {
	return simulator.Options{
		Tickets: o.Tickets, LoadDir: o.LoadDir, Seed: o.Seed, Latency: o.Latency, FaultWords: o.Faults, Limited: o.Limited,
	}
}

// Stop ends both services and waits.
func (s *Simulation) Stop() error { return s.running.Stop() }

// Environment returns the secrets of the simulated services as variables that a
// headless command reads.
func (s *Simulation) Environment() []string { return simulatedSecrets() }

func simulatedSecrets() []string {
	return []string{
		EnvAccessToken + "=" + simulator.AccessToken,
		EnvRefreshToken + "=" + simulator.RefreshToken,
		EnvPrivateKey + "=" + simulator.PrivateKey,
	}
}

// Settings returns settings that fit the simulated services. Those of made-up
// services are known; recorded ones are asked for their first usable board, and
// values are paired by name.
func (s *Simulation) Settings(ctx context.Context) (Settings, error) {
	made := simulatedSettings(s.world, s.Zendesk, s.ConnectWise)
	if !s.loaded {
		return made, nil
	}
	at, err := connectwise.ParseAddress(s.ConnectWise)
	if err != nil {
		return Settings{}, fmt.Errorf("read address of ConnectWise: %w", err)
	}
	psa, err := connectwise.New(at, connectwise.Keys{
		Company: s.world.Company, Public: simulator.PublicKey, Private: simulator.PrivateKey,
	}, integration)
	if err != nil {
		return Settings{}, err
	}
	defer psa.Close()
	found, err := suggestFrom(ctx, psa, made.Sync)
	made.Sync = found
	return made, from(ConnectWise, err)
}

// simulatedSettings fit the made-up services, whose names are fixed.
func simulatedSettings(w *simulator.World, zendesk, connectwise string) Settings {
	return Settings{
		Zendesk: ZendeskSettings{URL: zendesk, ClientID: simulator.ClientID},
		ConnectWise: ConnectWiseSettings{
			Company: w.Company, URL: connectwise, PublicKey: simulator.PublicKey,
		},
		Sync: SyncSettings{
			Board: Ref{Name: "Help Desk"}, DefaultCompany: Ref{Name: "Catchall"},
			Schedule: DefaultSchedule, Start: beforeAll(w),
			Statuses: map[ticket.Status]Ref{
				ticket.New: {Name: "New"}, ticket.Open: {Name: "In Progress"}, ticket.Pending: {Name: "Waiting"},
				ticket.Hold: {Name: "Waiting"}, ticket.Solved: {Name: "Completed"}, ticket.Closed: {Name: "Closed"},
			},
			Priorities: map[ticket.Priority]Ref{
				ticket.NoPriority: {Name: "Priority 3 - Normal Response"}, ticket.Low: {Name: "Priority 4 - Scheduled Maintenance"},
				ticket.Normal: {Name: "Priority 3 - Normal Response"}, ticket.High: {Name: "Priority 2 - Quick Response"},
				ticket.Urgent: {Name: "Priority 1 - Emergency Response"},
			},
		},
	}
}

// beforeAll is a moment before the first ticket of a world.
func beforeAll(w *simulator.World) time.Time {
	first := time.Now()
	for _, t := range w.Desk.Tickets() {
		if t.CreatedAt.Before(first) {
			first = t.CreatedAt
		}
	}
	return first.UTC().Add(-24 * time.Hour).Truncate(24 * time.Hour)
}

// suggestFrom pairs the desk's values with those of the first board that can
// take tickets: by the same name, else by what the names mean, else with the
// board's default.
func suggestFrom(ctx context.Context, psa *connectwise.Client, s SyncSettings) (SyncSettings, error) {
	boards, err := psa.Boards(ctx)
	if err != nil {
		return s, err
	}
	for _, b := range boards {
		statuses, err := psa.BoardStatuses(ctx, b.ID)
		if err != nil {
			continue // not ours to use; there may be another
		}
		found, err := psa.BoardTeams(ctx, b.ID)
		if err != nil {
			continue
		}
		if ok, _ := checklist.Usable(b, statuses, teams(found)); !ok {
			continue
		}
		s.Board = Ref{ID: b.ID}
		s.Statuses = suggestStatuses(statuses, s.Statuses)
		priorities, err := psa.Priorities(ctx)
		if err != nil {
			return s, err
		}
		s.Priorities = suggestPriorities(priorities, s.Priorities)
		return s, nil
	}
	return s, fmt.Errorf("no service board of the recording can take tickets: %w", os.ErrNotExist)
}

// suggestStatuses pairs by name where the board has it, else open statuses with
// the default and ended ones with the first that closes.
func suggestStatuses(of []ticket.BoardStatus, names map[ticket.Status]Ref) map[ticket.Status]Ref {
	of = slices.DeleteFunc(slices.Clone(of), func(b ticket.BoardStatus) bool { return b.Inactive })
	otherwise := func(is func(ticket.BoardStatus) bool) int64 {
		return of[max(slices.IndexFunc(of, is), 0)].ID
	}
	open := otherwise(func(b ticket.BoardStatus) bool { return b.Default })
	ended := otherwise(func(b ticket.BoardStatus) bool { return b.Closed })
	choices := make([]ticket.Choice, len(of))
	for i, b := range of {
		choices[i] = b.Choice
	}
	paired := map[ticket.Status]Ref{}
	for status, name := range names {
		paired[status] = Ref{ID: open}
		if status == ticket.Solved || status == ticket.Closed {
			paired[status] = Ref{ID: ended}
		}
		if found, err := checklist.Pick(choices, name.String()); err == nil {
			paired[status] = Ref{ID: found.ID}
		}
	}
	return paired
}

// suggestPriorities pairs by name where there is one, else with the middle of
// the list, which is where ordinary priorities are.
func suggestPriorities(of []ticket.Choice, names map[ticket.Priority]Ref) map[ticket.Priority]Ref {
	paired := map[ticket.Priority]Ref{}
	for priority, name := range names {
		if found, err := checklist.Pick(of, name.String()); err == nil {
			paired[priority] = Ref{ID: found.ID}
		} else if len(of) > 0 {
			paired[priority] = Ref{ID: of[len(of)/2].ID}
		}
	}
	return paired
}
