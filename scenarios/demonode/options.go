// Package demonode is a stand-in for the node of the incident and for the GUN
// relay it reads from: a program whose leak is known to the byte, so that
// everything else can be tried on it. Run serves it with real memory; Model is
// the same node as a pure function of time, without allocating.
package demonode

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"leakcheck/soak"
)

// Curves are the shapes of Options.Curve. Several joined by "+" add up.
const (
	CurveStable    = "stable"     // nothing moves
	CurveSawtooth  = "sawtooth"   // grows by Amplitude in each Period, then drops
	CurveWarmUp    = "warm-up"    // Amplitude * (1 - exp(-t / Period))
	CurveLinear    = "linear"     // grows by Rate
	CurveStaircase = "staircase"  // a step of Amplitude after each Period
	CurvePageCache = "page-cache" // a file grows by Rate, up to Amplitude where that is set
	CurveTmpfs     = "tmpfs"      // shared memory grows by Rate
)

var curveNames = []string{CurveStable, CurveSawtooth, CurveWarmUp, CurveLinear, CurveStaircase, CurvePageCache, CurveTmpfs}

// Options says how the stand-in behaves. Start from Buggy or Fixed.
type Options struct {
	// Listen is the node's address, RelayListen the relay's. Port 0 picks one;
	// the log says which.
	Listen, RelayListen string
	// RelayURL is where the node looks for the relay: its own unless set, so
	// that a tap can stand between.
	RelayURL string
	// RelayDelay is how long the relay takes to answer.
	RelayDelay time.Duration

	// Attempts is how often a soul that answers 404 is asked for.
	Attempts int
	// Keep is how much of each 404's body stays in memory for good.
	Keep soak.Size
	// Fix asks once, keeps nothing, and remembers missing souls for CacheTTL,
	// at most CacheSize of them, swept each CacheSweep. Attempts and Keep are
	// then without effect.
	Fix        bool
	CacheTTL   time.Duration
	CacheSweep time.Duration
	CacheSize  int
	// Rare is how many further missing souls there are, of which each query
	// asks for the next one: entries that expire before they are used again.
	Rare int

	// LeakPerRequest is kept for good by each request, by record type
	// ("workout", "mealPlan"), "health", or "*" for every other kind.
	LeakPerRequest map[string]soak.Size
	// SelfLoad is how many workout queries a second the node sends itself.
	SelfLoad float64

	// Base is memory held from the start.
	Base soak.Size
	// Curve is one of the Curve constants, or several joined by "+".
	Curve     string
	Amplitude soak.Size
	Period    time.Duration
	Rate      soak.Rate
	// Grow is a rate at which memory grows until the kernel says no.
	Grow soak.Rate
	Seed uint64
	// Dir holds the file of the page-cache curve; the system's temporary
	// folder unless set.
	Dir string

	// Monitor is the period of the [Memory Monitor] line, and LeakWarning the
	// growth in one period that the [Memory Leak Tracker] complains about.
	Monitor     time.Duration
	LeakWarning soak.Size
	// HeapLimit ends the node as V8 does when what it keeps exceeds it; 0 never.
	HeapLimit soak.Size
	// Plain leaves out the emoji; Later prints the sweep's line in its later form.
	Plain, Later bool
	// OwnProcess lets Run settle the Go runtime of the whole process, so that
	// its garbage collector does not blur the curve.
	OwnProcess bool
}

// Buggy is the node before the fix: three attempts for each missing soul, and
// 6 kB of each answer kept, so that one workout query at depth 2 leaks
// 56 * 3 * 6,000 = 1,008,000 bytes.
func Buggy() Options {
	return Options{
		Listen: "127.0.0.1:0", RelayListen: "127.0.0.1:0",
		Attempts: 3, Keep: 6000,
		CacheTTL: time.Hour, CacheSweep: time.Hour, CacheSize: 10_000,
		LeakPerRequest: map[string]soak.Size{},
		Base:           64_000_000, Curve: CurveStable, Amplitude: 24_000_000, Period: 20 * time.Second, Rate: soak.Rate(60e6),
		Monitor: time.Minute, LeakWarning: 30_000_000,
	}
}

// Fixed is the node after the fix.
func Fixed() Options {
	o := Buggy()
	o.Fix = true
	return o
}

