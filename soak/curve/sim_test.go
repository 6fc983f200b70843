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
	// sigma and phi are the noise for the oracle; sigma 0 has none.
	sigma, phi float64
	clipped    bool // meant to stand at the limit
	plain      bool // nothing but this noise and perhaps a line
	tolerance  float64
	cache      func(i int) float64
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
	return d
}

func (d *draw) level() float64 { return d.y[0] }
func (d *draw) hours() float64 { return d.t[len(d.t)-1] / 3600 }

// ar adds AR(1) noise.
func (d *draw) ar(r *rand.Rand, phi, sigma float64) {
	d.phi, d.sigma = phi, sigma
	x := r.NormFloat64() * sigma
	for i := range d.y {
		d.y[i] += x
		x = phi*x + math.Sqrt(1-phi*phi)*sigma*r.NormFloat64()
	}
}

// noise adds mild noise of random memory.
func (d *draw) noise(r *rand.Rand, level float64) {
	phi := [...]float64{0, .5, .9, .98}[r.IntN(4)]
	d.ar(r, phi, level*logUniform(r, .0005, .01))
}

// each adds f of the run's share passed.
func (d *draw) each(f func(u float64) float64) {
	last := d.t[len(d.t)-1]
	for i := range d.y {
		d.y[i] += f(d.t[i] / last)
	}
}

