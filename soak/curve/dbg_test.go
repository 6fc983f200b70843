package curve

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"leakcheck/soak"
)

func TestDbg(t *testing.T) {
	shown := 0
	for _, s := range simulations() {
		if s.name != "leak and a step" {
			continue
		}
		for i := range 240 {
			d := s.make(rand.New(rand.NewPCG(uint64(i), seed)))
			x, r := judge(d.samples(), Options{})
			if r.Leak == soak.LeakNo && d.slope > 1.05*r.Tolerance && shown < 4 {
				shown++
				fmt.Println("==", i, "truth", soak.FormatRate(d.slope), "sigma", soak.FormatBytes(d.sigma), d.phi, r.Why, r.Tolerance)
				a := x.analyse()
				fmt.Println(a.framed, a.begin, hops(a.series), a.series.len())
				for _, m := range a.fits {
					fmt.Printf("     %-20s %8.1f (%.0f)  [%s %s %s]\n", familyNames[m.family], m.score-a.best(), m.best.at, soak.FormatRate(m.rate.quantile(.005)*3600), soak.FormatRate(m.rate.quantile(.5)*3600), soak.FormatRate(m.rate.quantile(.975)*3600))
				}
				for i := range a.series.y {
					if i%(1+a.series.len()/25) == 0 {
						fmt.Printf(" %.0f:%.2f", a.series.t[i], a.series.y[i]/1e6)
					}
				}
				fmt.Println()
			}
		}
	}
}
