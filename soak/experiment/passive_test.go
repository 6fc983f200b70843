package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

var passiveStart = time.Date(2024, 12, 8, 9, 0, 0, 0, time.UTC)

// lived is a node that lives its own life for a while: routes that are busy at
// times of their own, of which some leak.
type lived struct {
	rng  *rand.Rand
	kept float64
}

// watch tells a collector of so many hours, sampled each 10 s.
func (n *lived) watch(p *Passive, hours float64, routes map[string]float64, tooth float64) {
	busy := map[string]bool{}
	for at := time.Duration(0); at.Hours() < hours; at += 10 * time.Second {
		t := passiveStart.Add(at)
		for _, name := range sorted(routes) {
			if n.rng.Float64() < 0.02 { // busy for some minutes, then idle
				busy[name] = !busy[name]
			}
			requests := n.rng.IntN(3)
			if busy[name] {
				requests += 20
			}
			n.kept += routes[name] * float64(requests)
			for range requests {
				p.Line(t, "GET /"+name)
			}
		}
		teeth := 0.0
		if tooth > 0 {
			teeth = tooth * math.Mod(at.Seconds()/137, 1)
		}
		var v soak.Values
		v.Set(soak.Anon, int64(200e6+n.kept+teeth+n.rng.NormFloat64()*300e3))
		_ = p.Record(soak.Batch{Samples: []soak.Sample{{Target: "node", Life: 1, At: t, Values: v}}})
	}
}

func sorted(m map[string]float64) (names []string) {
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "leaky"} {
		if _, ok := m[name]; ok {
			names = append(names, name)
		}
	}
	return names
}

func found(r soak.Passive) (names []string) {
	for _, c := range r.Seen {
		if c.Coincides {
			names = append(names, c.Name)
		}
	}
	return names
}

// One route of six leaks, under a sawtooth: growth coincides with it, with
// hardly any other, and nobody is called a cause.
func TestPassiveNamesWhatGrowthFollows(t *testing.T) {
	for _, tooth := range []float64{0, 20e6} {
		named, others := 0, 0
		for seed := range uint64(20) {
			p := NewPassive("node", passiveStart)
			n := &lived{rng: rand.New(rand.NewPCG(seed, 7))}
			n.watch(p, 6, map[string]float64{"a": 0, "b": 0, "c": 0, "d": 0, "e": 0, "leaky": 3000}, tooth)
			r := p.Result()
			for _, name := range found(r) {
				if name == "GET /leaky" {
					named++
				} else {
					others++
				}
			}
			if top := r.Seen[0]; top.Name != "GET /leaky" || top.Strength < 0.3 || top.Lag > 2*r.Bin || top.Busy < 0.5*r.Growth {
				t.Logf("seed %d: %d bins of %v s, growth %v: %+v", seed, r.Bins, r.Bin, r.Growth, r.Seen[:2])
			}
		}
		t.Logf("teeth of %v: named %d of 20, others %d", tooth, named, others)
		if named < 19 || others > 3 {
			t.Errorf("teeth of %v: named %d of 20, want 19; %d others, want at most 3", tooth, named, others)
		}
	}
}

