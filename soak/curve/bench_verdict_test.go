package curve

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"leakcheck/soak"
)

var (
	benchVerdict = flag.Int("bench.verdict", 0, "draws per family of the verdict benchmark; 0 runs a small one")
	benchFamily  = flag.String("bench.family", "", "only this family of the benchmark")
	benchSeed    = flag.Uint64("bench.seed", 20241208, "seed of the benchmark's draws; the thresholds were tuned on the default")
	benchPeers   = flag.Bool("bench.peers", true, "judge by the rules of today as well, which takes most of the time")
)

// tally counts what came of one family.
type tally struct {
	draws, yes, no, wrongNo, covered, intervals int
	big, found                                  int       // leaks of at least twice the printed detectable
	sure, undecided                             int       // where the oracle is sure of the answer
	forecasts, hit                              int       // of the wall, where there is one
	widths                                      []float64 // of intervals over the oracle's
	reaches                                     []float64 // widths of forecasts over the oracle's
	detectable                                  []float64 // over what the oracle could detect
	peers                                       [peerCount]int
}

// add counts one judged draw.
func (a *tally) add(d *draw, r soak.Result) {
	a.draws++
	switch r.Leak {
	case soak.LeakYes:
		a.yes++
	case soak.LeakNo:
		a.no++
		if d.leak && d.slope > 1.05*r.Tolerance {
			a.wrongNo++
		}
	}
	if r.Slope == nil {
		return
	}
	o := d.oracle()
	a.forecast(d, r, o)
	a.intervals++
	if d.slope >= r.Slope.Low && d.slope <= r.Slope.High {
		a.covered++
	}
	if o.ok {
		w := 3.92 * math.Sqrt(o.rate)
		settled := math.Max(r.Tolerance, standard.settleShare*d.level()/d.hours())
		if d.leak && o.estimate-w/2 > settled || !d.leak && o.estimate+w/2 < r.Tolerance {
			a.sure++
			if r.Leak == soak.LeakInconclusive {
				a.undecided++
			}
		}
		if d.plain {
			a.widths = append(a.widths, (r.Slope.High-r.Slope.Low)/w)
			a.detectable = append(a.detectable, *r.Detectable/(r.Tolerance+2.93*w/3.92))
		}
	}
	if d.leak && d.slope >= 2**r.Detectable {
		a.big++
		if r.Leak == soak.LeakYes {
			a.found++
		}
	}
}

// forecast holds hours_to_wall against the truth: when the noiseless floor
// meets the limit at its present rate, or never.
func (a *tally) forecast(d *draw, r soak.Result, o oracle) {
	if d.limit == 0 || math.IsNaN(d.floor) || r.Forecast == nil {
		return
	}
	a.forecasts++
	h, never := r.Forecast.Hours, d.slope <= 0
	truth := (d.limit - d.floor) / d.slope
	if d.meets > 0 {
		truth = d.meets
	}
	early := h.Low != nil && (never || truth >= *h.Low) || h.Low == nil && never
	late := h.High == nil || !never && truth <= *h.High
	if early && late {
		a.hit++
	}
	if w := d.oracleForecast(o); w > 0 {
		reach := math.Inf(1)
		if h.High != nil && h.Low != nil {
			reach = *h.High - *h.Low
		}
		a.reaches = append(a.reaches, reach/w)
	}
}

