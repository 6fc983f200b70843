package soak

import "time"

// Planned rounds a length up to one that people would give: whole minutes, or
// hours from two on.
func Planned(d time.Duration) Duration {
	step := time.Minute
	if d > 2*time.Hour {
		step = time.Hour
	}
	return Duration((d + step - 1).Truncate(step))
}

// mostPlanned is the longest run that is worth foretelling.
const mostPlanned = 30 * 24 * time.Hour

// Enough is how long a run must be in all to decide what this one leaves open:
// a quarter longer than foreseen. It is 0 where nothing is open, or where that
// is not known or takes more than a month.
func (r Result) Enough() Duration {
	if r.Leak != LeakInconclusive || r.HoursToDecide == nil || *r.HoursToDecide > mostPlanned.Hours() {
		return 0
	}
	return Planned(time.Duration(1.25 * (r.Duration + 3600**r.HoursToDecide) * float64(time.Second)))
}
