package report

import (
	"math"
	"strconv"
	"strings"
	"time"

	"leakcheck/soak"
)

// byteUnits are soak.FormatBytes's units and their sizes.
var byteUnits = map[string]float64{"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15, "EB": 1e18}

// rateInterval prints an estimate of bytes per hour with its bounds in one
// unit: "+12.4 MB/h [11.8, 13.1]".
func rateInterval(i soak.Interval) string { return byteInterval(i, "/h") }

func byteInterval(i soak.Interval, per string) string {
	worst := math.Max(math.Abs(i.Estimate), math.Max(math.Abs(i.Low), math.Abs(i.High)))
	_, unit, ok := strings.Cut(soak.FormatBytes(worst), " ")
	if !ok {
		return "unknown"
	}
	scale := byteUnits[unit]
	sign := ""
	if i.Estimate > 0 {
		sign = "+"
	}
	return sign + sig3(i.Estimate/scale) + " " + unit + per + " [" + sig3(i.Low/scale) + ", " + sig3(i.High/scale) + "]"
}

// sig3 prints three significant digits, none of them beyond the thousandths.
func sig3(x float64) string {
	digits := 2
	switch a := math.Abs(x); {
	case a >= 99.95:
		digits = 0
	case a >= 9.995:
		digits = 1
	case a < 0.0995:
		digits = 3
	}
	t := strconv.FormatFloat(x, 'f', digits, 64)
	if strings.Contains(t, ".") {
		t = strings.TrimRight(strings.TrimRight(t, "0"), ".")
	}
	if t == "-0" {
		return "0"
	}
	return t
}

// span prints a length of time with the digits a reader needs: "45 s",
// "38 min", "2 h 10 min", "26 h", "4.7 days".
func span(d time.Duration) string {
	if d < 0 {
		d = 0
	}
	switch {
	case d < 90*time.Second:
		return strconv.Itoa(int(d.Round(time.Second)/time.Second)) + " s"
	case d < 100*time.Minute:
		return strconv.Itoa(int(d.Round(time.Minute)/time.Minute)) + " min"
	case d < 10*time.Hour:
		d = d.Round(time.Minute)
		if m := int(d % time.Hour / time.Minute); m > 0 {
			return strconv.Itoa(int(d/time.Hour)) + " h " + strconv.Itoa(m) + " min"
		}
		return strconv.Itoa(int(d/time.Hour)) + " h"
	case d < 72*time.Hour:
		return strconv.Itoa(int(d.Round(time.Hour)/time.Hour)) + " h"
	}
	days := d.Hours() / 24
	if days >= 1000 {
		return "years"
	}
	return sig3(math.Round(days*10)/10) + " days"
}

func hours(h float64) time.Duration {
	const most = float64(math.MaxInt64) / 2
	return time.Duration(math.Max(-most, math.Min(most, h*float64(time.Hour))))
}

func seconds(s float64) time.Duration { return hours(s / 3600) }

// hoursInterval prints a time to come with its bounds, without their unit where
// all share one: "40 min [38, 43]"; a missing upper bound is "never".
func hoursInterval(h soak.Hours) string {
	if h.Estimate == nil {
		return ""
	}
	main := span(hours(*h.Estimate))
	if h.Low == nil && h.High == nil {
		return main
	}
	low, high := bound(h.Low, "?"), bound(h.High, "never")
	_, unit, _ := strings.Cut(main, " ")
	shortLow, one := strings.CutSuffix(low, " "+unit)
	shortHigh, two := strings.CutSuffix(high, " "+unit)
	if one && (two || h.High == nil) && !strings.Contains(unit, " ") {
		low, high = shortLow, shortHigh
	}
	return main + " [" + low + ", " + high + "]"
}

// bound prints a bound of a time to come.
func bound(h *float64, none string) string {
	if h == nil {
		return none
	}
	return span(hours(*h))
}

// elapsed prints a run's age compactly: "12m0s", "1h4m", "3d2h".
func elapsed(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Hour:
		return d.String()
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "h" + strconv.Itoa(int(d%time.Hour/time.Minute)) + "m"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + "d" + strconv.Itoa(int(d%(24*time.Hour)/time.Hour)) + "h"
}

// clock prints a time as people near now say it: "03:52" within 18 hours,
// "Tue 03:52" within six days, "2 Jan 15:04" otherwise.
func clock(t, now time.Time) string {
	t = t.In(now.Location())
	away := t.Sub(now).Abs()
	switch {
	case away < 18*time.Hour:
		return t.Format("15:04")
	case away < 6*24*time.Hour:
		return t.Format("Mon 15:04")
	case away < 300*24*time.Hour:
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2 Jan 2006")
}

// number prints a count with thousands separated: "12,345".
func number(n int64) string { return soak.FormatCount(n) }

// plural prints a count with its noun: "1 check", "3 checks".
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// millis prints a latency given in milliseconds: "8.4 ms", "1.25 s".
func millis(ms float64) string {
	if ms >= 999.5 {
		return sig3(ms/1000) + " s"
	}
	return sig3(ms) + " ms"
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
