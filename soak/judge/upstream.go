package judge

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"leakcheck/soak"
)

// upstreamBlocks bounds the stretches of time that an [Upstream] keeps apart;
// fewestBlocks are needed for an interval.
const (
	upstreamBlocks = 64
	fewestBlocks   = 4
)

// Upstream counts what a node asked of its upstream, as a tap saw it, against
// what was asked of the node. It is a soak.Recorder in bounded memory.
type Upstream struct {
	start  time.Time
	width  time.Duration
	blocks []upstreamBlock
	tapped bool
}

type upstreamBlock struct{ asked, upstream float64 }

// Record counts. It never fails.
func (u *Upstream) Record(b soak.Batch) error {
	for _, x := range b.Load {
		if x.Scenario != soak.HealthScenario {
			u.block(x.At).asked += float64(x.Requests)
		}
	}
	for _, s := range b.Signals {
		if s.Name == soak.TapSignal {
			u.tapped = true
			u.block(s.At).upstream += float64(s.Count)
		}
	}
	return nil
}

// block is the one that an instant falls into. When there would be too many,
// each two become one that is twice as wide.
func (u *Upstream) block(at time.Time) *upstreamBlock {
	if u.start.IsZero() {
		u.start, u.width = at, time.Second
	}
	for at.Sub(u.start) >= upstreamBlocks*u.width {
		for i := range u.blocks {
			x := u.blocks[i]
			if i%2 == 0 {
				u.blocks[i/2] = x
				continue
			}
			u.blocks[i/2].asked += x.asked
			u.blocks[i/2].upstream += x.upstream
		}
		u.blocks = u.blocks[:(len(u.blocks)+1)/2]
		u.width *= 2
	}
	i := int(max(at.Sub(u.start), 0) / u.width)
	for len(u.blocks) <= i {
		u.blocks = append(u.blocks, upstreamBlock{})
	}
	return &u.blocks[i]
}

// rate is how many requests went upstream for each that was asked (basis
// "request") or, if none were counted, per hour (basis "hour"); nil without a
// tap or with too little to tell. The interval is that of a ratio estimator
// over blocks of time (Cochran, Sampling Techniques, 3rd ed. 1977, ch. 6).
func (u *Upstream) rate(byRequest bool) (*soak.Interval, string) {
	if u == nil || !u.tapped || len(u.blocks) < fewestBlocks {
		return nil, ""
	}
	basis := "hour"
	if byRequest {
		basis = "request"
	}
	n, sum, by := float64(len(u.blocks)), 0.0, 0.0
	size := func(b upstreamBlock) float64 {
		if byRequest {
			return b.asked
		}
		return u.width.Hours()
	}
	for _, b := range u.blocks {
		sum, by = sum+b.upstream, by+size(b)
	}
	if by == 0 {
		return nil, ""
	}
	ratio, square := sum/by, 0.0
	for _, b := range u.blocks {
		square += math.Pow(b.upstream-ratio*size(b), 2)
	}
	const confidence = 0.95
	half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile((1+confidence)/2) * math.Sqrt(square*n/(n-1)) / by
	return &soak.Interval{Estimate: ratio, Low: max(ratio-half, 0), High: ratio + half, Confidence: confidence}, basis
}

// asked reports whether requests to the node were counted.
func (u *Upstream) asked() bool {
	if u == nil {
		return false
	}
	for _, b := range u.blocks {
		if b.asked > 0 {
			return true
		}
	}
	return false
}
