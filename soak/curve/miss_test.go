package curve

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestMiss(t *testing.T) {
	for _, s := range simulations() {
		if s.name != *benchFamily {
			continue
		}
		for i := range *benchDraws {
			d := s.make(rand.New(rand.NewPCG(uint64(i), 20241208)))
			x := New(Options{})
			for _, v := range d.samples() {
				x.Add(v)
			}
			r, a := x.Result(), x.analyse()
			if r.Slope == nil || d.slope >= r.Slope.Low && d.slope <= r.Slope.High {
				continue
			}
			best := a.grows.family
			if a.rival != nil && a.rival.score < a.grows.score-2 {
				best = a.rival.family
			}
			fmt.Printf("%d truth %.3g [%.3g %.3g] framed %v begin %.2f best %s teeth %d\n", i, d.slope/1e6, r.Slope.Low/1e6, r.Slope.High/1e6, a.framed, a.begin/d.t[len(d.t)-1], familyNames[best], a.floor.teeth)
		}
	}
}

func TestComponents(t *testing.T) {
	for _, s := range simulations() {
		if s.name != *benchFamily {
			continue
		}
		for i := range 6 {
			d := s.make(rand.New(rand.NewPCG(uint64(i), 20241208)))
			x := New(Options{})
			for _, v := range d.samples() {
				x.Add(v)
			}
			a := x.analyse()
			fmt.Println("step", typicalStep(a.series), "n", a.series.len(), "width/oracle", (a.rate.quantile(.975)-a.rate.quantile(.025))*3600/d.oracle(), "framed", a.framed)
			for _, m := range a.fits {
				fmt.Printf("  %s %.1f", familyNames[m.family], m.score-a.best())
			}
			for _, c := range a.rate {
				if c.weight > .004 {
					fmt.Printf(" [%.3f %.3g %.3g]", c.weight, c.center*3600/d.oracle(), c.scale*3600*4/d.oracle())
				}
			}
			fmt.Println()
		}
	}
}
