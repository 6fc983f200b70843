package curve

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"leakcheck/soak"
)

var benchWatch = flag.Int("bench.watch", 0, "draws per family of the always-on benchmark; 0 takes a quarter of -bench.verdict")

// calls counts what the always-on verdict came to in one family.
type calls struct {
	draws, yes, no int
	// yesAt and noAt are when the answer came for good, as shares of the run.
	yesAt, noAt []float64
}

// TestBenchWatch looks at the always-on verdict after every sample until it is
// "yes" or the run ends: a false alarm is a "yes" at any look. Without
// -bench.verdict it watches a few healthy families briefly.
func TestBenchWatch(t *testing.T) {
	n, full := *benchWatch, *benchVerdict > 0
	if n == 0 {
		n = *benchVerdict / 4
	}
	quick := []string{ // the first three under the race detector
		"AR(1) 0.999", "teeth 1.5-6 h", "linear fill, then full", "warm-up 5 min-6 h in 24 h", "daily cycle, 2-7 days", "healthy restarts"}
	if !full {
		if n = 2; raced {
			n, quick = 1, quick[:3]
		}
	}
	total, runs := 0, 0
	if full {
		fmt.Printf("%d runs a family, watched at every sample; per cent\n\n| family | called a leak | median time to the call, %% of the run | called none | median time, %% of the run |\n|---|---|---|---|---|\n", n)
	}
	for _, s := range simulations() {
		if *benchFamily != "" && s.name != *benchFamily || !full && !slices.Contains(quick, s.name) {
			continue
		}
		c := s.watch(n)
		if !s.leak {
			total, runs = total+c.yes, runs+c.draws
		}
		if full {
			fmt.Printf("| %s | %s | %s | %s | %s |\n", s.name, wilson(c.yes, c.draws), share(c.yesAt), wilson(c.no, c.draws), share(c.noAt))
		}
	}
	if full {
		fmt.Printf("| all healthy | %s | | | |\n", wilson(total, runs))
	} else if total > 1 {
		t.Errorf("%d false alarms in %d runs watched to the end", total, runs)
	}
}

// share is a median share in per cent.
func share(x []float64) string {
	if len(x) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", 100*Median(x))
}

// watch watches n draws of a family on two cores.
func (s simulation) watch(n int) calls {
	c := calls{draws: n}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for i := w; i < n; i += 2 {
				d := s.make(rand.New(rand.NewPCG(uint64(i), *benchSeed+1)))
				answer, at := watched(&d)
				mu.Lock()
				switch answer {
				case soak.LeakYes:
					c.yes, c.yesAt = c.yes+1, append(c.yesAt, at)
				case soak.LeakNo:
					c.no, c.noAt = c.no+1, append(c.noAt, at)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return c
}

// watched is what Decided says at the end of a draw, asked at every sample, and
// since which share of the run it has said so.
func watched(d *draw) (answer soak.Leak, at float64) {
	s := New(Options{})
	last := d.t[len(d.t)-1]
	for i, x := range d.samples() {
		s.Add(x)
		if got := s.Decided(); got != answer {
			answer, at = got, d.t[i]/last
		}
		if answer == soak.LeakYes {
			break
		}
	}
	return answer, at
}
