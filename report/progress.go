package report

import (
	"math"
	"strings"

	"leakcheck/soak"
)

// Line is the state of a run in one plain line, made for CI logs:
// "12m0s of 24h0m  working set 812 MB  floor +3 MB/h [-10, 16]  load 24 ok".
func Line(v *View) string {
	run := v.Report.Run
	head := elapsed(seconds(run.Duration))
	if run.Planned > 0 {
		head += " of " + elapsed(seconds(run.Planned))
	}
	parts := []string{head}
	for _, t := range v.Targets {
		name := ""
		if len(v.Targets) > 1 {
			name = t.Name + ": "
		}
		parts = append(parts, name+strings.Join(t.progress(v.calmed(t)), "  "))
	}
	if load := v.loadLine(); load != "" {
		parts = append(parts, load)
	}
	if v.Report.Observer.Missed > 0 {
		parts = append(parts, number(v.Report.Observer.Missed)+" samples missed")
	}
	return strings.Join(parts, "  ")
}

// progress lists a target's memory, rate, verdict so far and checks; of one that
// is calm, no forecast.
func (t *Target) progress(calm bool) []string {
	m := t.Memory
	if m == nil || m.Samples == 0 {
		return []string{"no sample yet"}
	}
	var parts []string
	for _, x := range []soak.Metric{soak.WorkingSet, soak.Usage} {
		if r, ok := m.Components[x.String()]; ok {
			parts = append(parts, strings.ReplaceAll(x.String(), "_", " ")+" "+soak.FormatBytes(float64(r.Last)))
			break
		}
	}
	if m.Slope != nil {
		parts = append(parts, "floor "+rateInterval(*m.Slope))
	}
	switch m.Leak {
	case soak.LeakYes:
		parts = append(parts, "LEAK")
	case soak.LeakNo:
		parts = append(parts, string(m.Pattern))
	}
	if f := m.Forecast; m.Leak == soak.LeakYes && f != nil && f.Hours.Estimate != nil && !calm {
		parts = append(parts, f.Wall+" in "+hoursInterval(f.Hours))
	}
	if n := t.Tally[soak.Fail]; n > 0 {
		parts = append(parts, plural(int64(n), "check")+" failed")
	}
	return parts
}

func (v *View) loadLine() string {
	var ok, bad int64
	for _, s := range v.Report.Load.Scenarios {
		if s.Name == soak.HealthScenario {
			continue
		}
		ok += s.Requests
		for _, n := range s.Errors {
			ok -= n
			bad += n
		}
	}
	switch {
	case v.Report.Load.Brake != nil:
		return "load stopped by the brake"
	case ok+bad == 0:
		return ""
	case bad > 0:
		return "load " + number(ok) + " ok, " + number(bad) + " failed"
	}
	return "load " + number(ok) + " ok"
}

// StatusLine is a live line for a terminal, at most o.Width columns, that the
// caller repaints; it ends without a line break.
func StatusLine(v *View, o TextOptions) string {
	p := newPrinter(o)
	bar := p.progressBar(v)
	rest := []string{strings.TrimSpace(Line(v))}
	if len(v.Targets) == 1 {
		if s := p.spark(v.Targets[0], 12); s != "" {
			rest = append([]string{s}, rest...)
		}
	}
	text := bar + strings.Join(rest, " ")
	if !p.Unicode {
		text = ascii(text)
	}
	text = fit(text, p.Width-1)
	if !p.Unicode {
		text = ascii(text)
	}
	if len(v.Targets) > 0 {
		return p.paint.tone(worst(v.Targets), text)
	}
	return text
}

// worst is the tone of the target that is worst off; an undecided one is calm.
func worst(ts []*Target) Tone {
	for _, t := range ts {
		if t.Verdict.Tone == Bad {
			return Bad
		}
	}
	return Plain
}

func (p *printer) progressBar(v *View) string {
	run := v.Report.Run
	if run.Planned <= 0 {
		return ""
	}
	const cells = 10
	done := int(math.Min(1, run.Duration/run.Planned) * cells)
	full, empty := "█", "░"
	if !p.Unicode {
		full, empty = "#", "."
	}
	return strings.Repeat(full, done) + strings.Repeat(empty, cells-done) + " "
}

// spark draws the last of the curve in one line of blocks.
func (p *printer) spark(t *Target, cells int) string {
	tr, _ := t.Series.shown()
	from, to, ok := tr.Span()
	if !ok || !p.Unicode || to <= from {
		return ""
	}
	low, high, _ := tr.Range()
	peaks := make([]float64, cells)
	for i := range peaks {
		peaks[i] = math.NaN()
	}
	for _, b := range tr.buckets {
		i := int(float64(b.first.T-from) / float64(to-from) * float64(cells-1))
		peaks[i] = math.Max(b.high.V, zeroIfNaN(peaks[i]))
	}
	var s strings.Builder
	for _, x := range peaks {
		switch {
		case math.IsNaN(x):
			s.WriteByte(' ')
		case high <= low:
			s.WriteRune('▄')
		default:
			s.WriteRune([]rune("▁▂▃▄▅▆▇█")[int((x-low)/(high-low)*7)])
		}
	}
	return s.String()
}

func zeroIfNaN(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}
