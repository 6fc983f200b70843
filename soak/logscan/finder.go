package logscan

import (
	"encoding/binary"
	"slices"
	"strings"
)

// finder finds many literals in one pass. It looks at a pair of bytes at every
// step-th place only: whichever way a literal lies on that grid, one of step
// neighbouring pairs of its own falls on it. Nearly all places end with one
// look into a table, and no look depends on the one before, which keeps the
// processor busy where an automaton would wait.
type finder struct {
	needles []needle
	step    int
	bucket  [1 << 16]uint8 // by pair: 0, or the index of what may be there
	buckets [][]sighting   // entry 0 is not used
}

// needle is a literal and the rules that wait for it.
type needle struct {
	literal
	rules []int
}

// sighting is a needle and where in it the pair stands. Most are none, and
// differ in the four bytes from there on, which are quick to compare.
type sighting struct {
	needle, offset int
	four, mask     uint32 // no mask where cases are folded, or the needle ends before
}

func newSighting(i int, n needle, offset int) sighting {
	s := sighting{needle: i, offset: offset}
	if !n.fold && offset+4 <= len(n.text) {
		s.four, s.mask = binary.LittleEndian.Uint32([]byte(n.text[offset:])), 1<<32-1
	}
	return s
}

const maxStep = 4 // as many bytes as lie between the pairs that stride looks at

// add makes a rule wait for a literal.
func (f *finder) add(l literal, rule int) {
	at := slices.IndexFunc(f.needles, func(n needle) bool { return n.literal == l })
	if at < 0 {
		at = len(f.needles)
		f.needles = append(f.needles, needle{literal: l})
	}
	f.needles[at].rules = append(f.needles[at].rules, rule)
}

// build prepares the tables, when all literals are known.
func (f *finder) build() {
	f.step = maxStep
	for _, n := range f.needles {
		f.step = min(f.step, len(n.text)-1)
	}
	f.buckets = make([][]sighting, 1)
	byPair := map[uint16][]sighting{}
	for i, n := range f.needles {
		from := rarest(n.text, f.step)
		for offset := from; offset < from+f.step; offset++ {
			for _, pair := range spellings(n, offset) {
				byPair[pair] = append(byPair[pair], newSighting(i, n, offset))
			}
		}
	}
	for pair, list := range byPair {
		f.put(pair, list)
	}
}

// put gives a pair its bucket. There are 255; should they be full, pairs share
// the last one, which costs time but is right.
func (f *finder) put(pair uint16, list []sighting) {
	if len(f.buckets) <= 255 {
		f.buckets = append(f.buckets, list)
	} else {
		f.buckets[255] = append(f.buckets[255], list...)
	}
	f.bucket[pair] = uint8(len(f.buckets) - 1)
}

// spellings returns a needle's pair at an offset, in both cases where they are
// folded.
func spellings(n needle, offset int) []uint16 {
	a, b := n.text[offset:offset+1], n.text[offset+1:offset+2]
	pairs := []uint16{uint16(a[0]) | uint16(b[0])<<8}
	if !n.fold {
		return pairs
	}
	for _, x := range []string{a, strings.ToUpper(a)} {
		for _, y := range []string{b, strings.ToUpper(b)} {
			if p := uint16(x[0]) | uint16(y[0])<<8; !slices.Contains(pairs, p) {
				pairs = append(pairs, p)
			}
		}
	}
	return pairs
}

// common orders bytes from the most to the least frequent in logs; what is
// missing here is rarer still.
const common = " e0t1a2onirs-:3d4l.5c6u7mh8p9\"g/f=yb,_vw[]{}()TISEAOPRD"

// digrams are the most frequent pairs of letters in English.
const digrams = "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur"

// rarest returns where the n neighbouring pairs of a text begin that other
// text has least.
func rarest(s string, n int) int {
	often := func(c byte) float64 {
		rank := strings.IndexByte(common, c)
		if rank < 0 {
			rank = len(common)
		}
		return 1 / float64(1+rank)
	}
	best, least := 0, 0.0
	for from := 0; from+n < len(s); from++ {
		sum := 0.0
		for i := from; i < from+n; i++ {
			sum += often(s[i]) * often(s[i+1])
			if strings.Contains(digrams, strings.ToLower(s[i:i+2])) {
				sum++
			}
		}
		if from == 0 || sum < least {
			best, least = from, sum
		}
	}
	return best
}

// scan reports each needle in buf and where it is, in the order of the lines.
func (f *finder) scan(buf []byte, found func(needle, at int)) {
	if len(f.needles) == 0 {
		return
	}
	i := 0
	if f.step == maxStep {
		i = f.stride(buf, found)
	}
	for ; i+2 <= len(buf); i += f.step {
		if b := f.bucket[binary.LittleEndian.Uint16(buf[i:])]; b != 0 {
			f.look(buf, i, b, found)
		}
	}
}

// stride is scan for the usual step, eight places at a time. It returns where
// it stopped, short of the end.
func (f *finder) stride(buf []byte, found func(needle, at int)) int {
	i := 0
	for ; i+8*maxStep <= len(buf); i += 8 * maxStep {
		next := buf[i : i+8*maxStep : i+8*maxStep]
		p, q := binary.LittleEndian.Uint64(next), binary.LittleEndian.Uint64(next[8:])
		v, w := binary.LittleEndian.Uint64(next[16:]), binary.LittleEndian.Uint64(next[24:])
		table := &f.bucket
		hit := table[uint16(p)] | table[uint16(p>>32)] | table[uint16(q)] | table[uint16(q>>32)] |
			table[uint16(v)] | table[uint16(v>>32)] | table[uint16(w)] | table[uint16(w>>32)]
		if hit == 0 {
			continue
		}
		for j := 0; j < len(next); j += maxStep {
			if bucket := f.bucket[binary.LittleEndian.Uint16(next[j:])]; bucket != 0 {
				f.look(buf, i+j, bucket, found)
			}
		}
	}
	return i
}

// look reports the needles that stand around the pair at i.
func (f *finder) look(buf []byte, i int, bucket uint8, found func(needle, at int)) {
	four := uint32(0)
	if i+4 <= len(buf) {
		four = binary.LittleEndian.Uint32(buf[i:])
	}
	list := f.buckets[bucket]
	for k := range list {
		s := &list[k]
		if four&s.mask != s.four {
			continue
		}
		n := &f.needles[s.needle]
		from := i - s.offset
		if from < 0 || from+len(n.text) > len(buf) {
			continue
		}
		if n.fold && equalFold(buf[from:from+len(n.text)], n.text) || !n.fold && string(buf[from:from+len(n.text)]) == n.text {
			found(s.needle, from)
		}
	}
}

// equalFold compares with lower, which is in lower case, by ASCII's rules.
func equalFold(buf []byte, lower string) bool {
	for i, c := range buf {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
