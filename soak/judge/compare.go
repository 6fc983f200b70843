package judge

import (
	"errors"
	"fmt"
	"math"

	"leakcheck/soak"
	"leakcheck/soak/curve"
)

// Side is one of two runs that are compared. Upstream may be nil.
type Side struct {
	*Judge
	Upstream *Upstream
}

// sameLength is how much the lengths of two runs may differ for their peaks to
// say something about each other.
const sameLength = 0.1

// Compare compares each target of one run with the same target of a later
// one; a single target on either side needs no name in common. margin is how
// much worse, relative to before, counts as no worse: 0.1 is 10 %. Growth
// below the tolerance never counts.
//
// The later run is worse when the whole interval of a difference lies above
// what is allowed, and no worse when the whole interval of its growth lies
// below it, as in a test for non-inferiority.
func Compare(before, after Side, margin float64) ([]soak.Comparison, error) {
	before.mu.Lock()
	defer before.mu.Unlock()
	after.mu.Lock()
	defer after.mu.Unlock()
	var out []soak.Comparison
	for _, b := range after.targets {
		a := before.byName[b.info.Name]
		if a == nil && len(before.targets) == 1 && len(after.targets) == 1 {
			a = before.targets[0]
		}
		if a != nil {
			out = append(out, compare(before, after, a, b, margin))
		}
	}
	if len(out) == 0 {
		return nil, errors.New("the runs have no target in common")
	}
	return out, nil
}

func compare(before, after Side, a, b *target, margin float64) soak.Comparison {
	c := soak.Comparison{Target: b.info.Name, Before: a.compared(), After: b.compared()}
	d := curve.Compare(a.stream, b.stream)
	if x, y := max(before.info.Rehearsal, 1), max(after.info.Rehearsal, 1); x != y {
		d = curve.Comparison{Change: curve.Incomparable, Why: fmt.Sprintf("an hour of one run stands for %.3g hours, of the other for %.3g: rehearse both alike", x, y)}
	}
	c.Change, c.Basis, c.Why, c.Warnings = string(d.Change), d.Basis, d.Why, orEmpty(d.Warnings)
	c.Slope, c.Peak, c.BytesPerRequest = d.Slope, d.Peak, d.BytesPerRequest
	c.Warnings = append(c.Warnings, unlike(before.info, after.info, a.info, b.info, c.Basis)...)
	upstream(&c, before.Upstream, after.Upstream)
	answer(&c, margin)
	return c
}

// unlike says what besides the build was not the same in two runs, and may be
// why they differ.
func unlike(before, after soak.RunInfo, a, b soak.TargetInfo, basis string) (warnings []string) {
	warn := func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) }
	if x, y := before.Load(), after.Load(); x != y && x != "" && y != "" && basis == "hour" {
		warn("the runs were under different load (%s and %s), but were sent the same number of requests an hour, or none that were counted", x, y)
	}
	if x, y := a.Profile, b.Profile; x != y && x != "" && y != "" {
		warn("the runs had different profiles (%s and %s): their requests may not be the same, nor what their logs were searched for", x, y)
	}
	if x, y := a.Limit, b.Limit; x != y {
		warn("the memory limit was %s and is %s: a collector that sizes its heap by it holds more or less without any leak", limit(x), limit(y))
	}
	return warnings
}

func limit(bytes int64) string {
	if bytes <= 0 {
		return "none"
	}
	return soak.FormatBytes(float64(bytes))
}

// compared is one side in figures.
func (t *target) compared() soak.Compared {
	c := soak.Compared{Target: t.info.Name, Result: t.result()}
	ranges := t.ranges.components()
	for _, m := range []soak.Metric{soak.WorkingSet, soak.Usage, soak.Anon} {
		if r, ok := ranges[m.String()]; ok {
			c.Peak = r.Max
			break
		}
	}
	if r, ok := ranges[soak.Requests.String()]; ok {
		c.Requests = r.Max - r.Min
	}
	return c
}

// upstream compares what taps have seen: per request where both runs counted
// requests, else per hour.
func upstream(c *soak.Comparison, before, after *Upstream) {
	byRequest := before.asked() && after.asked()
	c.Before.Upstream, c.UpstreamBasis = before.rate(byRequest)
	c.After.Upstream, _ = after.rate(byRequest)
	if c.Before.Upstream == nil || c.After.Upstream == nil {
		c.UpstreamBasis = ""
		return
	}
	d := curve.Difference(*c.After.Upstream, *c.Before.Upstream)
	c.Upstream = &d
}

// answer says whether the later run is worse.
func answer(c *soak.Comparison, margin float64) {
	c.Outcome = soak.WorseUnknown
	growth, unit := c.Slope, "/h"
	if c.Basis == "request" {
		growth, unit = c.BytesPerRequest, "/request"
	}
	if growth == nil || c.Basis == "" {
		return
	}
	c.Allowed = allowed(c, margin)
	beyond := ""
	switch peak, more := c.Peak, c.Upstream; {
	case peak != nil && c.Basis == "hour" && alike(c.Before.Result.Duration, c.After.Result.Duration) && peak.Low > margin*float64(c.Before.Peak):
		beyond = fmt.Sprintf("the peak is %s higher [%s, %s]", soak.FormatBytes(peak.Estimate), soak.FormatBytes(peak.Low), soak.FormatBytes(peak.High))
	case more != nil && more.Low > margin*c.Before.Upstream.Estimate:
		beyond = fmt.Sprintf("it asks its upstream %.3g [%.3g, %.3g] more often a %s", more.Estimate, more.Low, more.High, c.UpstreamBasis)
	}
	switch {
	case growth.Low > c.Allowed:
		c.Outcome = soak.IsWorse
	case beyond != "":
		c.Outcome, c.Why = soak.IsWorse, c.Why+"; "+beyond
	case growth.High <= c.Allowed:
		c.Outcome = soak.NoWorse
	default:
		c.Why += fmt.Sprintf("; up to %s%s more cannot be ruled out, and %s%s is what may pass", soak.FormatBytes(growth.High), unit, soak.FormatBytes(c.Allowed), unit)
	}
}

// allowed is how much faster the later run may grow: the margin, or the
// slowest growth that matters if that is more.
func allowed(c *soak.Comparison, margin float64) float64 {
	before, after := &c.Before.Result, &c.After.Result
	tolerance := min(before.Tolerance, after.Tolerance)
	if c.Basis == "request" {
		perHour := float64(max(c.Before.Requests, 1)) / max(before.Duration/3600, 1e-9)
		return max(margin*magnitude(before.BytesPerRequest), tolerance/perHour)
	}
	return max(margin*magnitude(before.Slope), tolerance)
}

// magnitude is 0 for an estimate that was withheld: nothing is allowed on it then.
func magnitude(i *soak.Interval) float64 {
	if i == nil {
		return 0
	}
	return math.Abs(i.Estimate)
}

func alike(x, y float64) bool { return math.Abs(x-y) <= sameLength*max(x, y) }
