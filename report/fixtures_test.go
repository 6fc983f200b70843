package report

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"leakcheck/soak"
)

// The fixtures are runs as the incident's node would give them: the same
// container, log lines, checks and sizes.
const (
	node = "fitnessally-oip-gpu-1"
	mb   = 1e6
	gb   = 1e9
)

var start = time.Date(2024, 12, 8, 20, 12, 0, 0, time.UTC)

type fixture struct {
	name   string
	report soak.Report
	series map[string]*Series
	now    time.Time
}

func (f fixture) view() *View { return NewView(f.report, f.series, f.now) }

func fixtures() []fixture {
	return []fixture{leaking(), healthy(), undecided(), interrupted(), empty(), three()}
}

// withFloors gives each target the floor that a judge would: here the lowest
// point of each twentieth of the present life.
func withFloors(all map[string]*Series) map[string]*Series {
	for _, s := range all {
		tr := s.Memory[Unreclaimable]
		if tr == nil {
			continue
		}
		pieces := tr.Segments(1 << 62)
		life := pieces[len(pieces)-1]
		block := max((life[len(life)-1].T-life[0].T)/20, 1)
		for _, p := range life {
			n := len(s.Floor)
			switch at := int((p.T - life[0].T) / block); {
			case n <= at && at < 20:
				s.Floor = append(s.Floor, p)
			case p.V < s.Floor[n-1].V:
				s.Floor[n-1] = p
			}
		}
	}
	return all
}

// Made once: nothing that renders may change a report or its curves.
var (
	leaking   = sync.OnceValue(makeLeaking)
	healthy   = sync.OnceValue(makeHealthy)
	undecided = sync.OnceValue(makeUndecided)
	three     = sync.OnceValue(makeThree)
)

// shape gives the anonymous memory and the page cache after so long.
type shape func(time.Duration) (anon, file float64)

// sampled feeds a curve through a collector and returns the components' ranges.
func sampled(c *Collector, target string, life int, from time.Time, d, step time.Duration, limit int64, f shape) map[string]soak.Range {
	ranges := map[string]soak.Range{}
	for at := time.Duration(0); at <= d; at += step {
		anon, file := f(at)
		s := soak.Sample{Target: target, Life: life, Started: from, At: from.Add(at)}
		s.Set(soak.Anon, int64(anon))
		s.Set(soak.File, int64(file))
		s.Set(soak.Kernel, int64(14*mb))
		s.SetDerived(soak.Shmem, int64(2*mb))
		s.Set(soak.InactiveFile, int64(file*0.8))
		s.Set(soak.Usage, int64(anon+file+14*mb))
		s.Set(soak.WorkingSet, int64(anon+file*0.2+14*mb))
		s.Set(soak.PIDs, 23)
		if limit > 0 {
			s.Set(soak.Limit, limit)
		}
		s.Processes = []soak.Process{
			{PID: 17, Started: from, Command: "node index.js", RSS: int64(anon * 0.97)},
			{PID: 31, Started: from, Command: "node gun-relay.js", RSS: int64(90 * mb)},
		}
		_ = c.Record(soak.Batch{Samples: []soak.Sample{s}}) // never fails
		for _, m := range soak.Metrics() {
			if x, ok := s.Get(m); ok {
				ranges[m.String()] = widen(ranges, m.String(), x, s.Derived(m))
			}
		}
	}
	return ranges
}

func widen(in map[string]soak.Range, name string, x int64, derived bool) soak.Range {
	r, ok := in[name]
	if !ok {
		return soak.Range{First: x, Min: x, Max: x, Last: x, Derived: derived}
	}
	r.Min, r.Max, r.Last = min(r.Min, x), max(r.Max, x), x
	return r
}

// sawtooth is a heap between low and high with a tooth each period, seeded.
func sawtooth(low, high float64, period time.Duration, seed uint64) shape {
	rng := rand.New(rand.NewPCG(seed, 1))
	noise := func() float64 { return (rng.Float64() - 0.5) * 0.02 * high }
	return func(at time.Duration) (float64, float64) {
		phase := math.Mod(at.Seconds()/period.Seconds(), 1)
		warm := 1 - 0.5*math.Exp(-at.Minutes()/25)
		return (low+(high-low)*phase)*warm + noise(), 180*mb + 40*mb*(1-math.Exp(-at.Hours()/3))
	}
}

