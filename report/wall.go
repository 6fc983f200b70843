package report

import (
	"time"

	"leakcheck/soak"
)

// farAway is how far off a wall must be, at worst, to be called not urgent.
const farAway = 24 * time.Hour

var wallNames = map[string]string{
	"limit": "limit", "host": "host", "ceiling": "ceiling", "heap": "heap cap",
}

func wallName(w string) string {
	if n, ok := wallNames[w]; ok {
		return n
	}
	return w
}

// wall says which wall comes first, and when, by the clock.
func (v *View) wall(t *Target) (string, Tone) {
	m := t.Memory
	f := m.Forecast
	if f == nil || f.Wall == "" {
		return "none known: no limit, no ceiling", Faint
	}
	where := wallName(f.Wall) + " of " + soak.FormatBytes(f.WallBytes)
	left := v.left(m, f)
	switch {
	case m.Leak == soak.LeakYes && f.Hours.Estimate != nil:
		d := hours(*f.Hours.Estimate)
		if v.calmed(t) {
			return "while loaded: " + walls(f) + " within " + span(d) + "; since the load stopped it does not grow; wall: " + wallName(f.Wall) + left, Caution
		}
		return v.hits(f, d) + ", about " + v.Clock(v.End.Add(d)) + "; wall: " + wallName(f.Wall) + left, Bad
	case m.Leak == soak.LeakInconclusive && f.Hours.Low != nil:
		d := hours(*f.Hours.Low)
		worst := "at worst " + span(d) + " away (" + v.Clock(v.End.Add(d)) + ")"
		switch {
		case d > farAway:
			return worst + ", not urgent: " + wallName(f.Wall) + left, Plain
		case m.Slope != nil && m.Slope.Low > m.Tolerance: // it grows, whatever it is
			return worst + ": " + wallName(f.Wall) + left, Caution
		}
		return v.noSooner(m, d) + "; " + wallName(f.Wall) + left, Plain
	}
	return "none in sight; nearest: " + where + left, Plain
}

// noSooner says what a short look proves of a wall: how long it is not met. A
// bound that is near because hardly anything was seen is no alarm.
func (v *View) noSooner(m *soak.MemoryResult, d time.Duration) string {
	when := span(d) + " after the last sample"
	if v.live() {
		when = "in " + span(d) + " (" + v.Clock(v.End.Add(d)) + ")"
	}
	return "no sooner than " + when + ", as far as " + span(seconds(m.Duration)) + " can tell"
}

// calmed reports whether a target that leaked under load has grown since the
// brake at less than a quarter of its rate: a forecast is none then.
func (v *View) calmed(t *Target) bool {
	b, m := v.Report.Load.Brake, t.Memory
	if b == nil || m == nil || m.Slope == nil || t.Series == nil || t.Info.URL == "" && len(v.Targets) > 1 {
		return false
	}
	tr, since := t.Series.Memory[Unreclaimable], v.End.Sub(b.At)
	return tr != nil && since > 0 && tr.risen(b.At) < m.Slope.Estimate*since.Hours()/4
}

// walls says what happens at the wall.
func walls(f *soak.Forecast) string {
	switch f.Wall {
	case "ceiling":
		return "over the ceiling"
	case "heap":
		return "heap full"
	}
	return "OOM"
}

// hits says what happens at the wall and in what time.
func (v *View) hits(f *soak.Forecast, d time.Duration) string {
	what := walls(f)
	if v.live() {
		return what + " in " + hoursInterval(f.Hours)
	}
	return what + " " + hoursInterval(f.Hours) + " after the last sample"
}

func (v *View) left(m *soak.MemoryResult, f *soak.Forecast) string {
	ws, ok := m.Components[soak.WorkingSet.String()]
	if !ok {
		ws, ok = m.Components[soak.Usage.String()]
	}
	if !ok {
		return ""
	}
	if room := f.WallBytes - float64(ws.Last); room > 0 {
		return ", " + soak.FormatBytes(room) + " left"
	}
	return ", reached"
}
