package curve

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"leakcheck/soak"
)

// draw is one simulated series with its truth.
type draw struct {
	t, y []float64 // seconds, bytes
	life []int
	// slope is the true present rate of the floor in bytes per hour.
	slope float64
	leak  bool
	limit float64
	// sigma and phi are the noise for the oracle, shaken its values; sigma 0 has none.
	sigma, phi float64
	shaken     []float64
	toothed    bool
	clipped    bool // meant to stand at the limit
	plain      bool // nothing but this noise and perhaps a line
	cache      func(i int) float64
	// shapes are what the draw is made of beside its level, a line and its noise.
	shapes []oracleShape
	// lineless says that one of the shapes is the leak itself.
	lineless bool
	// floor is the memory at the end without noise, NaN where teeth or lives
	// leave open what that would be.
	floor float64
	// meets is in how many hours the floor is at the limit where that is not at its
	// present rate, but by jumps and pauses; 0 elsewhere.
	meets float64
}

// simulation is a family of series.
type simulation struct {
	name string
	leak bool
	make func(r *rand.Rand) draw
}

// samples turns a draw into what a probe would have reported.
func (d *draw) samples() []soak.Sample {
	if top := slices.Max(d.y); top > 0.95*d.limit && !d.clipped {
		d.limit = 0
	}
	out := make([]soak.Sample, len(d.y))
	start := time.Date(2024, 12, 8, 6, 0, 0, 0, time.UTC)
	for i := range d.y {
		x := &out[i]
		x.At = start.Add(time.Duration(d.t[i] * 1e9))
		x.Set(soak.Anon, int64(d.y[i]))
		if d.limit > 0 {
			x.Set(soak.Limit, int64(d.limit))
		}
		if d.life != nil {
			x.Life = d.life[i]
		}
		if d.cache != nil {
			x.Set(soak.File, int64(d.cache(i)))
		}
	}
	return out
}

func logUniform(r *rand.Rand, lo, hi float64) float64 {
	return lo * math.Exp(r.Float64()*math.Log(hi/lo))
}

func uniform(r *rand.Rand, lo, hi float64) float64 { return lo + r.Float64()*(hi-lo) }

// base is a run of n samples each step seconds at a random level.
func base(r *rand.Rand, n int, step float64) draw {
	d := draw{t: make([]float64, n), y: make([]float64, n)}
	level := logUniform(r, 50e6, 4e9)
	for i := range d.t {
		d.t[i], d.y[i] = float64(i)*step, level
	}
	if r.IntN(2) == 0 {
		d.limit = level * uniform(r, 2, 5)
	}
	d.floor = level
	return d
}

func (d *draw) level() float64 { return d.y[0] }
func (d *draw) hours() float64 { return d.t[len(d.t)-1] / 3600 }

// ar adds AR(1) noise.
func (d *draw) ar(r *rand.Rand, phi, sigma float64) {
	d.phi, d.sigma, d.shaken = phi, sigma, make([]float64, len(d.y))
	x := r.NormFloat64() * sigma
	for i := range d.y {
		d.y[i] += x
		d.shaken[i] = x
		x = phi*x + math.Sqrt(1-phi*phi)*sigma*r.NormFloat64()
	}
}

// noise adds mild noise of random memory.
func (d *draw) noise(r *rand.Rand, level float64) {
	phi := [...]float64{0, .5, .9, .98}[r.IntN(4)]
	d.ar(r, phi, level*logUniform(r, .0005, .01))
}

// oracleShape is a curve that an oracle knows but for its size, and its rate at
// the end of the run per hour.
type oracleShape struct {
	y    []float64
	rate float64
}

// each adds f of the run's share passed.
func (d *draw) each(f func(u float64) float64) {
	s := oracleShape{y: make([]float64, len(d.y)), rate: (f(1) - f(1-1e-6)) / 1e-6 / d.hours()}
	last := d.t[len(d.t)-1]
	for i := range d.y {
		s.y[i] = f(d.t[i] / last)
		d.y[i] += s.y[i]
	}
	d.shapes = append(d.shapes, s)
	d.floor += f(1)
}

