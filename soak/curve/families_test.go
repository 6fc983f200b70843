package curve

import (
	"math"
	"math/rand/v2"
)

// simulations lists the families of the benchmark: healthy ones, then leaks.
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
		d.plain = true
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
			d.leaks(total / d.hours())
			d.meets = ((math.Ceil((d.limit-l)/total*count)-phase)/count - 1) * d.hours()
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
			d.leaks(total / d.hours())
			k, f := math.Modf((d.limit - l) / total * count)
			d.meets = ((k+f*duty)/count - 1) * d.hours()
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
			d.limit, d.clipped, d.floor = l*uniform(r, 1.5, 4), true, math.NaN()
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
