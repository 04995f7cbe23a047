package fault

import (
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"sync"
	"time"
)

// Injector rolls the dice for every request of a simulated world. Both services share one. It is safe for
// concurrent use, and a nil *Injector is a world without faults.
type Injector struct {
	// Plan, when set, decides alone which faults strike a request; probabilities are then not consulted,
	// scripts made with At and When still are. It is called under the injector's lock: it must not call back.
	Plan func(Call) []Name

	// RetryAfter is what Throttle tells the caller to wait; zero means 2 seconds.
	RetryAfter time.Duration
	// StallFor is how long Stall takes; zero means 5 seconds.
	StallFor time.Duration
	// LateBy is when a LateSave becomes visible; zero means 20 seconds.
	LateBy time.Duration

	mu      sync.Mutex
	seed    uint64
	list    []Fault
	set     Set
	off     bool
	scripts []*script
	calls   map[Side]int
	rolls   map[Name]uint64
	fired   map[Name]int
}

type script struct {
	name  Name
	left  int
	match func(Call) bool
}

// New returns an injector for a set of faults. The same seed gives the same decisions.
func New(set Set, seed uint64) *Injector {
	return &Injector{
		seed: seed, list: List(), set: maps.Clone(set),
		calls: map[Side]int{}, rolls: map[Name]uint64{}, fired: map[Name]int{},
	}
}

// Begin decides what befalls one request. The service calls it once per request and acts on the answer; a Gate
// does so itself.
func (in *Injector) Begin(call Call) Hits {
	if in == nil {
		return Hits{}
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.calls[call.Side]++
	call.Ordinal = in.calls[call.Side]
	hits := Hits{ordinal: call.Ordinal}
	if in.off {
		return hits
	}
	if in.Plan != nil {
		for _, name := range in.Plan(call) {
			hits.add(name)
		}
	} else {
		for _, f := range in.list {
			if setting, on := in.set[f.Name]; on && in.applies(f, setting, call) && in.roll(f.Name, setting.Probability) {
				hits.add(f.Name)
			}
		}
	}
	in.runScripts(call, &hits)
	for name := range hits.names {
		in.fired[name]++
	}
	return hits
}

// applies narrows revoke-right to the right its argument names.
func (in *Injector) applies(f Fault, setting Setting, call Call) bool {
	if f.Name == RevokeRight && setting.Argument != "" {
		return call.Right == setting.Argument
	}
	return f.applies(call)
}

// roll draws from a generator seeded by the fault and its own count, so that switching one fault on does not
// move where another strikes.
func (in *Injector) roll(name Name, probability float64) bool {
	in.rolls[name]++
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(in.seed^h.Sum64(), in.rolls[name])).Float64() < probability
}

func (in *Injector) runScripts(call Call, hits *Hits) {
	kept := in.scripts[:0]
	for _, s := range in.scripts {
		if s.match(call) {
			s.left--
			if s.left == 0 {
				hits.add(s.name)
				continue
			}
		}
		kept = append(kept, s)
	}
	in.scripts = kept
}

// At makes the fault strike exactly once: at the n-th request from now, counted from 1, that it applies to.
func (in *Injector) At(n int, name Name) {
	match := Call.never
	for _, f := range in.list {
		if f.Name == name {
			match = f.applies
		}
	}
	in.When(n, name, match)
}

// When makes the fault strike exactly once: at the n-th request from now, counted from 1, that match accepts.
func (in *Injector) When(n int, name Name, match func(Call) bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.scripts = append(in.scripts, &script{name, n, match})
}

// Set switches one fault on at a probability, or off at 0.
func (in *Injector) Set(name Name, probability float64) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.set == nil {
		in.set = Set{}
	}
	setting := in.set[name]
	setting.Probability = probability
	in.set[name] = setting
}

// Pause switches every fault off, scripts included, until Resume.
func (in *Injector) Pause() { in.pause(true) }

// Resume undoes Pause.
func (in *Injector) Resume() { in.pause(false) }

func (in *Injector) pause(off bool) {
	if in == nil {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.off = off
}

// Active says whether a fault is switched on at all, with its setting: for the ones that are a lasting condition
// rather than an event, such as ClockSkew and SameSecond.
func (in *Injector) Active(name Name) (Setting, bool) {
	if in == nil {
		return Setting{}, false
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	setting, on := in.set[name]
	return setting, on && !in.off && setting.Probability > 0
}

// Fired returns how often each fault has struck.
func (in *Injector) Fired() map[Name]int {
	if in == nil {
		return map[Name]int{}
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	return maps.Clone(in.fired)
}

// Skew is how far the services' clock is off: zero, unless ClockSkew is on.
func (in *Injector) Skew() time.Duration {
	setting, on := in.Active(ClockSkew)
	if !on {
		return 0
	}
	if d, err := time.ParseDuration(setting.Argument); err == nil {
		return d
	}
	return time.Hour
}

// Hits are the faults that strike one request.
type Hits struct {
	names   map[Name]bool
	ordinal int
}

// Has says whether a fault strikes this request.
func (h Hits) Has(name Name) bool { return h.names[name] }

// Any says whether anything strikes at all.
func (h Hits) Any() bool { return len(h.names) > 0 }

// Odd alternates between two shapes of one fault.
func (h Hits) Odd() bool { return h.ordinal%2 == 1 }

func (h *Hits) add(name Name) {
	if h.names == nil {
		h.names = map[Name]bool{}
	}
	h.names[name] = true
}
