package cmd

import (
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

var someTime = time.Unix(1_700_000_000, 0)

func TestPercentAndBudget(t *testing.T) {
	for in, want := range map[string]percent{"10%": 0.1, "0%": 0, " 2.5 %": 0.025} {
		var p percent
		if err := p.Set(in); err != nil || p != want {
			t.Errorf("%q = %v, %v; want %v", in, float64(p), err, float64(want))
		}
	}
	for _, in := range []string{"10", "", "%", "-1%", "NaN%", "1e9%", "ten%"} {
		var p percent
		if p.Set(in) == nil {
			t.Errorf("%q was taken for %v", in, float64(p))
		}
	}
	for in, want := range map[string]budget{"2kB/request": 2000, "2KiB": 2048, "100/request": 100} {
		var b budget
		if err := b.Set(in); err != nil || b != want {
			t.Errorf("%q = %v, %v; want %v", in, float64(b), err, float64(want))
		}
	}
	for _, in := range []string{"", "2kB/h", "-1kB", "0", "much"} {
		var b budget
		if b.Set(in) == nil {
			t.Errorf("%q was taken for %v", in, float64(b))
		}
	}
}

func TestABudgetIsDecidedByItsInterval(t *testing.T) {
	g := gates{o: gateOptions{budget: 1000}}
	for want, i := range map[soak.Outcome]*soak.Interval{
		soak.Pass:         {Estimate: 500, Low: 100, High: 1000},
		soak.Fail:         {Estimate: 1500, Low: 1001, High: 2000},
		soak.Inconclusive: {Estimate: 900, Low: 500, High: 1500},
	} {
		if got := g.spent(soak.Result{BytesPerRequest: i}); got.Outcome != want {
			t.Errorf("%+v: %s, want %s", *i, got.Outcome, want)
		}
	}
	for want, r := range map[string]soak.Result{"too short": {Why: "too short"}, "fewer than 20 requests": {Slope: &soak.Interval{}}} {
		if got := g.spent(r); got.Outcome != soak.Inconclusive || !strings.Contains(got.Evidence, want) {
			t.Errorf("%+v, want %q", got, want)
		}
	}
}

// Who forgets the unit is told, rather than judged by five bytes.
func TestALimitOfAFewBytesIsRefused(t *testing.T) {
	for limit, fine := range map[soak.Size]bool{0: true, 5: false, 999_999: false, 1_000_000: true, 512 << 20: true} {
		for _, o := range []judgeOptions{{limit: limit}, {fills: limit}} {
			if err := o.check(); (err == nil) != fine || err != nil && !strings.Contains(err.Error(), "like 512MB") {
				t.Errorf("%+v: %v", o, err)
			}
		}
	}
}