// grow adds a linear leak of total bytes over the run.
func (d *draw) grow(total float64) {
	d.each(func(u float64) float64 { return total * u })
	d.leak, d.slope = true, d.slope+total/d.hours()
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
		d.limit = 0
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

func simulations() []simulation {
	stay := func(f func(*rand.Rand) draw, change func(*rand.Rand, *draw)) func(*rand.Rand) draw {
		return func(r *rand.Rand) draw {
			d := f(r)
			change(r, &d)
			return d
		}
	}
	flatNoise := func(r *rand.Rand) draw {
		d := base(r, 1440, 60)
		d.noise(r, d.level())
		return d
	}
	return []simulation{
		{"AR(1) 0", false, simAR(0)},
		{"AR(1) 0.5", false, simAR(.5)},
		{"AR(1) 0.9", false, simAR(.9)},
		{"AR(1) 0.98", false, simAR(.98)},
		{"AR(1) 0.999", false, simAR(.999)},
		{"teeth 2-20 min", false, simSaw(120, 1200)},
		{"teeth 20-90 min", false, simSaw(1200, 5400)},
		{"teeth 1.5-6 h", false, simSaw(5400, 21600)},
		{"growing teeth", false, func(r *rand.Rand) draw {
			d := base(r, 1440, 60)
			l := d.level()
			d.noise(r, l*.3)
			d.saw(r, logUniform(r, 300, 7200), l*logUniform(r, .05, .5), uniform(r, 1.5, 4))
			return d
		}},
		{"warm-up 5 min-6 h in 24 h", false, simWarmUp(1440, 60, 300, 21600)},
		{"warm-up 1-20 min in 50 min", false, simWarmUp(3000, 1, 60, 1200)},
		{"linear fill, then full", false, simShape(func(r *rand.Rand) func(float64) float64 {
			full := uniform(r, .1, .7)
			return func(u float64) float64 { return math.Min(u/full, 1) }
		})},
		{"log fill", false, simShape(func(r *rand.Rand) func(float64) float64 {
			t0 := logUniform(r, .002, .1)
			return func(u float64) float64 { return math.Log(1+u/t0) / math.Log(1+1/t0) }
		})},
		{"square-root fill", false, simShape(func(r *rand.Rand) func(float64) float64 { return math.Sqrt })},
		{"one step", false, simShape(func(r *rand.Rand) func(float64) float64 {
			at := uniform(r, .05, .95)
			return func(u float64) float64 { return step(u, at) }
		})},
		{"two steps", false, simShape(func(r *rand.Rand) func(float64) float64 {
			a, b := uniform(r, .05, .5), uniform(r, .5, .9)
			return func(u float64) float64 { return .6*step(u, a) + .4*step(u, b) }
		})},
		{"daily cycle, 2-7 days", false, simDaily},
		{"leak that stopped", false, simShape(func(r *rand.Rand) func(float64) float64 {
			a, b := uniform(r, .1, .3), uniform(r, .4, .7)
			return func(u float64) float64 { return math.Min(math.Max(u-a, 0), b-a) / (b - a) }
		})},
		{"healthy restarts", false, simLives(4, false)},
		{"healthy crash loop", false, simLives(24, false)},
		{"creep of 1 % in 40 min", false, func(r *rand.Rand) draw {
			d := base(r, 2400, 1)
			l := d.level()
			d.each(func(u float64) float64 { return l * .01 * u })
			d.slope = l * .01 / d.hours()
			d.noise(r, l*.3)
			return d
		}},
		{"flat soak of 3 min", false, simSoak(0, 0)},
		{"outliers", false, stay(flatNoise, outliers)},
		{"three digits", false, stay(flatNoise, rounded)},
		{"gaps, uneven", false, stay(flatNoise, holes)},
		{"ten samples", false, func(r *rand.Rand) draw {
			d := base(r, 10, 600)
			d.noise(r, d.level())
			return d
		}},
		{"page cache grows", false, func(r *rand.Rand) draw {
			d := flatNoise(r)
			l := d.level()
			d.cache = func(i int) float64 { return l * float64(i) / 400 }
			return d
		}},

		{"leak, AR(1) 0", true, leaking(simAR(0))},
		{"leak, AR(1) 0.5", true, leaking(simAR(.5))},
		{"leak, AR(1) 0.9", true, leaking(simAR(.9))},
		{"leak, AR(1) 0.98", true, leaking(simAR(.98))},
		{"leak, AR(1) 0.999", true, leaking(simAR(.999))},
		{"leak, teeth 2-20 min", true, leaking(simSaw(120, 1200))},
		{"leak, teeth 20-90 min", true, leaking(simSaw(1200, 5400))},
		{"leak, teeth 1.5-6 h", true, leaking(simSaw(5400, 21600))},
		{"leak, teeth 100x an hour", true, func(r *rand.Rand) draw {
			d := base(r, 1440, 60)
			l := d.level()
			d.noise(r, l*.1)
			total := leakTotal(r, &d)
			d.saw(r, logUniform(r, 300, 5400), total/d.hours()*100, 1)
			d.grow(total)
			return d
		}},
		{"leak after a warm-up", true, leaking(simWarmUp(1440, 60, 300, 7200))},
		{"leak and a step", true, leaking(simShape(func(r *rand.Rand) func(float64) float64 {
			at := uniform(r, .05, .95)
			return func(u float64) float64 { return step(u, at) }
		}))},
		{"staircase", true, func(r *rand.Rand) draw {
			d := base(r, 1440, 60)
			l, count := d.level(), uniform(r, 6, 40)
			total, phase := leakTotal(r, &d), r.Float64()
			d.each(func(u float64) float64 { return total / count * math.Floor(u*count+phase) })
			d.leak, d.slope = true, total/d.hours()
			d.noise(r, l*.3)
			return d
		}},
		{"leak, daily cycle", true, leaking(simDaily)},
		{"leak starts late", true, simShapeLeak(func(r *rand.Rand) func(float64) float64 {
			a := uniform(r, .2, .7)
			return func(u float64) float64 { return math.Max(u-a, 0) }
		})},
		{"leak accelerates", true, simShapeLeak(func(r *rand.Rand) func(float64) float64 {
			return func(u float64) float64 { return .2*u + .8*u*u }
		})},
		{"leak under load only", true, func(r *rand.Rand) draw {
			d := base(r, 1440, 60)
			l, count, duty := d.level(), math.Floor(uniform(r, 4, 25)), uniform(r, .3, .7)
			total := leakTotal(r, &d)
			d.each(func(u float64) float64 {
				k, f := math.Modf(u * count)
				return total / count * (k + math.Min(f/duty, 1))
			})
			d.leak, d.slope = true, total/d.hours()
			d.noise(r, l*.3)
			return d
		}},
		{"leaking lives", true, simLives(4, true)},
		{"leaking crash loop", true, simLives(24, true)},
		{"leaking soak of 3 min", true, simSoak(1e6, 4e6)},
		{"leak, outliers", true, stay(leaking(flatNoise), outliers)},
		{"leak, three digits", true, stay(leaking(flatNoise), rounded)},
		{"leak, gaps, uneven", true, stay(leaking(flatNoise), holes)},
		{"leak clipped at the limit", true, func(r *rand.Rand) draw {
			d := base(r, 1440, 60)
			l, top := d.level(), uniform(r, .4, .9)
			d.limit, d.clipped = l*uniform(r, 1.5, 4), true
			total := (d.limit - l) / top
			d.noise(r, l*.3)
			d.grow(total)
			for i := range d.y {
				d.y[i] = math.Min(d.y[i], d.limit*(1-.003*r.Float64()))
			}
			return d
		}},
		{"leak, ten samples", true, func(r *rand.Rand) draw {
			d := base(r, 10, 3600)
			d.noise(r, d.level())
			d.grow(d.level() * uniform(r, .2, 2))
			return d
		}},
	}
}

func simShapeLeak(f func(r *rand.Rand) func(u float64) float64) func(*rand.Rand) draw {
	return func(r *rand.Rand) draw {
		d := base(r, 1440, 60)
		l, size, shape := d.level(), leakTotal(r, &d), f(r)
		d.each(func(u float64) float64 { return size * shape(u) })
		d.leak, d.slope = true, size*(shape(1)-shape(1-1e-6))/1e-6/d.hours()
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
	last := d.t[len(d.t)-1]
	for i := range d.t {
		if u := d.t[i] / last; u > gap && u < gap+length || r.IntN(3) == 0 {
			continue
		}
		t, y = append(t, d.t[i]+r.Float64()*20), append(y, d.y[i])
	}
	d.t, d.y = t, y
}