// grow adds a linear leak of total bytes over the run.
func (d *draw) grow(total float64) {
	known := d.shapes
	d.each(func(u float64) float64 { return total * u })
	d.shapes = known // the line is known without it
	d.leak, d.slope = true, d.slope+total/d.hours()
}

// leaks says that the only shape is a leak of this many bytes per hour.
func (d *draw) leaks(rate float64) {
	d.leak, d.lineless, d.slope = true, true, rate
	d.shapes[0].rate = rate
}

// leakTotal is a random growth over the run that matters: well above the
// default tolerance and above what settling could explain.
func leakTotal(r *rand.Rand, d *draw) float64 {
	room := d.level()
	if d.limit > 0 {
		room = d.limit - d.level()
	}
	return math.Max(room/standard.promiseHours*d.hours(), .04*d.level()) * logUniform(r, 1.5, 15)
}

// saw adds teeth of about the period and height, each of random height,
// growing by the factor over the run.
func (d *draw) saw(r *rand.Rand, period, height, factor float64) {
	d.floor, d.toothed = math.NaN(), true
	begin, length, h := -r.Float64()*period, period, height
	last := d.t[len(d.t)-1]
	next := func(t float64) {
		begin, length = t, period*uniform(r, .6, 1.4)
		h = height * uniform(r, .5, 1.5) * (1 + (factor-1)*math.Max(t, 0)/last)
	}
	next(begin)
	for i, t := range d.t {
		for t >= begin+length {
			next(begin + length)
		}
		d.y[i] += h * (t - begin) / length
	}
}

func simAR(phi float64) func(*rand.Rand) draw {
	return func(r *rand.Rand) draw {
		d := base(r, 1440, 60)
		d.ar(r, phi, d.level()*logUniform(r, .001, .03))
		d.plain = true
		return d
	}
}

func leaking(f func(*rand.Rand) draw) func(*rand.Rand) draw {
	return func(r *rand.Rand) draw {
		d := f(r)
		d.grow(leakTotal(r, &d))
		return d
	}
}

func simSaw(lo, hi float64) func(*rand.Rand) draw {
	return func(r *rand.Rand) draw {
		d := base(r, 1440, 60)
		l := d.level()
		d.noise(r, l*.3)
		d.saw(r, logUniform(r, lo, hi), l*logUniform(r, .05, 1), 1)
		return d
	}
}

func simWarmUp(n int, step, lo, hi float64) func(*rand.Rand) draw {
	return func(r *rand.Rand) draw {
		d := base(r, n, step)
		l := d.level()
		tau := logUniform(r, lo, hi) / d.t[n-1]
		size := l * logUniform(r, .1, 2)
		d.each(func(u float64) float64 { return size * (1 - math.Exp(-u/tau)) })
		d.slope = size / tau * math.Exp(-1/tau) / d.hours()
		d.noise(r, l)
		return d
	}
}

func simShape(f func(r *rand.Rand) func(u float64) float64) func(*rand.Rand) draw {
	return func(r *rand.Rand) draw {
		d := base(r, 1440, 60)
		l := d.level()
		size, shape := l*logUniform(r, .1, 1.5), f(r)
		d.each(func(u float64) float64 { return size * shape(u) })
		d.slope = size * (shape(1) - shape(1-1e-6)) / 1e-6 / d.hours()
		d.noise(r, l)
		return d
	}
}

func simDaily(r *rand.Rand) draw {
	d := base(r, 1440, uniform(r, 2, 7)*86400/1440)
	l := d.level()
	amp, phase, days := l*logUniform(r, .02, .3), r.Float64()*2*math.Pi, d.hours()/24
	over := uniform(r, 0, .4)
	d.each(func(u float64) float64 {
		w := 2*math.Pi*u*days + phase
		return amp * (math.Sin(w) + over*math.Sin(2*w+1))
	})
	d.noise(r, l)
	return d
}

