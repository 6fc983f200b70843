package judge

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"leakcheck/soak"
)

var began = time.Date(2024, 12, 8, 9, 0, 0, 0, time.UTC)

const node = "fitnessally-oip-gpu-1"

// story is a run to be told to a judge.
type story struct {
	t    *testing.T
	j    *Judge
	info soak.RunInfo
}

// tell begins a run of a container that started with it.
func tell(t *testing.T, p *soak.Profile, change ...func(*soak.RunInfo)) *story {
	t.Helper()
	info := soak.RunInfo{
		ID: "r1", Started: began, Interval: 5, LoadLevel: soak.LoadGentle, Planned: 86400,
		Targets: []soak.TargetInfo{{Name: node, Kind: "container", Image: "oip:1", Started: began, URL: "http://127.0.0.1:3005", Source: "cgroup v2"}},
	}
	for _, f := range change {
		f(&info)
	}
	j, err := New(info, map[string]*soak.Profile{node: p}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &story{t, j, info}
}

func (s *story) record(b soak.Batch) {
	s.t.Helper()
	if err := s.j.Record(b); err != nil {
		s.t.Fatal(err)
	}
}

// at is a time after the beginning.
func at(d time.Duration) time.Time { return began.Add(d) }

// theThree are the scenarios that tests fire.
var theThree = map[string]*soak.Scenario{"workout": {}, "meal-plan": {}, "burst": {}}

// sample is one with a memory level in bytes.
func sample(d time.Duration, bytes float64) soak.Sample {
	s := soak.Sample{Target: node, Life: 1, Started: began, At: at(d)}
	s.Set(soak.WorkingSet, int64(bytes))
	s.Set(soak.Usage, int64(bytes)+50e6)
	s.Set(soak.Anon, int64(bytes)-20e6)
	s.Set(soak.Kernel, 5e6)
	return s
}

// model gives the memory at a time after the start.
type model func(time.Duration) float64

// samples feeds a model from one time to another.
func (s *story) samples(m model, from, to, every time.Duration) {
	s.t.Helper()
	for d := from; d <= to; d += every {
		s.record(soak.Batch{Samples: []soak.Sample{sample(d, m(d))}})
	}
}

// healthy is a sawtooth on a level of 700 MB.
func healthy() model {
	const period = 20 * time.Minute
	noise := rand.New(rand.NewPCG(1, 2))
	return func(d time.Duration) float64 {
		phase := float64(d%period) / float64(period)
		return 700e6 + 150e6*phase + 4e6*noise.NormFloat64()
	}
}

// quiet is level but for noise: a curve that any classifier knows at once, so
// that these tests are about the judge.
func quiet() model {
	noise := rand.New(rand.NewPCG(1, 2))
	return func(time.Duration) float64 { return 700e6 + 2e6*noise.NormFloat64() }
}

// leaking grows by a rate in bytes per hour.
func leaking(perHour float64) model {
	base := quiet()
	return func(d time.Duration) float64 { return base(d) + perHour*d.Hours() }
}

func flat(bytes float64) model { return func(time.Duration) float64 { return bytes } }

// hit is a signal.
func hit(d time.Duration, name string, values map[string]float64) soak.Signal {
	return soak.Signal{At: at(d), Target: node, Name: name, Count: 1, Run: 1, Values: values, Text: name + " line"}
}

// read is a span of the log.
func read(from, to time.Duration, lines int64) soak.LogSpan {
	return soak.LogSpan{Target: node, From: at(from), To: at(to), Lines: lines, Bytes: lines * 80}
}

// fired is load of one scenario in the interval before a time.
func fired(d time.Duration, scenario string, n int64, latency time.Duration) soak.LoadInterval {
	b := encoded(n, latency)
	return soak.LoadInterval{At: at(d), Duration: time.Second, Scenario: scenario, Due: n, Requests: n, Bytes: 1000 * n, Latency: b}
}

var encodings = map[string][]byte{}

func encoded(n int64, latency time.Duration) []byte {
	key := fmt.Sprint(n, latency)
	if encodings[key] == nil {
		h := newLatencies()
		_ = h.RecordValues(latency.Microseconds(), n)
		b, err := h.Encode()
		if err != nil {
			panic(err)
		}
		encodings[key] = b
	}
	return encodings[key]
}

// end finishes the run and reports.
func (s *story) end(d time.Duration) soak.Report {
	s.j.Finish(false)
	return s.j.Report(at(d))
}

// outcome finds the result of a check.
func outcome(t *testing.T, r soak.Report, id string) soak.CheckResult {
	t.Helper()
	for _, c := range r.Checks {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("there is no check %s", id)
	return soak.CheckResult{}
}

// check is a profile with one check named x.
func check(expr string, change ...func(*soak.Check)) *soak.Profile {
	c := soak.Check{ID: "x", Text: "x", Expr: expr}
	for _, f := range change {
		f(&c)
	}
	return &soak.Profile{
		Name: "test", Ceiling: 5e9, Checks: []soak.Check{c}, Scenarios: theThree,
		Signals: []soak.SignalRule{
			{Name: "cleaned", Pattern: "Cleaned (?P<n>[0-9]+)"},
			{Name: "rate", Pattern: "(?P<percent>[0-9.]+)%", Units: map[string]string{"percent": "%"}, Help: "it prints one each 100 lookups"},
		},
	}
}

func within(from, to time.Duration) func(*soak.Check) {
	return func(c *soak.Check) { c.Window = soak.Window{From: soak.Duration(from), To: soak.Duration(to)} }
}

func always(c *soak.Check) { c.Always = true }
