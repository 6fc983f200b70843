package report

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"leakcheck/soak"
)

// Metrics prints the state of a run in Prometheus' text format 0.0.4. What is
// unknown has no sample: a missing series is never a zero.
func Metrics(w io.Writer, v *View) error {
	m := &metrics{v: v, out: bufio.NewWriter(w), seen: map[string]bool{}}
	m.run()
	m.memory()
	m.verdicts()
	m.checks()
	m.signals()
	m.load()
	m.observer()
	return m.out.Flush()
}

// metrics writes families; bufio keeps the first error for Flush.
type metrics struct {
	v    *View
	out  *bufio.Writer
	seen map[string]bool
}

// family begins a metric; its samples must follow at once.
func (m *metrics) family(name, kind, help string) {
	fmt.Fprintf(m.out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// sample prints one value; labels are pairs of name and value. A series that
// was printed already is left out: a page with two of one is refused whole.
func (m *metrics) sample(name string, x float64, labels ...string) {
	if math.IsNaN(x) {
		return
	}
	series := name
	for i := 0; i+1 < len(labels); i += 2 {
		series += []string{"{", ","}[min(i, 1)] + labels[i] + `="` + labelEscapes.Replace(labels[i+1]) + `"`
	}
	if len(labels) > 1 {
		series += "}"
	}
	if m.seen[series] {
		return
	}
	m.seen[series] = true
	m.out.WriteString(series + " " + strconv.FormatFloat(x, 'g', -1, 64) + "\n")
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (m *metrics) run() {
	run := m.v.Report.Run
	m.family("leakcheck_run_info", "gauge", "The run and what it was asked to do.")
	m.sample("leakcheck_run_info", 1, "run", run.ID, "version", run.Version, "profile", run.Profile, "load", run.Load(),
		"rehearsal", strconv.FormatBool(run.Rehearsal > 0))
	m.family("leakcheck_run_duration_seconds", "gauge", "How long the run has gone.")
	m.sample("leakcheck_run_duration_seconds", run.Duration)
	if run.Planned > 0 {
		m.family("leakcheck_run_planned_seconds", "gauge", "How long the run was asked to be.")
		m.sample("leakcheck_run_planned_seconds", run.Planned)
	}
}

// targets calls f for each target that has a memory result.
func (m *metrics) targets(f func(*Target, *soak.MemoryResult)) {
	for _, t := range m.v.Targets {
		if t.Memory != nil {
			f(t, t.Memory)
		}
	}
}

func (m *metrics) memory() {
	m.family("leakcheck_memory_bytes", "gauge", "Memory at the last sample, by component.")
	m.targets(func(t *Target, r *soak.MemoryResult) {
		for _, c := range soak.Metrics() {
			if x, ok := r.Components[c.String()]; ok && c < soak.CPU {
				m.sample("leakcheck_memory_bytes", float64(x.Last), "target", t.Name, "component", c.String())
			}
		}
	})
	m.family("leakcheck_memory_max_bytes", "gauge", "Highest memory seen, by component.")
	m.targets(func(t *Target, r *soak.MemoryResult) {
		for _, c := range soak.Metrics() {
			if x, ok := r.Components[c.String()]; ok && c < soak.CPU {
				m.sample("leakcheck_memory_max_bytes", float64(x.Max), "target", t.Name, "component", c.String())
			}
		}
	})
	m.family("leakcheck_last_sample_timestamp_seconds", "gauge", "When memory was last sampled.")
	for _, t := range m.v.Targets {
		if t.Series != nil && !t.Series.Last.IsZero() {
			m.sample("leakcheck_last_sample_timestamp_seconds", float64(t.Series.Last.UnixMilli())/1000, "target", t.Name)
		}
	}
	m.family("leakcheck_lives", "gauge", "Lives of the target seen; a restart begins a new one.")
	m.targets(func(t *Target, r *soak.MemoryResult) { m.sample("leakcheck_lives", float64(r.Lives), "target", t.Name) })
}

func (m *metrics) verdicts() {
	m.family("leakcheck_verdict", "gauge", "The verdict so far: 1 for the one that holds.")
	for _, x := range []soak.Verdict{soak.VerdictPass, soak.VerdictFail, soak.VerdictInconclusive, soak.VerdictNotMeasured} {
		m.sample("leakcheck_verdict", truth(m.v.Report.Verdict == x), "verdict", string(x))
	}
	m.family("leakcheck_leak", "gauge", "Whether the target leaks: 1 for the answer that holds.")
	m.targets(func(t *Target, r *soak.MemoryResult) {
		for _, x := range []soak.Leak{soak.LeakYes, soak.LeakNo, soak.LeakInconclusive} {
			m.sample("leakcheck_leak", truth(r.Leak == x), "target", t.Name, "answer", string(x))
		}
	})
	m.family("leakcheck_slope_bytes_per_hour", "gauge", "Present rate of the memory floor, with its confidence interval.")
	m.targets(func(t *Target, r *soak.MemoryResult) {
		if s := r.Slope; s != nil {
			m.bounds("leakcheck_slope_bytes_per_hour", &s.Estimate, &s.Low, &s.High, "target", t.Name)
		}
	})
	m.family("leakcheck_tolerance_bytes_per_hour", "gauge", "The slowest growth that matters.")
	m.targets(func(t *Target, r *soak.MemoryResult) {
		m.sample("leakcheck_tolerance_bytes_per_hour", r.Tolerance, "target", t.Name)
	})
	m.family("leakcheck_wall_bytes", "gauge", "The wall that comes first.")
	m.targets(func(t *Target, r *soak.MemoryResult) {
		if f := r.Forecast; f != nil && f.Wall != "" {
			m.sample("leakcheck_wall_bytes", f.WallBytes, "target", t.Name, "wall", f.Wall)
		}
	})
	m.family("leakcheck_time_to_wall_seconds", "gauge", "Time until the working set meets the wall; no sample is never, or unknown.")
	m.targets(func(t *Target, r *soak.MemoryResult) {
		if f := r.Forecast; f != nil && f.Wall != "" {
			m.bounds("leakcheck_time_to_wall_seconds", inSeconds(f.Hours.Estimate), inSeconds(f.Hours.Low), inSeconds(f.Hours.High), "target", t.Name, "wall", f.Wall)
		}
	})
}

func inSeconds(hours *float64) *float64 {
	if hours == nil {
		return nil
	}
	s := *hours * 3600
	return &s
}

func (m *metrics) bounds(name string, estimate, low, high *float64, labels ...string) {
	for _, b := range []struct {
		name string
		x    *float64
	}{{"estimate", estimate}, {"low", low}, {"high", high}} {
		if b.x != nil {
			m.sample(name, *b.x, append(slices.Clone(labels), "bound", b.name)...)
		}
	}
}

func (m *metrics) checks() {
	m.family("leakcheck_check", "gauge", "Each check of the checklist with its outcome so far.")
	for _, t := range m.v.Targets {
		for _, w := range t.Windows {
			for _, c := range w.Checks {
				m.sample("leakcheck_check", 1, "target", t.Name, "id", c.ID, "window", w.Name, "severity", Clean(string(c.Severity)), "outcome", string(c.Outcome))
			}
		}
	}
}

func (m *metrics) signals() {
	m.family("leakcheck_signal_hits_total", "counter", "Log lines that a signal rule matched.")
	for _, s := range m.v.Report.Signals {
		m.sample("leakcheck_signal_hits_total", float64(s.Count), "target", s.Target, "signal", s.Name)
	}
	m.family("leakcheck_signal_value", "gauge", "Values of a signal's last line, such as a cache's hit rate or size.")
	for _, s := range m.v.Report.Signals {
		for _, name := range slices.Sorted(maps.Keys(s.Values)) {
			m.sample("leakcheck_signal_value", s.Values[name], "target", s.Target, "signal", s.Name, "value", Clean(name))
		}
	}
}

func (m *metrics) load() {
	scenarios := m.v.Report.Load.Scenarios
	m.family("leakcheck_requests_total", "counter", "Requests sent, by scenario.")
	for _, s := range scenarios {
		m.sample("leakcheck_requests_total", float64(s.Requests), "scenario", s.Name)
	}
	m.family("leakcheck_request_errors_total", "counter", "Requests that failed, by scenario and kind.")
	for _, s := range scenarios {
		for _, k := range slices.Sorted(maps.Keys(s.Errors)) {
			m.sample("leakcheck_request_errors_total", float64(s.Errors[k]), "scenario", s.Name, "kind", Clean(string(k)))
		}
	}
	m.family("leakcheck_request_duration_seconds", "gauge", "Latency over the whole run, by scenario and percentile.")
	for _, s := range scenarios {
		if s.Requests == 0 {
			continue
		}
		for _, q := range []struct {
			name string
			ms   float64
		}{{"50", s.P50}, {"95", s.P95}, {"99", s.P99}, {"100", s.Max}} {
			m.sample("leakcheck_request_duration_seconds", q.ms/1000, "scenario", s.Name, "percentile", q.name)
		}
	}
	m.family("leakcheck_brake", "gauge", "1 once the brake has stopped all load.")
	m.sample("leakcheck_brake", truth(m.v.Report.Load.Brake != nil))
}

func (m *metrics) observer() {
	o := m.v.Report.Observer
	for _, x := range []struct {
		name, kind, help string
		value            float64
	}{
		{"leakcheck_observer_resident_bytes", "gauge", "Memory of leakcheck itself.", float64(o.RSS)},
		{"leakcheck_observer_cpu_seconds_total", "counter", "CPU time of leakcheck itself.", o.CPUSeconds},
		{"leakcheck_observer_engine_calls_total", "counter", "Calls to the container engine.", float64(o.EngineCalls)},
		{"leakcheck_observer_log_bytes_total", "counter", "Bytes of log read.", float64(o.LogBytes)},
		{"leakcheck_observer_samples_total", "counter", "Samples taken.", float64(o.Samples)},
		{"leakcheck_observer_missed_samples_total", "counter", "Samples that could not be taken.", float64(o.Missed)},
	} {
		m.family(x.name, x.kind, x.help)
		m.sample(x.name, x.value)
	}
}
