package cmd

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"leakcheck/soak"
	"leakcheck/soak/judge"
)

// percent is a share. People write it as 10%.
type percent float64

// String prints it as people write it.
func (p *percent) String() string { return strconv.FormatFloat(float64(*p)*100, 'g', 4, 64) + "%" }

// Set reads a flag's value.
func (p *percent) Set(s string) error {
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%")), 64)
	if err != nil || !strings.Contains(s, "%") || math.IsNaN(n) || n < 0 || n > 1000 {
		return fmt.Errorf("percentage %q: write it like 10%%", s)
	}
	*p = percent(n / 100)
	return nil
}

// Type names the flag's value in help texts.
func (p *percent) Type() string { return "percentage" }

// budget is how many bytes each request may leave behind; 0 is none given.
type budget float64

// String prints it as people write it.
func (b *budget) String() string {
	if *b == 0 {
		return ""
	}
	return soak.FormatBytes(float64(*b)) + "/request"
}

// Set reads a flag's value.
func (b *budget) Set(s string) error {
	size, per, _ := strings.Cut(s, "/")
	n, err := soak.ParseSize(size)
	if err != nil || n <= 0 || strings.TrimSpace(cmp.Or(per, "request")) != "request" {
		return fmt.Errorf("budget %q: write it like 2kB/request", s)
	}
	*b = budget(n)
	return nil
}

// Type names the flag's value in help texts.
func (b *budget) Type() string { return "bytes/request" }

// gateOptions ask for more than the checklist does.
type gateOptions struct {
	baseline string
	margin   percent
	budget   budget
}

func (o *gateOptions) flags(f *pflag.FlagSet) {
	o.margin = defaultMargin
	f.StringVar(&o.baseline, "baseline", "", "fail if the run is worse than this earlier one")
	f.Var(&o.margin, "margin", "how much worse than the baseline passes for no worse")
	f.Var(&o.budget, "budget", "fail if a request leaves more memory behind, such as 2kB/request")
}

// gates are checks that no profile can have, because they look at another run
// or at the command line. The zero value has none.
type gates struct {
	o        gateOptions
	baseline *side
}

// openGates judges the baseline, so that one that cannot be read is found
// before a run.
func (a *app) openGates(o gateOptions, j judgeOptions) (gates, error) {
	g := gates{o: o}
	if o.baseline == "" {
		return g, nil
	}
	rec, err := a.openRun(o.baseline)
	if err != nil {
		return g, err
	}
	defer rec.Close()
	s, err := runSide(rec, j)
	g.baseline = &s
	return g, err
}

// check gives the outcomes as of now.
func (g gates) check(j *judge.Judge, info soak.RunInfo) (all []soak.CheckResult) {
	if g.baseline != nil {
		compared, err := judge.Compare(g.baseline.Side, judge.Side{Judge: j}, float64(g.o.margin))
		if err != nil {
			all = append(all, soak.CheckResult{ID: "no-worse-than-baseline", Text: g.text(), Severity: soak.SeverityFail, Outcome: soak.Inconclusive, Evidence: err.Error()})
		}
		for _, c := range compared {
			all = append(all, g.against(c))
		}
	}
	if g.o.budget > 0 {
		for _, t := range info.Targets[:min(1, len(info.Targets))] { // load goes to the first
			all = append(all, g.spent(j.Result(t.Name)))
		}
	}
	return all
}

func (g gates) text() string {
	return fmt.Sprintf("No worse than run %s, give or take %s", g.o.baseline, g.o.margin.String())
}

func (g gates) against(c soak.Comparison) soak.CheckResult {
	outcome := map[soak.Worse]soak.Outcome{soak.IsWorse: soak.Fail, soak.NoWorse: soak.Pass}[c.Outcome]
	return soak.CheckResult{
		ID: "no-worse-than-baseline", Target: c.Target, Text: g.text(), Severity: soak.SeverityFail, Window: "whole run",
		Outcome: cmp.Or(outcome, soak.Inconclusive), Value: string(c.Outcome), Threshold: string(soak.NoWorse),
		Evidence: strings.Join(append([]string{c.Why}, c.Warnings...), "; "),
		Hint:     "`leakcheck compare` shows both runs beside each other",
	}
}

func (g gates) spent(r soak.Result) soak.CheckResult {
	c := soak.CheckResult{
		ID: "budget", Target: r.Target, Text: fmt.Sprintf("A request leaves at most %s behind", soak.FormatBytes(float64(g.o.budget))),
		Severity: soak.SeverityFail, Window: "whole run", Outcome: soak.Inconclusive, Threshold: soak.FormatBytes(float64(g.o.budget)),
		Hint: "`leakcheck diagnose` finds out which scenario leaves it behind",
	}
	i := r.BytesPerRequest
	if i == nil {
		c.Evidence = "bytes per request are not known: fewer than 20 requests were counted in the time that growth is judged by, or they were not counted through most of it"
		if r.Slope == nil {
			c.Evidence = "bytes per request are not known, because growth is not: " + r.Why
		}
		return c
	}
	c.Value = soak.FormatBytes(i.Estimate)
	c.Evidence = fmt.Sprintf("%s a request, %s to %s", soak.FormatBytes(i.Estimate), soak.FormatBytes(i.Low), soak.FormatBytes(i.High))
	switch {
	case i.Low > float64(g.o.budget):
		c.Outcome = soak.Fail
	case i.High <= float64(g.o.budget):
		c.Outcome = soak.Pass
	}
	return c
}
