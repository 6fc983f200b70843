package judge

import (
	"fmt"

	"leakcheck/soak"
	"leakcheck/soak/checklist"
)

// tapped is what went through a tap in a window, and until its end.
type tapped struct{ inside, until map[string]float64 }

// tapSignal adds to every window what went through the tap since the last
// signal. A tap that begins again, as in a resumed run, counts on.
func (t *target) tapSignal(s soak.Signal) {
	before := t.tap
	if s.Values["requests"] < before["requests"] {
		before = nil
	}
	t.tap = s.Values
	for _, w := range t.order {
		if !w.to.IsZero() && s.At.After(w.to) {
			continue
		}
		for name, x := range s.Values {
			w.tap.add(name, x-before[name], w.inside(s.At))
		}
	}
}

func (p *tapped) add(name string, x float64, inside bool) {
	if p.until == nil {
		p.inside, p.until = map[string]float64{}, map[string]float64{}
	}
	p.until[name] += x
	if inside {
		p.inside[name] += x
	}
}

// tap answers tap.NAME. Counts are those of the window; a status that never came
// was counted, at none. What a missing key costs is counted from the tap's
// beginning on: a key is found missing once.
func (f *facts) tap(name string) checklist.Fact {
	in, until := f.w.tap.inside, f.w.tap.until
	ratio := func(a, b float64, none string) checklist.Fact {
		if b == 0 {
			return checklist.Missing(none)
		}
		return checklist.Number(a / b)
	}
	switch {
	case f.t.tap == nil && (f.j.info.Tap == "" || f.t != f.j.loaded()):
		return checklist.Fact{Missing: "no tap was used: `--tap LISTEN=UPSTREAM` counts what the node asks another service for", Unfired: true}
	case f.t.tap == nil:
		return checklist.Missing("nothing went through the tap: the node must call its service at " + f.j.info.Tap)
	case name == "requests_per_missing_key":
		x := ratio(until["missing_keys"]+until["repeats"], until["missing_keys"], "nothing that the node asked for was missing")
		x.Note = fmt.Sprintf("%.0f missing keys, asked for again %.0f times", until["missing_keys"], until["repeats"])
		return x
	case name == "requests_per_key":
		return ratio(until["requests"], until["keys"], "the node asked for nothing")
	case name == "requests_per_client_request":
		c := f.w.load[allScenarios]
		if c == nil {
			return checklist.Fact{Missing: f.unfired(allScenarios), Unfired: true}
		}
		return ratio(in["requests"], float64(c.requests), f.unfired(allScenarios))
	}
	return f.seen(checklist.Number(in[name]), checklist.AtLeast)
}
