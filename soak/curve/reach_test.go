package curve

import (
	"math"
	"testing"
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
