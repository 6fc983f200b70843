package report

import "time"

// timeTick is a round time on a chart's axis.
type timeTick struct {
	At    int64
	Label string
	// Minor ticks go where there is little room.
	Minor bool
}

var timeSteps = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 48 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour,
}

// timeTicks lists about n round times between two, in a location's own hours.
func timeTicks(from, to int64, n int, in *time.Location) []timeTick {
	step := timeSteps[len(timeSteps)-1]
	for _, s := range timeSteps {
		if to-from <= s.Milliseconds()*int64(n) {
			step = s
			break
		}
	}
	at := time.UnixMilli(from).In(in)
	at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, in)
	for at.UnixMilli() < from {
		at = next(at, step)
	}
	var out []timeTick
	for day := -1; at.UnixMilli() <= to && len(out) < 4*n; at = next(at, step) {
		label := at.Format("15:04")
		switch {
		case step >= 24*time.Hour || at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0 && at.YearDay() != day:
			label = at.Format("Mon 2 Jan")
		case step < time.Minute:
			label = at.Format("15:04:05")
		}
		day = at.YearDay()
		out = append(out, timeTick{At: at.UnixMilli(), Label: label, Minor: len(out)%2 == 1})
	}
	return out
}

// next steps by days on the calendar, so that ticks stay on midnight when the
// clocks change.
func next(t time.Time, step time.Duration) time.Time {
	if step >= 24*time.Hour {
		return t.AddDate(0, 0, int(step/(24*time.Hour)))
	}
	return t.Add(step)
}