// Flags registers a flag for each option, with the values of o as defaults.
func (o *Options) Flags(fs *pflag.FlagSet) {
	fs.StringVar(&o.Listen, "listen", o.Listen, "address the node listens on")
	fs.StringVar(&o.RelayListen, "relay-listen", o.RelayListen, "address the relay listens on")
	fs.StringVar(&o.RelayURL, "relay-url", o.RelayURL, "where the node looks for the relay, such as a tap before it")
	fs.DurationVar(&o.RelayDelay, "relay-delay", o.RelayDelay, "how long the relay takes to answer")
	fs.IntVar(&o.Attempts, "attempts", o.Attempts, "requests for each missing soul")
	fs.Var(&o.Keep, "keep", "bytes of each 404 answer that stay in memory")
	fs.BoolVar(&o.Fix, "fix", o.Fix, "ask once, keep nothing, remember missing souls")
	fs.DurationVar(&o.CacheTTL, "cache-ttl", o.CacheTTL, "how long a missing soul is remembered")
	fs.DurationVar(&o.CacheSweep, "cache-sweep", o.CacheSweep, "how often expired souls are swept out")
	fs.IntVar(&o.CacheSize, "cache-size", o.CacheSize, "missing souls remembered at most")
	fs.IntVar(&o.Rare, "rare", o.Rare, "further missing souls, one asked for by each query")
	fs.Var((*perRequest)(o), "leak-per-request", "bytes kept by each request, such as mealPlan=10kB (repeatable)")
	fs.Float64Var(&o.SelfLoad, "self-load", o.SelfLoad, "workout queries a second the node sends itself")
	fs.Var(&o.Base, "base", "memory held from the start")
	fs.StringVar(&o.Curve, "curve", o.Curve, "memory curve: "+strings.Join(curveNames, ", ")+"; several with +")
	fs.Var(&o.Amplitude, "amplitude", "height of a tooth, a step or the warm-up")
	fs.DurationVar(&o.Period, "period", o.Period, "length of a tooth or step, time constant of the warm-up")
	fs.Var(&o.Rate, "rate", "growth of the linear, page-cache and tmpfs curves")
	fs.Var(&o.Grow, "grow", "grow at this rate until the kernel kills the node")
	fs.Uint64Var(&o.Seed, "seed", o.Seed, "seed of the curve's irregularities")
	fs.StringVar(&o.Dir, "dir", o.Dir, "folder for the page-cache curve's file")
	fs.DurationVar(&o.Monitor, "monitor", o.Monitor, "period of the memory monitor's log line")
	fs.Var(&o.LeakWarning, "leak-warning", "growth in one monitor period that is logged as a leak")
	fs.Var(&o.HeapLimit, "heap-limit", "end as V8 does when more than this is kept")
	fs.BoolVar(&o.Plain, "plain", o.Plain, "log without emoji")
	fs.BoolVar(&o.Later, "later", o.Later, "log cache sweeps in their later form")
}

// Check says what is wrong with the options.
func (o *Options) Check() error {
	for name := range strings.SplitSeq(o.Curve, "+") {
		if name != "" && !slices.Contains(curveNames, name) {
			return fmt.Errorf("curve %q: choose one of %s", name, strings.Join(curveNames, ", "))
		}
	}
	if !o.Fix && o.Attempts < 1 {
		return fmt.Errorf("attempts %d: at least 1 is needed", o.Attempts)
	}
	if o.Fix && (o.CacheTTL <= 0 || o.CacheSweep <= 0 || o.CacheSize < 1) {
		return fmt.Errorf("the fix needs a cache lifetime, a sweep period and a size above 0")
	}
	if o.Period <= 0 {
		return fmt.Errorf("period %v: it must be above 0", o.Period)
	}
	return nil
}

// perRequest reads "kind=size" into Options.LeakPerRequest.
type perRequest Options

func (p *perRequest) String() string {
	var all []string
	for kind, n := range p.LeakPerRequest {
		all = append(all, fmt.Sprintf("%s=%s", kind, n))
	}
	slices.Sort(all)
	return strings.Join(all, ",")
}

func (p *perRequest) Set(s string) error {
	kind, size, ok := strings.Cut(s, "=")
	n, err := soak.ParseSize(size)
	if !ok || err != nil {
		return fmt.Errorf("%q: write it like mealPlan=10kB", s)
	}
	if p.LeakPerRequest == nil {
		p.LeakPerRequest = map[string]soak.Size{}
	}
	p.LeakPerRequest[kind] = n
	return nil
}

func (p *perRequest) Type() string { return "kind=size" }
