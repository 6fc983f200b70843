package experiment

import "leakcheck/soak"

// rows are the regression dM = sum of cost x dose over the arms + growth by
// itself x time. The idle arm's column is the time: it is on all along.
func (e *Experiment) rows(stages ...Stage) []row {
	return e.table(e.complete(stages...), rise.bytes)
}

func (e *Experiment) table(rises []rise, y func(rise) float64) []row {
	var all []row
	for _, r := range rises {
		x := make([]float64, len(e.o.Arms))
		x[r.Arm] = r.dose(e.o.Arms[r.Arm])
		x[e.idle()] = hours(r.Span)
		all = append(all, row{round: r.Round, x: x, y: y(r)})
	}
	return all
}

// estimates are the arms' costs as some stages show them; false while there is
// too little to tell them.
func (e *Experiment) estimates(stages ...Stage) ([]estimate, bool) {
	return jackknife(e.rows(stages...), nil)
}

// costs are the intervals of what the arms cost, by all that was seen. An arm
// that the confirmation leaves out is known as the screen left it: rounds
// without it add nothing but their noise.
func (e *Experiment) costs() ([]soak.Interval, bool) {
	found, ok := e.estimates(Screen, Confirm)
	all := make([]soak.Interval, len(found))
	for arm, x := range found {
		all[arm] = x.interval(e.alpha())
		if e.stage == Confirm && !contains(e.suspects, arm) {
			all[arm] = e.screened[arm].interval(e.alphaAt(e.screenAt))
		}
	}
	return all, ok
}

// doses are a suspect's costs in the confirmation: at the single dose, at the
// double dose, the difference of the two, and both doses together.
type doses struct{ single, double, difference, both estimate }

// again is what the confirmation shows of a suspect.
func (e *Experiment) again(arm int) (doses, bool) {
	rises := e.complete(Confirm)
	joint, ok := jackknife(e.table(rises, rise.bytes), nil)
	if !ok {
		return doses{}, false
	}
	d := doses{both: joint[arm]}
	if !e.o.Arms[arm].counted() {
		return d, true
	}
	n := len(e.o.Arms)
	rows := e.table(rises, rise.bytes)
	for i, r := range rises {
		extra := 0.0
		if r.Arm == arm && r.Dose == 2 {
			extra, rows[i].x[arm] = rows[i].x[arm], 0
		}
		rows[i].x = append(rows[i].x, extra)
	}
	single, double, difference := make([]float64, n+1), make([]float64, n+1), make([]float64, n+1)
	single[arm], double[n], difference[arm], difference[n] = 1, 1, -1, 1
	found, ok := jackknife(rows, [][]float64{single, double, difference})
	if ok {
		d.single, d.double, d.difference = found[0], found[1], found[2]
	}
	return d, ok
}
