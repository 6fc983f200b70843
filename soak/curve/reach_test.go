package curve

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"leakcheck/soak"
)

// fieller is the closed form for one normal belief: the hours between which
// level + rate*t crosses the wall with 95 % confidence.
func fieller(c component, wall float64) (low, high float64) {
	const z2 = 1.959964 * 1.959964
	room, both := wall-c.level, c.tie*c.scale*c.levelScale
	a := c.center*c.center - z2*c.scale*c.scale
	b := room*c.center + z2*both
	root := math.Sqrt(b*b - a*(room*room-z2*c.levelScale*c.levelScale))
	return (b - root) / a / 3600, (b + root) / a / 3600
}

func TestReachAgainstFieller(t *testing.T) {
	for _, c := range []component{
		{center: 5e3, scale: 4e2, level: 1e9, levelScale: 3e6, tie: .8},
		{center: 5e3, scale: 4e2, level: 1e9, levelScale: 3e6, tie: -.5},
		{center: 90, scale: 40, level: 2e8, levelScale: 1e7},
		{center: 1e6, scale: 1, level: 0, levelScale: 1, tie: .99},
	} {
		c.weight, c.freedom = 1, 1e7
		low, high := fieller(c, 3e9)
		b := belief{c}
		near(t, "the earliest hour", *b.reach(3e9, .025), low, 1e-4)
		near(t, "the latest hour", *b.reach(3e9, .975), high, 1e-4)
		near(t, "the middle", *b.reach(3e9, .5), (3e9-c.level)/c.center/3600, 1e-4)
	}
}

func TestReachWithoutEnd(t *testing.T) {
	b := belief{{weight: 1, center: 10, scale: 10, freedom: 30, level: 1e9, levelScale: 1e6}}
	if h := b.reach(2e9, .975); h != nil {
		t.Errorf("growth that may be none reaches the wall in %g h", *h)
	}
	if h := b.reach(2e9, .5); h == nil || math.Abs(*h-1e9/10/3600) > 1 {
		t.Errorf("half of the belief reaches the wall in %v h", h)
	}
	if h := b.reach(9e8, .025); h == nil || *h != 0 {
		t.Errorf("a level beyond the wall: %v", h)
	}
	falling := belief{{weight: 1, center: -1e3, scale: 10, freedom: 30, level: 1e9, levelScale: 1e6}}
	if h := falling.reach(2e9, .025); h != nil {
		t.Errorf("memory that falls reaches the wall in %g h", *h)
	}
	still := belief{{weight: 1, scale: 0, freedom: 30, level: 1e9, levelScale: 0}}
	if h := still.reach(2e9, .5); h != nil {
		t.Errorf("memory without a rate reaches the wall in %g h", *h)
	}
}

// TestMovedIsTheSameBelief: two steps of an hour are one of two.
func TestMovedIsTheSameBelief(t *testing.T) {
	c := component{center: 5e3, scale: 4e2, level: 1e9, levelScale: 3e6, tie: -.6, freedom: 20}
	twice, once := c.moved(3600).moved(3600), c.moved(7200)
	near(t, "level", twice.level, once.level, 1e-12)
	near(t, "its standard error", twice.levelScale, once.levelScale, 1e-9)
	near(t, "the correlation", twice.tie, once.tie, 1e-9)
}

// path feeds samples of the given values, step seconds apart, each of the life
// that is named for it; the limit is 1 GB.
func path(s *Stream, step float64, n int, y func(i int) float64, life func(i int) int) {
	start := time.Unix(1_700_000_000, 0)
	r := rand.New(rand.NewPCG(4, 2))
	for i := range n {
		x := soak.Sample{Target: "a", Life: life(i), At: start.Add(time.Duration(float64(i) * step * 1e9))}
		x.Set(soak.Anon, int64(y(i)+1e4*r.NormFloat64()))
		x.Set(soak.Limit, 1e9)
		s.Add(x)
	}
}

func oneLife(int) int { return 1 }

// between checks that a forecast is around an hour, and how wide it is at most.
func between(t *testing.T, what string, f *soak.Forecast, low, high, slack float64) {
	t.Helper()
	if f == nil || f.Hours.Low == nil || f.Hours.Estimate == nil || f.Hours.High == nil {
		t.Fatalf("%s: no forecast: %+v", what, f)
	}
	l, e, h := *f.Hours.Low, *f.Hours.Estimate, *f.Hours.High
	if l > low*(1+5e-3) || l < low*(1-slack) || h < high*(1-1e-3) || h > high*(1+slack) || e < l || e > h {
		t.Errorf("%s: %.3f h [%.3f, %.3f], want [%.3f, %.3f] or up to %.0f %% wider", what, e, l, h, low, high, 100*slack)
	}
}

