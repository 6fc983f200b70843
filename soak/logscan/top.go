package logscan

import (
	"bytes"
	"cmp"
	"container/heap"
	"slices"

	"leakcheck/soak"
)

// Top finds the most frequent error lines in bounded memory. Lines that differ
// only in numbers, ids or times count as one. It is the Space-Saving algorithm
// (Metwally, Agrawal, El Abbadi: "Efficient Computation of Frequent and Top-k
// Elements in Data Streams", 2005). It is not safe for concurrent use.
type Top struct {
	n, size int
	entries map[string]*entry
	least   leastFirst
	line    []byte
}

// TopLine is a normalised line and how often it came.
type TopLine struct {
	Text  string `json:"text"`
	Count int64  `json:"count"`
	// Over is by how much Count may be too high: more different lines came
	// than there is room for.
	Over int64 `json:"over,omitempty"`
}

type entry struct {
	TopLine
	index int   // in the heap
	told  int64 // of the count, by Take
	shown string
}

// shown is what may be told of a line. Its secrets must go before it is folded,
// which breaks up what they are known by; to look for them only in lines that
// are new keeps that off the path of a log that repeats itself.
func shown(key string, raw []byte) string {
	raw = raw[:min(len(raw), maxRaw)]
	if clean := Redact(raw); !bytes.Equal(clean, raw) {
		key = string(normalise(nil, clean))
	}
	return Safe([]byte(key))
}

// spare is how many lines are counted for each one that is asked for; it makes
// the counts of the top exact unless a log's errors are very diverse.
const spare = 50

// NewTop returns a counter for the n most frequent error lines.
func NewTop(n int) *Top {
	n = max(n, 1)
	return &Top{n: n, size: spare * n, entries: make(map[string]*entry, n)}
}

var errorWords = [][]byte{[]byte("Error"), []byte("Exception")}

// Line counts a line if it speaks of an Error or an Exception.
func (t *Top) Line(l soak.Line) {
	text := l.Text[:min(len(l.Text), MaxLine)]
	for _, w := range errorWords {
		if bytes.Contains(text, w) {
			t.Add(text, 1)
			return
		}
	}
}

// Add counts a line, whatever it says, n times.
func (t *Top) Add(text []byte, n int) {
	if n <= 0 {
		return
	}
	t.line = normalise(t.line[:0], text)
	t.count(n, text)
}

// Join counts a line that was folded before, as by another Top.
func (t *Top) Join(text string, n int) {
	if n <= 0 {
		return
	}
	t.line = append(t.line[:0], text...)
	t.count(n, nil)
}

// count counts the line in t.line, which was folded from raw unless that is nil.
func (t *Top) count(n int, raw []byte) {
	if e := t.entries[string(t.line)]; e != nil {
		e.Count += int64(n)
		heap.Fix(&t.least, e.index)
		return
	}
	key := string(t.line)
	if len(t.least) < t.size {
		e := &entry{TopLine: TopLine{Text: key, Count: int64(n)}, shown: shown(key, raw)}
		t.entries[key] = e
		heap.Push(&t.least, e)
		return
	}
	e := t.least[0] // the least frequent line makes room and leaves its count as doubt
	delete(t.entries, e.Text)
	e.TopLine, e.told = TopLine{Text: key, Count: e.Count + int64(n), Over: e.Count}, 0
	e.shown = shown(key, raw)
	t.entries[key] = e
	heap.Fix(&t.least, 0)
}

// Lines returns the most frequent lines, the most frequent first, safe to print.
func (t *Top) Lines() []TopLine {
	most := t.most()
	lines := make([]TopLine, len(most))
	for i, e := range most {
		lines[i] = e.TopLine
		lines[i].Text = e.shown
	}
	return lines
}

// Take returns those of the most frequent lines that came since the last call,
// safe to print; their Count is how often they did, beyond doubt.
func (t *Top) Take() []TopLine {
	var fresh []TopLine
	for _, e := range t.most() {
		if n := e.Count - e.Over - e.told; n > 0 {
			fresh = append(fresh, TopLine{Text: e.shown, Count: n})
			e.told += n
		}
	}
	return fresh
}

// most are the n most frequent lines, judged by what is beyond doubt.
func (t *Top) most() []*entry {
	all := slices.Clone(t.least)
	slices.SortFunc(all, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(b.Count-b.Over, a.Count-a.Over), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	})
	return all[:min(len(all), t.n)]
}

// leastFirst is a heap of entries with the smallest count on top.
type leastFirst []*entry

func (h leastFirst) Len() int           { return len(h) }
func (h leastFirst) Less(i, j int) bool { return h[i].Count < h[j].Count }
func (h leastFirst) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push adds an entry; it is for package heap.
func (h *leastFirst) Push(x any) {
	e := x.(*entry)
	e.index = len(*h)
	*h = append(*h, e)
}

// Pop is for package heap and is never needed: entries are replaced.
func (h *leastFirst) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