// run judges n draws of a family on two cores, with the peers' rules if asked.
func (s simulation) run(n int, peers bool) tally {
	var total tally
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for i := w; i < n; i += 2 {
				d := s.make(rand.New(rand.NewPCG(uint64(i), *benchSeed)))
				x := New(Options{})
				for _, v := range d.samples() {
					x.Add(v)
				}
				r := x.Result()
				var alarms [peerCount]bool
				if peers {
					alarms = d.peers()
				}
				mu.Lock()
				total.add(&d, r)
				for k, yes := range alarms {
					if yes {
						total.peers[k]++
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return total
}

// oracle is what generalised least squares says that knows the AR(1) noise and
// every shape but its size: the estimate of the present rate in bytes per hour,
// and the covariance of the level at the end, in bytes, and that rate.
type oracle struct {
	estimate, level, both, rate float64
	// ok is false where there are teeth or lives, or where shapes cannot be told apart.
	ok bool
}

func (d *draw) oracle() (o oracle) {
	if d.sigma == 0 || d.life != nil || d.toothed {
		return o
	}
	n, end := len(d.t), d.t[len(d.t)-1]
	cols := []oracleShape{{y: make([]float64, n)}}
	for i := range d.t {
		cols[0].y[i] = 1
	}
	if !d.lineless {
		line := oracleShape{y: make([]float64, n), rate: 1}
		for i, t := range d.t {
			line.y[i] = (t - end) / 3600
		}
		cols = append(cols, line)
	}
	for _, s := range d.shapes {
		// Of the size of 1, so that the numbers can be told apart.
		size := math.Max(math.Abs(slices.Max(s.y)), math.Abs(slices.Min(s.y)))
		c := oracleShape{rate: s.rate / size}
		for _, y := range s.y {
			c.y = append(c.y, y/size)
		}
		cols = append(cols, c)
	}
	white := func(y []float64, i int) float64 {
		if i == 0 {
			return y[0]
		}
		return (y[i] - d.phi*y[i-1]) / math.Sqrt(1-d.phi*d.phi)
	}
	p := len(cols)
	info := mat.NewSymDense(p, nil)
	levels, rates, noise := mat.NewVecDense(p, nil), mat.NewVecDense(p, nil), mat.NewVecDense(p, nil)
	dot := func(x, y []float64) (sum float64) {
		for i := range n {
			sum += white(x, i) * white(y, i)
		}
		return sum / (d.sigma * d.sigma)
	}
	for a := range p {
		levels.SetVec(a, cols[a].y[n-1])
		rates.SetVec(a, cols[a].rate)
		noise.SetVec(a, dot(cols[a].y, d.shaken))
		for b := range a + 1 {
			info.SetSym(a, b, dot(cols[a].y, cols[b].y))
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(info) || chol.Cond() > 1e12 {
		return o
	}
	var x mat.VecDense
	if chol.SolveVecTo(&x, levels) != nil {
		return o
	}
	o.level, o.both = mat.Dot(levels, &x), mat.Dot(rates, &x)
	o.ok = chol.SolveVecTo(&x, rates) == nil
	o.rate, o.estimate = mat.Dot(rates, &x), d.slope+mat.Dot(noise, &x)
	return o
}

// oracleForecast is the width in hours of the 95 % interval for the time to the
// limit of an oracle that knows the noise (Fieller, JRSS B 16, 1954); 0 where
// there is none, or where it has no end.
func (d *draw) oracleForecast(o oracle) float64 {
	if d.sigma == 0 || !d.plain || !d.leak {
		return 0
	}
	const z2 = 1.96 * 1.96
	level, both, slope := o.level, o.both, o.rate
	room := d.limit - d.floor
	a, b, c := d.slope*d.slope-z2*slope, room*d.slope+z2*both, room*room-z2*level
	if a <= 0 || b*b <= a*c {
		return 0
	}
	return 2 * math.Sqrt(b*b-a*c) / a
}

// wilson is the 95 % interval of a binomial share in per cent (Wilson, JASA
// 22, 1927).
func wilson(k, n int) string {
	if n == 0 {
		return "-"
	}
	const z = 1.96
	p, m := float64(k)/float64(n), float64(n)
	mid, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	scale := 100 / (1 + z*z/m)
	return fmt.Sprintf("%.1f [%.1f, %.1f]", 100*p, math.Max(0, (mid-half)*scale), math.Min(100, (mid+half)*scale))
}

// TestBenchVerdict measures the verdict's error rates on the simulated
// families. Without -bench.verdict it is small and holds them to loose bounds.
func TestBenchVerdict(t *testing.T) {
	n, full := *benchVerdict, *benchVerdict > 0
	if !full {
		n = 16
		if raced {
			n = 4
		}
	}
	table := [2]string{}
	falseAlarms, healthy, missed, big, covered, intervals, wrong, hit, forecasts := 0, 0, 0, 0, 0, 0, 0, 0, 0
	for _, s := range simulations() {
		if *benchFamily != "" && s.name != *benchFamily {
			continue
		}
		a := s.run(n, full && *benchPeers)
		table[0] += row(s.name, &a)
		table[1] += peerRow(s.name, &a)
		covered, intervals = covered+a.covered, intervals+a.intervals
		wrong, hit, forecasts = wrong+a.wrongNo, hit+a.hit, forecasts+a.forecasts
		if s.leak {
			missed, big = missed+a.big-a.found, big+a.big
		} else {
			falseAlarms, healthy = falseAlarms+a.yes, healthy+a.draws
		}
	}
	if full {
		fmt.Printf("%d draws per family; per cent, with binomial 95 %% intervals\n\n%s%s", n, header, table[0])
		if *benchPeers {
			fmt.Printf("\n%s%s", peerHeader(), table[1])
		}
		return
	}
	if falseAlarms*100 > healthy {
		t.Errorf("%d false alarms in %d healthy runs, want at most 1 %%\n%s%s", falseAlarms, healthy, header, table[0])
	}
	if missed*50 > big {
		t.Errorf("%d of %d leaks of twice the printed detectable missed, want at most 2 %%\n%s%s", missed, big, header, table[0])
	}
	if covered*100 < intervals*92 {
		t.Errorf("%d of %d intervals cover the truth, want 92 %% over all families\n%s%s", covered, intervals, header, table[0])
	}
	if hit*100 < forecasts*92 {
		t.Errorf("%d of %d forecasts hold, want 92 %% over all families\n%s%s", hit, forecasts, header, table[0])
	}
	if wrong > 0 {
		t.Errorf("%d leaks were called \"no\"\n%s%s", wrong, header, table[0])
	}
}

const header = "| family | yes | no | inconclusive | wrong no | covered | leaks >= 2 x detectable found | width / oracle | detectable / oracle | inconclusive where the oracle is sure | forecast holds | its width / oracle |\n" +
	"|---|---|---|---|---|---|---|---|---|---|---|---|\n"

func row(name string, a *tally) string {
	ratio := func(x []float64) string {
		if len(x) == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f", Median(x))
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %d | %s | %s | %s | %s | %s | %s | %s |\n", name, wilson(a.yes, a.draws), wilson(a.no, a.draws),
		wilson(a.draws-a.yes-a.no, a.draws), a.wrongNo, wilson(a.covered, a.intervals), wilson(a.found, a.big), ratio(a.widths), ratio(a.detectable),
		wilson(a.undecided, a.sure), wilson(a.hit, a.forecasts), ratio(a.reaches))
}

func peerHeader() string {
	head, rule := "| alarms of today's rules | leakcheck |", "|---|---|"
	for _, p := range peerNames {
		head, rule = head+" "+p+" |", rule+"---|"
	}
	return head + "\n" + rule + "\n"
}

func peerRow(name string, a *tally) string {
	line := fmt.Sprintf("| %s | %.1f |", name, 100*float64(a.yes)/float64(a.draws))
	for _, k := range a.peers {
		line += fmt.Sprintf(" %.1f |", 100*float64(k)/float64(a.draws))
	}
	return line + "\n"
}
