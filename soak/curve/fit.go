package curve

import (
	"math"
	"slices"
)

// fitted is one shape under one noise hypothesis.
type fitted struct {
	// score is -2 ln(likelihood) plus BIC's penalty; weight the restricted
	// likelihood (Patterson and Thompson 1971), for averaging over noises.
	score, restricted float64
	component
	kind noiseKind
}

// explanation is a family with all that it says about the series.
type explanation struct {
	family family
	// score is the family's best: lower is better.
	score float64
	// courses are a harmless family's best scores by how far its members have
	// levelled off, +Inf without one.
	courses [courseCount]float64
	// best is the shape with that score.
	best shape
	// rate is the present rate in bytes per second.
	rate belief
}

// fit scores every explanation of the series. Its values are taken to be no
// finer than grain. hops and scale are those of newLibrary.
func fit(s *series, hops []int, grain, scale float64) []explanation {
	c := contest{s: s, grain: grain, noises: noises(typicalStep(s), s.longest())}
	c.hypotheses = float64(len(c.noises))
	c.enter(newLibrary(s, hops, scale))
	if s.len() >= refinePoints && !c.straight() {
		c.drop()
		for _, spread := range [...]float64{0.45, 0.15} {
			c.enter(refined(s, c.summary(), spread))
		}
	}
	return c.summary()
}

// contest collects shapes with their fits.
type contest struct {
	s      *series
	grain  float64
	noises []noise
	// hypotheses is how many noises there were before any was dropped.
	hypotheses float64
	shapes     []shape
	fits       [][]fitted
	// lowest is the best score under each noise.
	lowest []float64
}

// enter fits all shapes of a library.
func (c *contest) enter(l *library) {
	if len(l.shapes) == 0 {
		return
	}
	g := newGram(l)
	first := len(c.shapes)
	c.lowest = resize(c.lowest, len(c.noises))
	c.shapes = append(c.shapes, l.shapes...)
	cells := make([]fitted, len(l.shapes)*len(c.noises))
	for range l.shapes {
		c.fits = append(c.fits, cells[:0:len(c.noises)])
		cells = cells[len(c.noises):]
	}
	for i, h := range c.noises {
		g.set(h)
		c.lowest[i] = math.Inf(1)
		for k, sh := range l.shapes {
			if f, ok := g.solve(sh, c.grain); ok {
				wider := h.widen
				if sh.extra > 0 {
					wider *= bentWiden
				}
				f.scale *= wider
				f.levelScale *= wider
				f.kind = h.kind
				f.restricted -= 2 * h.prior
				f.score -= 2 * h.prior
				c.lowest[i] = math.Min(c.lowest[i], f.score)
				c.fits[first+k] = append(c.fits[first+k], f)
			}
		}
	}
}

// drop leaves out the noises that no shape gives a chance: refining shapes
// under them is a waste of time.
func (c *contest) drop() {
	best, kept := slices.Min(c.lowest), c.noises[:0]
	for i, h := range c.noises {
		if c.lowest[i] <= best+hopeless {
			kept = append(kept, h)
		}
	}
	c.noises = kept
}

// straight reports whether nothing is better than a line so far; then there is
// nothing to refine.
func (c *contest) straight() bool {
	best, family := math.Inf(1), flat
	for _, e := range c.summary() {
		if e.score < best {
			best, family = e.score, e.family
		}
	}
	return family == flat || family == linear
}

func (c *contest) summary() []explanation { return summarise(c.shapes, c.fits, c.hypotheses) }

// summarise averages each family over its shapes and noises.
func summarise(shapes []shape, fits [][]fitted, hypotheses float64) []explanation {
	var out []explanation
	for f := family(0); f < familyCount; f++ {
		e := explanation{family: f, score: math.Inf(1)}
		for i := range e.courses {
			e.courses[i] = math.Inf(1)
		}
		for k, sh := range shapes {
			if sh.family != f || len(fits[k]) == 0 {
				continue
			}
			score := average(fits[k], hypotheses)
			if score < e.score {
				e.score, e.best = score, sh
			}
			e.courses[sh.course()] = math.Min(e.courses[sh.course()], score)
			// The score is carried along and turned into a weight below.
			c := blend(fits[k])
			c.weight = -score / 2
			e.rate = append(e.rate, c)
		}
		if len(e.rate) == 0 {
			continue
		}
		for i := range e.rate {
			e.rate[i].weight = math.Exp(e.rate[i].weight + e.score/2)
		}
		e.rate = e.rate.prune() // which also makes the weights of a family sum to 1
		out = append(out, e)
	}
	return out
}

// average is -2 ln of the mean of exp(-score/2) over so many hypotheses.
func average(fits []fitted, hypotheses float64) float64 {
	lowest := math.Inf(1)
	for _, f := range fits {
		lowest = math.Min(lowest, f.score)
	}
	sum := 0.0
	for _, f := range fits {
		sum += math.Exp((lowest - f.score) / 2)
	}
	return lowest - 2*math.Log(sum/hypotheses)
}

// typicalStep is the median time between neighbouring points of a life.
func typicalStep(s *series) float64 {
	var steps []float64
	for k := range s.lives {
		i, j := s.bounds(k)
		for i++; i < j; i++ {
			steps = append(steps, s.t[i]-s.t[i-1])
		}
	}
	return math.Max(Median(steps), 1e-6)
}
