package logscan

import "leakcheck/soak"

// Kinds tells lines of one kind from those of others: lines that differ only in
// numbers, ids or times are of the same. It is not safe for concurrent use.
type Kinds struct {
	line  []byte
	known map[string]string
}

// maxKnown bounds how many kinds are remembered; a log that has more is no
// longer told apart for the rest.
const maxKnown = 20_000

// Of returns the kind of a line as it may be told: without secrets, safe to
// print. It is empty for a line without text, and when there are too many kinds.
func (k *Kinds) Of(l soak.Line) string {
	text := l.Text[:min(len(l.Text), MaxLine)]
	k.line = normalise(k.line[:0], text)
	if kind, ok := k.known[string(k.line)]; ok || len(k.line) == 0 || len(k.known) >= maxKnown {
		return kind
	}
	if k.known == nil {
		k.known = map[string]string{}
	}
	key := string(k.line)
	k.known[key] = shown(key, text)
	return k.known[key]
}
