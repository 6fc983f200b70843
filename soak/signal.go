package soak

import "time"

// Line is one log line as the target wrote it, without its line ending. Text
// is untrusted bytes and is valid only during the call that delivers it.
type Line struct {
	At     time.Time
	Stderr bool
	Text   []byte
}

// Signal is something log lines said. Hits of one rule within one second of
// log time are joined: Count adds up, Values hold the last, and Spread how far
// those of all the hits lie apart.
type Signal struct {
	At     time.Time `json:"at"`
	Target string    `json:"target,omitempty"`
	// Name is the rule's name, such as "cache_hit_rate".
	Name  string `json:"name"`
	Count int    `json:"count"`
	// Run is the length of the run of consecutive matching lines that this hit
	// ends, over the whole log so far.
	Run int `json:"run,omitempty"`
	// Values are the rule's named captures, in the rule's units.
	Values map[string]float64 `json:"values,omitempty"`
	// Spread has the values that more than one of the joined hits carried.
	Spread map[string]Spread `json:"spread,omitempty"`
	// Text is the line, made safe to print and cut to a sensible length.
	Text string `json:"text,omitempty"`
}

// The captures of a memory line that mean the same everywhere, in bytes: the
// process's own figure of its memory, and its runtime's counters.
const (
	RSSValue      = "rss"
	HeapValue     = "heap"
	ExternalValue = "external"
)

// Spread is what the values of joined hits come to.
type Spread struct {
	Min float64 `json:"min"`
	Max float64 `json:"max"`
	Sum float64 `json:"sum"`
	N   int     `json:"n"`
}

// Add takes in one more value.
func (s Spread) Add(x float64) Spread {
	if s.N == 0 {
		s.Min, s.Max = x, x
	}
	return Spread{min(s.Min, x), max(s.Max, x), s.Sum + x, s.N + 1}
}

// LogSpan is a stretch of a target's log that was read.
type LogSpan struct {
	Target string    `json:"target"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Lines  int64     `json:"lines"`
	Bytes  int64     `json:"bytes"`
	// Skipped is how many bytes of the span were passed over to stay within
	// the byte budget; more than 0 means "no such line" is not proven.
	Skipped int64 `json:"skipped,omitempty"`
}

// FollowLines is how many lines after a hit may still join its values.
const FollowLines = 10

// SignalRule says how a log line becomes a signal.
type SignalRule struct {
	Name string `yaml:"name" json:"name"`
	// Pattern is a Go regular expression (RE2); named groups become values.
	Pattern string `yaml:"pattern" json:"pattern"`
	// Unless, if it matches the line too, takes the hit back.
	Unless string `yaml:"unless,omitempty" json:"unless,omitempty"`
	// Follow are patterns for lines after the hit whose named groups join its
	// values, each looked for within the next FollowLines lines.
	Follow []string `yaml:"follow,omitempty" json:"follow,omitempty"`
	// Units gives the unit of a named group: a size ("MB", "GiB") becomes
	// bytes, a rate ("MB/min") bytes per hour, a time ("ms", "minutes")
	// seconds; "%" and "" stay numbers.
	Units map[string]string `yaml:"units,omitempty" json:"units,omitempty"`
	// Ratios are values made of two others, numerator first: with
	// {ratio: [external, rss]} a hit that has both also has "ratio", where 1.5
	// is 150 %.
	Ratios map[string][]string `yaml:"ratios,omitempty" json:"ratios,omitempty"`
	// Example is a line the rule must match, and Values what it must yield;
	// validation checks both.
	Example string             `yaml:"example" json:"example"`
	Values  map[string]float64 `yaml:"values,omitempty" json:"values,omitempty"`
	// Help says what the node prints it for and when it does not.
	Help string `yaml:"help,omitempty" json:"help,omitempty"`
}