// TestForecastAllowsForWhatComesAndGoes: the top of a tooth, the next step or
// the crest of a wave may meet the wall first.
func TestForecastAllowsForWhatComesAndGoes(t *testing.T) {
	const rate = 10e6 / 3600 // bytes a second
	for _, c := range []struct {
		name      string
		step      float64
		n         int
		y         func(seconds float64) float64
		low, high float64 // hours
	}{
		{"teeth of 60 MB", 10, 4000, func(s float64) float64 { return 2e8 + rate*s + 6e7*math.Mod(s, 1200)/1200 },
			(1e9-2e8-6e7)/10e6 - 40000./3600, (1e9-2e8)/10e6 - 40000./3600},
		{"steps of 40 MB", 60, 1440, func(s float64) float64 { return 2e8 + 4e7*math.Floor(s/14400) },
			(1e9-2e8)/10e6 - 24, (1e9-2e8)/10e6 + 4 - 24},
		{"a day's wave", 300, 1440, func(s float64) float64 { return 2e8 + 0.3*rate*s + 3e7*math.Sin(2*math.Pi*s/86400-2) },
			(1e9-2e8-3e7)/3e6 - 120, (1e9-2e8+3e7*math.Sin(2))/3e6 - 120},
	} {
		s := New(Options{Tolerance: 1e6})
		path(s, c.step, c.n, func(i int) float64 { return c.y(float64(i) * c.step) }, oneLife)
		r := s.Result()
		if r.Leak != soak.LeakYes {
			t.Fatalf("%s: %s: %s", c.name, r.Leak, r.Why)
		}
		between(t, c.name, r.Forecast, c.low, c.high, 0.2)
	}
}

// TestForecastAfterARestart starts from where the new process stands, not from
// where the dead one stood, however little was seen of it.
func TestForecastAfterARestart(t *testing.T) {
	for _, young := range []int{1, 2, 20} {
		s := New(Options{})
		path(s, 60, 180+young, func(i int) float64 { return 1e8 + 3.5e6*float64(i%180) }, func(i int) int { return 1 + i/180 })
		want := (9e8 - 3.5e6*float64(young-1)) / 3.5e6 / 60
		between(t, "after a restart", s.Result().Forecast, want, want, 0.05)
	}
}

// TestForecastOfTeethAfterARestart: while the new process has no teeth of its
// own to tell, those of the ones before say how far the last sample may be from
// the floor.
func TestForecastOfTeethAfterARestart(t *testing.T) {
	for _, earlier := range []int{1, 6} {
		for _, young := range []int{59, 89, 119, 179, 300} {
			s := New(Options{})
			path(s, 10, 1080*earlier+young, func(i int) float64 { return 1e8 + 1e6/6*float64(i%1080) + 6e7*float64(i%60)/60 }, func(i int) int { return 1 + i/1080 })
			floor := (9e8 - 1e6/6*float64(young-1)) / 6e7
			// Of a life that has ended less is kept: its rate is right to 2 %.
			between(t, fmt.Sprintf("%d lives and %d samples", earlier, young), s.Result().Forecast, floor-1, 0.98*floor, 0.25)
		}
	}
	// A look that is older than the restart.
	s := New(Options{})
	teeth := func(i int) float64 { return 1e8 + 1e6/6*float64(i%1080) + 6e7*float64(i%60)/60 }
	path(s, 10, 1120, func(i int) float64 {
		if i == 1080 {
			s.Forecast()
		}
		return teeth(i)
	}, func(i int) int { return 1 + i/1080 })
	f := s.Forecast()
	floor := (9e8 - 1e6/6*39) / 6e7
	between(t, "between two looks", &f, floor-1, floor, 0.25)
}

// TestForecastBetweenLooks follows the memory though the rate is as old as the
// last look.
func TestForecastBetweenLooks(t *testing.T) {
	s := New(Options{Walls: []Wall{{"ceiling", 185e6}}})
	worst := 0.0
	path(s, 10, 8000, func(i int) float64 {
		if i > 4000 && i%50 == 0 {
			s.Decided()
			want := (185e6 - 1e8 - 1e4*float64(i-1)) / 1e4 * 10 / 3600
			worst = math.Max(worst, math.Abs(*s.Forecast().Hours.Estimate-want))
		}
		return 1e8 + 1e4*float64(i)
	}, oneLife)
	if worst > 0.02 {
		t.Errorf("a forecast is up to %.3f h off", worst)
	}
}