func growing(low, perHour float64, onset time.Duration, seed uint64) shape {
	saw := sawtooth(low, low*1.2, 6*time.Minute, seed)
	return func(at time.Duration) (float64, float64) {
		anon, file := saw(at)
		return anon + math.Max(0, (at-onset).Hours())*perHour, file
	}
}

func latencies(c *Collector, scenario string, from time.Time, d time.Duration, ms func(time.Duration) float64) {
	for at := 5 * time.Minute; at <= d; at += 5 * time.Minute {
		l := soak.LoadInterval{At: from.Add(at), Duration: 5 * time.Minute, Scenario: scenario, Requests: 10, Due: 10, Latency: histogram(int64(ms(at)))}
		_ = c.Record(soak.Batch{Load: []soak.LoadInterval{l}}) // never fails
	}
}

var histograms sync.Map

// histogram is ten latencies around ms, made once for each ms: making one is slow.
func histogram(ms int64) []byte {
	if b, ok := histograms.Load(ms); ok {
		return b.([]byte)
	}
	h := hdrhistogram.New(1, 10_000_000, 2)
	for i := range int64(10) {
		_ = h.RecordValue(ms * (700 + 50*i)) // within range
	}
	b, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		panic(err)
	}
	histograms.Store(ms, b)
	return b
}

func hitRate(c *Collector, target string, from time.Time, d time.Duration, top float64) {
	for at := 5 * time.Minute; at <= d; at += 5 * time.Minute {
		v := top * (1 - math.Exp(-at.Minutes()/40))
		_ = c.Record(soak.Batch{Signals: []soak.Signal{{At: from.Add(at), Target: target, Name: "cache_hit_rate", Count: 1,
			Values: map[string]float64{"percent": math.Round(v*10) / 10, "cached": math.Round(at.Minutes() * 2)}}}})
	}
}

func ptr[T any](x T) *T { return &x }

func hoursOf(e, l, h float64) soak.Hours { return soak.Hours{Estimate: &e, Low: &l, High: &h} }

func info(name string, limit int64) soak.TargetInfo {
	return soak.TargetInfo{Name: name, Kind: "container", ID: "3f1c9a7be210", Image: "oip-node:2024-12-08", Profile: "oip-node",
		URL: "http://127.0.0.1:3005", Started: start, Limit: limit, HostMemory: 64e9, Source: "cgroup v2",
		Labels: map[string]string{"com.docker.compose.service": "fitnessally-oip-gpu-1"}}
}

func base(id string, d time.Duration, planned time.Duration, names ...string) soak.Report {
	r := soak.Report{Schema: soak.ReportSchema, Run: soak.RunInfo{ID: id, Version: "0.4.0", Profile: "oip-node", Started: start,
		Planned: planned.Seconds(), Duration: d.Seconds(), Interval: 15, LoadLevel: soak.LoadGentle},
		Observer: soak.Observer{RSS: 24_300_000, CPUSeconds: d.Seconds() * 0.0009, EngineCalls: int64(d.Minutes()), LogBytes: 12_400_000,
			Samples: int64(d.Seconds() / 15), Missed: 0, Late: 3, MaxLate: 0.41}}
	for _, n := range names {
		r.Run.Targets = append(r.Run.Targets, info(n, 0))
	}
	return r
}

func scenarios(n int64, p95 float64, errors map[soak.ErrorKind]int64) []soak.ScenarioResult {
	return []soak.ScenarioResult{
		{Name: "health", Due: n * 3, Requests: n * 3, P50: 1.9, P95: 4.2, P99: 7.7, Max: 31, Bytes: n * 3 * 48},
		{Name: "meal-plan", Due: n, Requests: n, P50: 41, P95: 88, P99: 130, Max: 402, Bytes: n * 61_000},
		{Name: "workout", Due: n, Requests: n, Errors: errors, P50: p95 / 3, P95: p95, P99: p95 * 1.4, Max: p95 * 2.2, Bytes: n * 184_000},
	}
}