// Where growth has nothing to do with anything, chance is called coincidence in
// about one run of twenty, whatever the rhythm of both: all kinds together.
func TestPassiveIsRarelyFooled(t *testing.T) {
	for name, growth := range map[string]func(rng *rand.Rand) func(i int) float64{
		"noise":              func(rng *rand.Rand) func(int) float64 { return func(int) float64 { return rng.NormFloat64() } },
		"long runs":          func(rng *rand.Rand) func(int) float64 { return walk(rng, 0.95) },
		"a rhythm that fits": wave(40, 0.3),
		"a rhythm cut off":   wave(37, 0.3),
		"a slow rhythm":      wave(66, 0.3),
		"a clear rhythm":     wave(23, 0.05),
		"a faint rhythm":     wave(37, 1),
		"faster and faster": func(rng *rand.Rand) func(int) float64 {
			return func(i int) float64 { return float64(i)/40 + rng.NormFloat64() }
		},
	} {
		t.Run(name, func(t *testing.T) {
			const n = 200
			runs, fooled := 40, 0
			if os.Getenv("LEAKCHECK_BENCH") != "" {
				runs = 1000
			}
			for seed := range runs {
				rng := rand.New(rand.NewPCG(uint64(seed), 11))
				grows := growth(rng)
				d := make([]increment, n)
				for i := range d {
					d[i] = increment{grows(i), true}
				}
				var series []happens
				for k := range 6 {
					goes := growth(rng)
					x := make([]float64, n)
					for i := range x {
						x[i] = max(math.Round(5+3*goes(i)), 0)
					}
					series = append(series, happens{happening{kindLine, fmt.Sprint(k)}, 1, x})
				}
				if seen, _ := coincide(d, series, time.Minute); len(seen) > 0 && seen[0].Coincides {
					fooled++
				}
			}
			// As many by chance alone: one time in two thousand.
			most := int(0.05*float64(runs) + 3.7*math.Sqrt(0.05*0.95*float64(runs)))
			t.Logf("fooled in %d of %d, at most %d", fooled, runs, most)
			if fooled > most {
				t.Errorf("fooled in %d of %d runs", fooled, runs)
			}
		})
	}
}

// Ranks of growth that goes faster and faster scatter by as much at both ends as
// between them: where both ends of two series are calmer than their middles, no
// shift of one is like it. What a collection drops bends nothing, most values
// that are the same stay so, and nothing known is nothing to rank.
func TestTrendsScatterEvenly(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 17))
	var ends, middle float64
	for range 200 {
		d := make([]increment, 200)
		for i := range d {
			d[i] = increment{float64(i)/40 + rng.NormFloat64(), true}
			if i%29 == 0 {
				d[i].by -= 300 * rng.Float64()
			}
		}
		r, _ := growthRanks(d)
		for i, x := range r {
			if i < 25 || i >= 175 {
				ends += x * x / 50
			} else {
				middle += x * x / 150
			}
		}
	}
	t.Logf("at the ends %.2f of the scatter between them", ends/middle)
	if ends < 0.85*middle || middle < 0.85*ends {
		t.Errorf("at the ends %.2f of the scatter between them", ends/middle)
	}
	steps := make([]float64, 200)
	for i := range 20 {
		steps[5*i] = 4096
	}
	trendsOf(200, places(200)).straighten(steps)
	slices.Sort(steps)
	if same := slices.Compact(steps); len(same) != 2 {
		t.Errorf("two values have become %d", len(same))
	}
	if r, _ := growthRanks(make([]increment, 200)); dot(r, r) != 0 {
		t.Errorf("ranks of nothing: %v", r)
	}
}

// wave makes growth and all that happens go up and down together, each with a
// phase of its own.
func wave(period, noise float64) func(*rand.Rand) func(int) float64 {
	return func(rng *rand.Rand) func(int) float64 {
		phase := rng.Float64()
		return func(i int) float64 { return math.Sin(2*math.Pi*(float64(i)/period+phase)) + noise*rng.NormFloat64() }
	}
}

// Where growth and what happens have one rhythm, what has nothing but that is
// undecided; what goes beside the rhythm as growth does is found all the same.
func TestPassiveRhythm(t *testing.T) {
	found, undecided := 0, 0
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 5))
		rhythm, beside := wave(37, 0.2)(rng), walk(rng, 0.5)
		d, leaky, clock := make([]increment, 200), make([]float64, 200), make([]float64, 200)
		for i := range d {
			goes := math.Sin(2*math.Pi*float64(i)/37) + 0.7*beside(i)
			leaky[i], clock[i] = math.Round(50+20*goes), math.Round(50+20*rhythm(i))
			d[i] = increment{1e6*goes + 5e5*rng.NormFloat64(), true}
		}
		seen, untold := coincide(d, []happens{{happening{kindLine, "leaky"}, 1, leaky}, {happening{kindLine, "clock"}, 1, clock}}, time.Minute)
		if len(seen) > 0 && seen[0].Name == "leaky" && seen[0].Coincides {
			found++
		}
		if len(untold) == 1 && untold[0].Name == "clock" && strings.Contains(untold[0].Why, "a wave each 3") {
			undecided++
		}
	}
	t.Logf("found %d of 20, the other undecided in %d", found, undecided)
	if found < 19 || undecided < 17 {
		t.Errorf("found %d of 20, want 19; the other undecided in %d, want 17", found, undecided)
	}
}

