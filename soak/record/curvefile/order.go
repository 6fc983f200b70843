package curvefile

import (
	"fmt"
	"time"

	"leakcheck/soak"
)

// maxTargets bounds what one file can make everybody keep.
const maxTargets = 10_000

// order knows of each target where its curve stands.
type order struct {
	interval time.Duration
	targets  map[string]*position
}

// position is a target's last row.
type position struct {
	at       time.Time
	seen     bool
	ticks    int64
	life     int
	restarts int64
	counted  bool // restarts has been seen
}

func newOrder(interval time.Duration) *order {
	return &order{interval: interval, targets: map[string]*position{}}
}

// place gives a row its time and life, and reports whether it is a sample:
// one with a memory figure, later than the one before.
func (o *order) place(r *row) (bool, error) {
	p, err := o.position(r.Target)
	if err != nil {
		return false, err
	}
	if !r.hasTime {
		if o.interval <= 0 {
			return false, badf("give --interval, the time from one row to the next", "the row has no time")
		}
		r.At = time.Unix(0, 0).UTC().Add(time.Duration(p.ticks) * o.interval)
	}
	p.ticks++
	if !remembers(r) {
		return false, nil
	}
	if p.seen && r.At.Before(p.at) {
		return false, badf("sort the rows by time, and give each target its name in a column target", "the time goes back by %s", p.at.Sub(r.At))
	}
	if p.seen && r.At.Equal(p.at) {
		return false, nil
	}
	p.at, p.seen = r.At, true
	p.number(r)
	return true, nil
}

// position finds a target's position; its name is kept once.
func (o *order) position(target string) (*position, error) {
	if p := o.targets[target]; p != nil {
		return p, nil
	}
	if len(o.targets) >= maxTargets {
		return nil, badf("is the column target the right one?", "there are more than %s targets", fmt.Sprint(maxTargets))
	}
	p := &position{life: 1}
	o.targets[target] = p
	return p, nil
}

// number gives a row its life.
func (p *position) number(r *row) {
	restarts, counted := r.Get(soak.Restarts)
	if counted {
		if p.counted && restarts != p.restarts {
			p.life++
		}
		p.restarts, p.counted = restarts, true
	}
	if !r.hasLife {
		r.Life = p.life
	}
}

// remembers reports whether a row holds a memory figure.
func remembers(r *row) bool {
	for _, m := range [...]soak.Metric{soak.Usage, soak.WorkingSet, soak.Anon, soak.File, soak.InactiveFile, soak.Shmem, soak.Kernel, soak.Heap} {
		if r.Has(m) {
			return true
		}
	}
	return false
}
