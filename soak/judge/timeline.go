package judge

import (
	"slices"
	"time"
)

// maxBuckets bounds a timeline: a week of hits is kept to within 20 minutes, and
// exactly as long as there are fewer.
const maxBuckets = 512

// timeline keeps when something happened, in at most maxBuckets stretches. Times
// may come in any order.
type timeline struct {
	buckets []bucket
	width   time.Duration // 0 while every instant has its own bucket
}

// bucket is a stretch with hits.
type bucket struct {
	first, last time.Time
	count       int
	gap         time.Duration // the longest gap inside
}

// add notes n hits at a time.
func (s *timeline) add(at time.Time, n int) {
	i, found := slices.BinarySearchFunc(s.buckets, at, func(b bucket, t time.Time) int {
		switch {
		case s.slot(b.first).After(s.slot(t)):
			return 1
		case s.slot(b.first).Before(s.slot(t)):
			return -1
		}
		return 0
	})
	if found {
		s.buckets[i].join(bucket{first: at, last: at, count: n})
		return
	}
	s.buckets = slices.Insert(s.buckets, i, bucket{first: at, last: at, count: n})
	for len(s.buckets) > maxBuckets {
		s.thin()
	}
}

// slot is the stretch that a time belongs to.
func (s *timeline) slot(t time.Time) time.Time {
	if s.width == 0 {
		return t
	}
	return t.Truncate(s.width)
}

// thin doubles the width of the stretches.
func (s *timeline) thin() {
	if s.width == 0 {
		span := s.buckets[len(s.buckets)-1].last.Sub(s.buckets[0].first)
		s.width = max(span/maxBuckets, time.Nanosecond)
	}
	s.width *= 2
	kept := s.buckets[:1]
	for _, b := range s.buckets[1:] {
		if end := &kept[len(kept)-1]; s.slot(end.first).Equal(s.slot(b.first)) {
			end.join(b)
		} else {
			kept = append(kept, b)
		}
	}
	s.buckets = kept
}

// join adds another stretch to this one. Where they overlap, the gaps between
// their hits are not known exactly any more, only that they are no longer than
// the stretch.
func (b *bucket) join(o bucket) {
	switch {
	case o.first.After(b.last):
		b.gap = max(b.gap, o.gap, o.first.Sub(b.last))
	case o.last.Before(b.first):
		b.gap = max(b.gap, o.gap, b.first.Sub(o.last))
	default:
		b.gap = max(b.gap, o.gap)
	}
	if o.first.Before(b.first) {
		b.first = o.first
	}
	if o.last.After(b.last) {
		b.last = o.last
	}
	b.count += o.count
}

// count returns the hits from a time on and before another, to within a
// stretch.
func (s *timeline) count(from, to time.Time) int {
	n := 0
	for _, b := range s.buckets {
		if middle := b.first.Add(b.last.Sub(b.first) / 2); !middle.Before(from) && middle.Before(to) {
			n += b.count
		}
	}
	return n
}

// maxGap returns the longest time without a hit from the first hit in
// [from, to] to the end; ok is false without a hit.
func (s *timeline) maxGap(from, to time.Time) (gap time.Duration, ok bool) {
	var last time.Time
	for _, b := range s.buckets {
		if b.last.Before(from) || b.first.After(to) {
			continue
		}
		if ok {
			gap = max(gap, b.first.Sub(last))
		}
		gap, last, ok = max(gap, b.gap), b.last, true
	}
	if ok {
		gap = max(gap, to.Sub(last))
	}
	return gap, ok
}