// simLives restarts a program at random; each life warms up, and leaks by the
// rate per second if leak is set.
func simLives(count int, leak bool) func(*rand.Rand) draw {
	return func(r *rand.Rand) draw {
		d := base(r, 1440, 60)
		l := d.level()
		length := 86400 / float64(count)
		warm, tau := l*uniform(r, .05, .3), uniform(r, 60, length/12)
		rate := 0.0
		if leak {
			rate = l * logUniform(r, .5, 3) / length
			d.leak, d.slope = true, rate*3600
		}
		d.noise(r, l*.5)
		begin, end, id := 0.0, length*uniform(r, .7, 1.2), 1
		d.life = make([]int, len(d.y))
		for i, t := range d.t {
			if t > end {
				begin, end, id = t, t+length*uniform(r, .7, 1.2), id+1
			}
			d.life[i] = id
			d.y[i] += warm*(1-math.Exp(-(t-begin)/tau)) + rate*(t-begin)
		}
		d.limit, d.floor = 0, math.NaN()
		return d
	}
}

// simSoak is a short soak of a Go stand-in in 512 MB at 1 s: a live heap that
// settles, teeth of up to its double, a leak in bytes per second.
func simSoak(lo, hi float64) func(*rand.Rand) draw {
	return func(r *rand.Rand) draw {
		d := draw{t: make([]float64, 180), y: make([]float64, 180), limit: 512e6}
		level := logUniform(r, 8e6, 60e6)
		rate := 0.0
		if hi > 0 {
			rate = logUniform(r, lo, hi)
			d.leak, d.slope = true, rate*3600
		}
		settle, tau := level*uniform(r, 0, .5), uniform(r, 2, 25)
		for i := range d.t {
			t := float64(i)
			d.t[i], d.y[i] = t, level+settle*(1-math.Exp(-t/tau))+rate*t+r.NormFloat64()*1e5
		}
		d.saw(r, logUniform(r, 2, 20), level*uniform(r, .05, .6), 1)
		return d
	}
}

func simShapeLeak(f func(r *rand.Rand) func(u float64) float64) func(*rand.Rand) draw {
	return func(r *rand.Rand) draw {
		d := base(r, 1440, 60)
		l, size, shape := d.level(), leakTotal(r, &d), f(r)
		d.each(func(u float64) float64 { return size * shape(u) })
		d.leaks(d.shapes[0].rate)
		d.noise(r, l*.5)
		return d
	}
}

func outliers(r *rand.Rand, d *draw) {
	for i := range d.y {
		if r.IntN(100) == 0 {
			d.y[i] *= uniform(r, 1, 3)
		}
	}
}

// rounded is what `docker stats` prints: 512.3MiB, 1.234GiB.
func rounded(_ *rand.Rand, d *draw) {
	for i, y := range d.y {
		unit := math.Pow(2, 20)
		if y >= 1<<30 {
			unit = 1 << 30
		}
		digits := math.Pow(10, 2-math.Floor(math.Log10(y/unit)))
		d.y[i] = math.Round(y/unit*digits) / digits * unit
	}
}

func holes(r *rand.Rand, d *draw) {
	var t, y []float64
	gap, length := uniform(r, .1, .8), uniform(r, .02, .2)
	last, lastSeen := d.t[len(d.t)-1], 0.0
	for i := range d.t {
		if u := d.t[i] / last; u > gap && u < gap+length || r.IntN(3) == 0 {
			continue
		}
		t, y, lastSeen = append(t, d.t[i]+r.Float64()*20), append(y, d.y[i]), d.t[i]
	}
	d.floor -= d.slope * (last - lastSeen) / 3600
	d.t, d.y, d.plain, d.sigma = t, y, false, 0 // the oracle knows no gaps
}
