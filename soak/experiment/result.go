package experiment

import (
	"cmp"
	"math"
	"slices"

	"leakcheck/soak"
)

// Result is what the blocks so far prove. It may be asked at any time.
func (e *Experiment) Result() soak.Diagnosis {
	d := soak.Diagnosis{
		Schema: soak.DiagnosisSchema, Seed: e.o.Seed, Rounds: e.round, Blocks: len(e.seen),
		Matters: e.o.Matters, Tolerance: e.o.Tolerance, Warnings: []string{},
	}
	for i, m := range e.seen {
		d.Growth += m.Floor.Level - e.before(i).Level
	}
	costs, ok := e.costs()
	shares := e.shares()
	for arm := range e.o.Arms {
		r := e.arm(arm)
		if ok {
			r = e.judged(r, arm, costs[arm], shares[arm])
		} else {
			r.Verdict, r.Why = soak.ArmUntested, "too few rounds were run to tell"
		}
		d.Arms = append(d.Arms, r)
	}
	slices.SortStableFunc(d.Arms, func(a, b soak.ArmResult) int {
		return cmp.Or(cmp.Compare(order[a.Verdict], order[b.Verdict]), cmp.Compare(value(b.Share), value(a.Share)))
	})
	return d
}

var order = map[soak.ArmVerdict]int{soak.ArmProven: 0, soak.ArmUntested: 1, soak.ArmRefuted: 2}

func value(x *float64) float64 {
	if x == nil {
		return 0
	}
	return *x
}

// arm is what was done to an arm, and its first rise.
func (e *Experiment) arm(arm int) soak.ArmResult {
	a := e.o.Arms[arm]
	r := soak.ArmResult{Name: a.Name, Kind: a.Kind, Where: []soak.ComponentGrowth{}}
	for _, m := range e.seen {
		if m.Arm == arm {
			r.Requests += m.Requests
			r.Blocks++
		}
	}
	for _, x := range e.complete(WarmUp) {
		if x.Arm == arm {
			first := x.bytes()
			r.First = &first
		}
	}
	return r
}

// judged adds what the regression says.
func (e *Experiment) judged(r soak.ArmResult, arm int, cost soak.Interval, share *float64) soak.ArmResult {
	r.Share = share
	r.Again = e.repeated(arm, cost)
	nature := soak.Nature("")
	if e.stage == Confirm && slices.Contains(e.suspects, arm) {
		nature, _ = e.nature(arm)
		if double, holds, ok := e.doseHolds(arm); double != (soak.Interval{}) {
			shown := grown(double)
			r.Dose = &shown
			if ok {
				r.DoseHolds = &holds
			}
		}
		if d, ok := e.again(arm); ok && nature == soak.NatureHighWater {
			cost, r.Share = d.both.interval(e.alpha()), nil
			r.Again = e.repeated(arm, cost)
		}
	} else if cost.Low > 0 && cost.High > e.matters(arm) {
		nature = soak.NatureUnclear
	} else if e.roseOnce(r) {
		nature = soak.NatureHighWater
	}
	shown := grown(cost)
	if e.o.Arms[arm].counted() {
		r.PerRequest = &shown
	} else {
		r.PerHour = &shown
	}
	r.Nature = nature
	switch {
	case nature == soak.NatureHighWater:
		r.Verdict = soak.ArmRefuted
	case cost.High <= e.matters(arm):
		r.Verdict, r.Nature = soak.ArmRefuted, ""
	case cost.Low > 0:
		r.Verdict = soak.ArmProven
		r.Where = e.where(arm)
	default:
		r.Verdict, r.Nature = soak.ArmUntested, ""
	}
	r.Why = e.why(r)
	return r
}

// repeated is what one block at the single dose makes memory rise by now.
func (e *Experiment) repeated(arm int, cost soak.Interval) *soak.Interval {
	var dose, blocks float64
	for _, x := range e.complete(Screen, Confirm) {
		if x.Arm == arm && x.Dose == 1 {
			d := x.dose(e.o.Arms[arm])
			if arm == e.idle() {
				d = hours(x.Span)
			}
			dose += d
			blocks++
		}
	}
	if blocks == 0 {
		return nil
	}
	per := dose / blocks
	again := grown(soak.Interval{Estimate: cost.Estimate * per, Low: cost.Low * per, High: cost.High * per, Confidence: cost.Confidence})
	return &again
}

// clearly is how many standard deviations of a block's rise the first one must
// stand out by, to be called one.
const clearly = 6

// roseOnce reports whether the first block made memory rise, and the same load
// later did not.
func (e *Experiment) roseOnce(r soak.ArmResult) bool {
	if r.First == nil || r.Again == nil || r.Kind == soak.ArmIdle {
		return false
	}
	return *r.First > clearly*e.noise() && r.Again.High < muchSmaller**r.First
}

// noise is how much the rises of blocks scatter around the regression.
func (e *Experiment) noise() float64 {
	rows := e.rows(Screen, Confirm)
	b, ok := solve(rows)
	if !ok || len(rows) <= len(b) {
		return math.Inf(1)
	}
	sum := 0.0
	for _, r := range rows {
		left := r.y
		for c, x := range r.x {
			left -= b[c] * x
		}
		sum += left * left
	}
	return math.Sqrt(sum / float64(len(rows)-len(b)))
}

// shares divides the growth that the blocks saw among the arms; nil if nothing
// grew.
func (e *Experiment) shares() []*float64 {
	shares := make([]*float64, len(e.o.Arms))
	rows := e.rows(Screen, Confirm)
	costs := solvePositive(rows)
	total, by := 0.0, make([]float64, len(costs))
	for c, cost := range costs {
		for _, r := range rows {
			by[c] += cost * r.x[c]
		}
		total += by[c]
	}
	if total <= 0 {
		return shares
	}
	for c := range by {
		share := by[c] / total
		shares[c] = &share
	}
	return shares
}

// where lists the components that grow with an arm.
func (e *Experiment) where(arm int) []soak.ComponentGrowth {
	rises := e.complete(Screen, Confirm)
	names := map[string]bool{}
	for _, x := range rises {
		for name := range x.Floor.Parts {
			names[name] = true
		}
	}
	found := []soak.ComponentGrowth{}
	for name := range names {
		rows := e.table(reporting(rises, name), func(r rise) float64 { return r.Floor.Parts[name] - r.before.Parts[name] })
		costs, ok := jackknife(rows, nil)
		if !ok {
			continue
		}
		if i := costs[arm].interval(e.alpha()); i.Low > 0 {
			found = append(found, soak.ComponentGrowth{Component: name, Growth: i})
		}
	}
	slices.SortFunc(found, func(a, b soak.ComponentGrowth) int {
		return cmp.Or(cmp.Compare(b.Growth.Estimate, a.Growth.Estimate), cmp.Compare(a.Component, b.Component))
	})
	return found
}

// reporting are the blocks before and after which a component was reported.
func reporting(all []rise, part string) (known []rise) {
	for _, r := range all {
		_, before := r.before.Parts[part]
		if _, after := r.Floor.Parts[part]; before && after {
			known = append(known, r)
		}
	}
	return known
}
