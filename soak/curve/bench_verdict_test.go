package curve

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"leakcheck/soak"
)

var (
	benchDraws  = flag.Int("bench.verdict", 0, "draws per family for the full benchmark of the verdict")
	benchOne    = flag.Int("bench.one", -1, "only this draw")
	benchFamily = flag.String("bench.family", "", "only this family")
)

// tally counts what came of one family.
type tally struct {
	draws, yes, no, covered, intervals int
	big, found                         int       // leaks of at least twice the printed detectable
	widths                             []float64 // of intervals over the oracle's
}

func (a *tally) add(d *draw, r soak.Result) {
	a.draws++
	switch r.Leak {
	case soak.LeakYes:
		a.yes++
	case soak.LeakNo:
		a.no++
	}
	if w := d.oracle(); w > 0 && r.Slope != nil {
		a.widths = append(a.widths, (r.Slope.High-r.Slope.Low)/w)
	}
	if r.Slope != nil {
		a.intervals++
		if d.slope >= r.Slope.Low && d.slope <= r.Slope.High {
			a.covered++
		}
	}
	if d.leak && r.Detectable != nil && d.slope >= 2**r.Detectable {
		a.big++
		if r.Leak == soak.LeakYes {
			a.found++
		}
	}
}

// run judges n draws of a family on two cores.
func (s simulation) run(n int, each func(i int, d *draw, r soak.Result)) tally {
	var total tally
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for i := w; i < n; i += 2 {
				d := s.make(rand.New(rand.NewPCG(uint64(i), 20241208)))
				x := New(Options{Tolerance: d.tolerance})
				for _, v := range d.samples() {
					x.Add(v)
				}
				r := x.Result()
				mu.Lock()
				total.add(&d, r)
				if each != nil {
					each(i, &d, r)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return total
}

func TestBenchVerdict(t *testing.T) {
	n := *benchDraws
	if x := os.Getenv("LM"); x != "" {
		fmt.Sscan(x, &longMemory, &kneeMemory, &priorMemory)
	}
	if *benchOne >= 0 {
		debugOne(t, *benchFamily, *benchOne)
		return
	}
	fmt.Printf("%-28s %6s %6s %6s %6s %9s %6s\n", "family", "yes", "no", "incon", "cover", "found>=2d", "width")
	for _, s := range simulations() {
		if *benchFamily != "" && s.name != *benchFamily {
			continue
		}
		a := s.run(n, func(i int, d *draw, r soak.Result) {
			if os.Getenv("SHOW") != "" && (r.Leak == soak.LeakYes) != d.leak {
				fmt.Println("  ", i, r.Leak, r.Why, "truth", soak.FormatRate(d.slope), "tol", soak.FormatRate(r.Tolerance))
			}
		})
		p := func(k, n int) string {
			if n == 0 {
				return "-"
			}
			return fmt.Sprintf("%.1f", 100*float64(k)/float64(n))
		}
		if *benchOne >= 0 {
			debugOne(t, *benchFamily, *benchOne)
			return
		}
		fmt.Printf("%-28s %6s %6s %6s %6s %9s %6.2f\n", s.name, p(a.yes, n), p(a.no, n), p(n-a.yes-a.no, n), p(a.covered, a.intervals), p(a.found, a.big), median(a.widths))
	}
}

func debugOne(t *testing.T, family string, i int) {
	for _, s := range simulations() {
		if s.name == family {
			d := s.make(rand.New(rand.NewPCG(uint64(i), 20241208)))
			x := New(Options{Tolerance: d.tolerance})
			for _, v := range d.samples() {
				x.Add(v)
			}
			describe(x, x.Result())
			fmt.Println("truth", soak.FormatRate(d.slope), "sigma", soak.FormatBytes(d.sigma), d.phi, "limit", d.limit)
		}
	}
}

func describe(s *Stream, r soak.Result) {
	a := s.analyse()
	fmt.Printf("%s %s tol %s must %s level %s\n  %s\n", r.Pattern, r.Leak, soak.FormatRate(r.Tolerance), soak.FormatRate(a.must*3600), soak.FormatBytes(a.level), r.Why)
	fmt.Printf("   begin %.0f window %.0f points %d teeth %d height %s period %.0f vetoed %v\n", a.begin, a.window, a.series.len(), a.floor.teeth, soak.FormatBytes(a.floor.height), a.floor.period, a.vetoed)
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

// oracle is the width of the 95 % interval for the slope, in bytes per hour,
// of generalised least squares that knows the AR(1) noise; 0 where the noise
// is not known to be that.
func (d *draw) oracle() float64 {
	if d.sigma == 0 || !d.plain {
		return 0
	}
	var aa, ab, bb float64
	for i, t := range d.t {
		a, b, scale := 1.0, t, 1.0
		if i > 0 {
			a, b = a-d.phi, b-d.phi*d.t[i-1]
			scale = 1 / (1 - d.phi*d.phi)
		}
		aa, ab, bb = aa+scale*a*a, ab+scale*a*b, bb+scale*b*b
	}
	return 2 * 1.96 * d.sigma / math.Sqrt(bb-ab*ab/aa) * 3600
}

// TestBenchWatch looks at every sample of no-leak runs.
func TestBenchWatch(t *testing.T) {
	n := max(*benchDraws, 10)
	for _, s := range simulations() {
		if *benchFamily != "" && s.name != *benchFamily {
			continue
		}
		yes, no := 0, 0
		var mu sync.Mutex
		var wg sync.WaitGroup
		var at []float64
		for w := range 2 {
			wg.Go(func() {
				for i := w; i < n; i += 2 {
					d := s.make(rand.New(rand.NewPCG(uint64(i), 20241208)))
					x := New(Options{})
					var got soak.Leak
					var k int
					everNo := false
					for j, v := range d.samples() {
						x.Add(v)
						if got = x.Decided(); got == soak.LeakYes {
							k = j
							break
						}
						everNo = everNo || got == soak.LeakNo
					}
					mu.Lock()
					if got == soak.LeakYes {
						yes++
						at = append(at, float64(k)/float64(len(d.t)))
					}
					if everNo {
						no++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		fmt.Printf("%-28s yes %5.1f no %5.1f at %.2f\n", s.name, 100*float64(yes)/float64(n), 100*float64(no)/float64(n), median(at))
	}
}
