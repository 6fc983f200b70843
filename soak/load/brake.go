package load

import (
	"fmt"
	"strings"
	"time"

	"leakcheck/soak"
)

// BrakeOptions say when to stop all load. Stop is needed; each limit has the
// default that stands behind it.
type BrakeOptions struct {
	// Stop ends the load; Emit, if set, receives the one EventBrake.
	Stop func(reason string)
	Emit func(soak.Event)
	// Ceiling is a target's own wall in bytes, 0 for none, besides its limit
	// and its host's memory.
	Ceiling func(target string) int64
	// HoursToWall is the forecast, if growth is proven: hours until the
	// nearest wall.
	HoursToWall func(target string) (hours float64, ok bool)

	WallShare  float64       // share of the nearest wall: 0.70
	Hours      float64       // hours to the wall: 1
	ErrorShare float64       // share of requests that failed: 0.05
	MinErrors  int64         // failed requests that say something: 3
	Slowdown   float64       // growth of the 95th percentile: 4
	MinSlow    time.Duration // a 95th percentile below this is not slow: 100 ms
	Every      time.Duration // between two looks at the load: 1 s
	Window     time.Duration // how long failed requests are remembered: 5 min
}

func (o BrakeOptions) withDefaults() BrakeOptions {
	set := func(x *float64, d float64) {
		if *x == 0 {
			*x = d
		}
	}
	set(&o.WallShare, 0.70)
	set(&o.Hours, 1)
	set(&o.ErrorShare, 0.05)
	set(&o.Slowdown, 4)
	if o.MinErrors == 0 {
		o.MinErrors = 3
	}
	if o.MinSlow == 0 {
		o.MinSlow = 100 * time.Millisecond
	}
	if o.Every == 0 {
		o.Every = time.Second
	}
	if o.Window == 0 {
		o.Window = 5 * time.Minute
	}
	if o.Emit == nil {
		o.Emit = func(soak.Event) {}
	}
	return o
}

// Brake stops all load, once and for good, when a node is in trouble. It is a
// soak.Recorder fed with all that a run sees; it keeps a bounded window of it.
type Brake struct {
	o       BrakeOptions
	pulled  bool
	traffic map[string]*traffic // by scenario
}

var _ soak.Recorder = (*Brake)(nil)

// NewBrake returns a brake that is not pulled.
func NewBrake(o BrakeOptions) *Brake {
	return &Brake{o: o.withDefaults(), traffic: map[string]*traffic{}}
}

// Record looks at a batch. It returns no error, whatever it finds.
func (b *Brake) Record(batch soak.Batch) error {
	for _, e := range batch.Events {
		if reason := deadly(e); reason != "" {
			b.pull(e.At, e.Target, reason)
		}
	}
	for _, s := range batch.Samples {
		if reason := b.wall(s); reason != "" {
			b.pull(s.At, s.Target, reason)
		}
	}
	for _, in := range batch.Load {
		if reason := b.load(in); reason != "" {
			b.pull(in.At, "", reason)
		}
	}
	return nil
}

func (b *Brake) pull(at time.Time, target, reason string) {
	if b.pulled {
		return
	}
	b.pulled = true
	if target != "" {
		reason = target + ": " + reason
	}
	b.o.Stop(reason)
	b.o.Emit(soak.Event{At: at, Target: target, Kind: soak.EventBrake, Text: soak.Braked + reason})
}

// deadly says why an event ends the load, or nothing.
func deadly(e soak.Event) string {
	switch e.Kind {
	case soak.EventExit, soak.EventDeath:
		return "the node died"
	case soak.EventOOM:
		return "the kernel killed for memory"
	case soak.EventRemove:
		return "the container is gone"
	case soak.EventHealth:
		if strings.Contains(strings.ToLower(e.Text), "unhealthy") {
			return "the node is unhealthy"
		}
	case soak.EventLife:
		if e.Life > 1 {
			return "the node restarted"
		}
	}
	return ""
}

// wall compares a sample with the nearest wall and with the forecast.
func (b *Brake) wall(s soak.Sample) string {
	used, ok := s.Get(soak.WorkingSet)
	if !ok {
		if used, ok = s.Get(soak.Usage); !ok {
			return ""
		}
	}
	if name, bytes := b.nearest(s, used); bytes > 0 && float64(used) >= b.o.WallShare*float64(bytes) {
		return fmt.Sprintf("memory is at %.0f %% of the %s (%s of %s)",
			100*float64(used)/float64(bytes), name, soak.Size(used), soak.Size(bytes))
	}
	if b.o.HoursToWall == nil {
		return ""
	}
	if hours, ok := b.o.HoursToWall(s.Target); ok && hours < b.o.Hours {
		left := time.Duration(max(hours, 0) * float64(time.Hour)).Round(time.Second)
		return fmt.Sprintf(soak.BrakedForLeak+"%s at the present rate", soak.Duration(left))
	}
	return ""
}

// nearest is the lowest wall. The host's is where the node would be if it took
// all that the host can still give.
func (b *Brake) nearest(s soak.Sample, used int64) (name string, bytes int64) {
	consider := func(n string, wall int64) {
		if wall > 0 && (bytes == 0 || wall < bytes) {
			name, bytes = n, wall
		}
	}
	if limit, ok := s.Get(soak.Limit); ok {
		consider("limit", limit)
	}
	if free, ok := s.Get(soak.HostAvailable); ok {
		consider("host's memory", used+free)
	}
	if b.o.Ceiling != nil {
		consider("ceiling", b.o.Ceiling(s.Target))
	}
	return name, bytes
}
