package curve

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"leakcheck/soak"
)

func TestDbg(t *testing.T) {
	for _, c := range []struct {
		step, lo, hi, dur float64
	}{{2, 1e6, 4e6, 180}, {2, 2e5, 1e6, 180}, {2, 0, 0, 180}, {1, 1e6, 4e6, 60}, {2, 1e6, 4e6, 60}, {2, 0, 0, 60}} {
		yes, cov, no, n := 0, 0, 0, 200
		for i := range n {
			r := rand.New(rand.NewPCG(uint64(i), 5))
			k := int(c.dur / c.step)
			d := draw{limit: 512e6}
			level := logUniform(r, 8e6, 60e6)
			rate := 0.0
			if c.hi > 0 {
				rate = logUniform(r, c.lo, c.hi)
			}
			settle, tau := level*uniform(r, 0, .8), uniform(r, 1, 40)
			for j := range k {
				tt := float64(j) * c.step
				start := math.Min(1, .2+tt/6)
				d.t = append(d.t, tt)
				d.y = append(d.y, level*start+settle*(1-math.Exp(-tt/tau))+rate*math.Floor(tt/5)*5+r.NormFloat64()*2e5)
			}
			d.saw(r, logUniform(r, 2, 20), level*uniform(r, .05, .6), 1)
			for j := range d.y {
				if d.y[j] > 505e6 {
					d.t, d.y = d.t[:j], d.y[:j]
					break
				}
			}
			d.clipped = true
			x, res := judge(d.samples(), Options{})
			if res.Leak == soak.LeakYes {
				yes++
				if res.Slope.Low <= rate*3600 && rate*3600 <= res.Slope.High {
					cov++
				} else if c.dur == 180 && c.lo == 1e6 && i < 60 || c.hi == 0 {
					a := x.analyse()
					best := familyNames[a.grows.family]
					if a.rival.score < a.grows.score-2 {
						best = familyNames[a.rival.family]
					}
					fmt.Printf("%d truth %.0f [%.0f %.0f %.0f] best %s framed %v %.0f teeth %d period %.0f height %.0f points %d level %.0f settle %.0f tau %.0f\n", i, rate*3.6e-3, res.Slope.Low/1e6, res.Slope.Estimate/1e6, res.Slope.High/1e6, best, a.framed, a.begin, a.floor.teeth, a.floor.period, a.floor.height/1e6, a.series.len(), level/1e6, settle/1e6, tau)
				}
			} else if res.Leak == soak.LeakNo {
				no++
			} else if c.hi > 0 && i < 30 {
				fmt.Println(i, res.Why, soak.FormatRate(rate*3600))
			}
		}
		fmt.Println(c, "yes", yes, "covered", cov, "no", no)
	}
}