func walk(rng *rand.Rand, keep float64) func(int) float64 {
	x := rng.NormFloat64()
	return func(int) float64 {
		x = keep*x + math.Sqrt(1-keep*keep)*rng.NormFloat64()
		return x
	}
}

// Growth that comes a while after what it follows has its lag.
func TestPassiveLag(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	goes := walk(rng, 0.5)
	d, x := make([]increment, 200), make([]float64, 200)
	for i := range x {
		x[i] = max(math.Round(5+3*goes(i)), 0)
		d[i].known = true
		if i >= 4 {
			d[i].by = 1e6*x[i-4] + 5e5*rng.NormFloat64()
		}
	}
	d[50] = increment{-9e9, false} // a restart in between is nobody's doing
	seen, _ := coincide(d, []happens{{happening{kindSignal, "sync"}, 1, x}, {happening{kindSignal, "twin"}, 1, x}}, time.Minute)
	c := seen[0]
	if !c.Coincides || c.Lag != 240 || c.Strength < 0.7 || len(c.With) != 1 || c.Busy < 1e6 || c.BusyShare > 0.5 {
		t.Errorf("%+v", c)
	}
}

// What cannot be compared is said, and a week is kept in bounded memory.
func TestPassiveCollects(t *testing.T) {
	p := NewPassive("node", passiveStart)
	NewPassive("node", time.Time{}).Line(passiveStart, "a start that nobody set must not hang")
	if r := p.Result(); r.Bins != 0 || len(r.Seen) != 0 || r.Why == "" {
		t.Errorf("nothing seen: %+v", r)
	}
	for at := time.Duration(0); at < 7*24*time.Hour; at += time.Minute {
		var v soak.Values
		v.Set(soak.Anon, int64(200e6+at.Seconds()*1000))
		life := 1 + int(at/(100*time.Hour))
		b := soak.Batch{
			Samples: []soak.Sample{{Target: "node", Life: life, At: passiveStart.Add(at), Values: v}, {Target: "other", Life: 1, At: passiveStart.Add(at), Values: v}},
			Load:    []soak.LoadInterval{{At: passiveStart.Add(at), Scenario: "workout", Requests: 2, Errors: map[soak.ErrorKind]int64{soak.ErrorTimeout: int64(at/time.Hour) % 3}}},
			Signals: []soak.Signal{{Target: "node", Name: "rare", Count: 1, At: passiveStart.Add(-time.Hour)}, {Target: "other", Name: "of another", Count: 1, At: passiveStart.Add(at)}},
		}
		_ = p.Record(b)
	}
	if n := len(p.sampled.low); n > 2*mostBins {
		t.Errorf("%d bins", n)
	}
	r := p.Result()
	if r.Bins < fewestBins || r.Bins > mostBins || len(r.Seen) != 1 || r.Seen[0].Kind != kindFailed || len(r.Untold) != 1 || r.Untold[0].Name != "workout" {
		t.Errorf("%+v", r)
	}
	if p.kinds[happening{kindScenario, "workout"}].total != 2*7*24*60 {
		t.Errorf("widening lost requests: %+v", p.kinds)
	}
	if math.Abs(r.Growth-7*86400*1000) > 2.5e7 {
		t.Errorf("growth %v: that of both lives, without the drop between them", r.Growth)
	}
}
