package experiment

import "slices"

// levels are the lowest memory figures of each bin; 0 where there is none.
type levels struct {
	low    []float64
	life   []int // of the bin's figures; -1 if they are of several
	n      int
	lasted int // the last bin
}

func (l *levels) add(i int, level float64, life int) {
	l.low, l.life = reach(l.low, i), reach(l.life, i)
	l.put(i, level, life)
	l.n, l.lasted = l.n+1, max(l.lasted, i)
}

func (l *levels) put(i int, level float64, life int) {
	switch {
	case l.low[i] == 0:
		l.low[i], l.life[i] = level, life
	case l.life[i] != life:
		l.life[i] = -1
	default:
		l.low[i] = min(l.low[i], level)
	}
}

func (l *levels) halve() {
	old, lives := slices.Clone(l.low), slices.Clone(l.life)
	clear(l.low)
	for i, level := range old {
		if level != 0 {
			l.put(i/2, level, lives[i])
		}
	}
	half := (len(old) + 1) / 2
	l.low, l.life, l.lasted = l.low[:half], l.life[:half], l.lasted/2
}

// reach makes a slice long enough for an index.
func reach[T any](s []T, i int) []T {
	for len(s) <= i {
		s = append(s, *new(T))
	}
	return s
}

func (l *levels) first() int {
	return max(slices.IndexFunc(l.low, func(x float64) bool { return x != 0 }), 0)
}

func (l *levels) span() int {
	if l.n == 0 {
		return 0
	}
	return l.lasted - l.first() + 1
}

// increment is how far the floor rose from one bin to the next; known is false
// where it was not seen, or where a life ended.
type increment struct {
	by    float64
	known bool
}

func (l *levels) increments(first, last int) []increment {
	all := make([]increment, 0, max(last-first, 0))
	for i := first + 1; i <= last; i++ {
		x := increment{}
		if l.low[i] != 0 && l.low[i-1] != 0 && l.life[i] == l.life[i-1] && l.life[i] > 0 {
			x = increment{l.low[i] - l.low[i-1], true}
		}
		all = append(all, x)
	}
	return all
}

// restless reports whether the bins are shorter than the memory's own ups and
// downs, such as those of a collector, so that longer ones show more of what
// stays. It looks at memory alone: it cannot favour any happening.
func (l *levels) restless() bool {
	net, all := 0.0, 0.0
	for _, x := range l.increments(l.first(), l.lasted) {
		net += x.by
		all += max(x.by, -x.by)
	}
	return all > 4*max(net, -net)
}
