package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"leakcheck/soak"
)

// asAbove stands for what the lines above have said.
const asAbove = "as above"

// manyWaiting is how many checks that are not due yet are counted rather than
// listed; the page and the summary have them all.
const manyWaiting = 5

// parted parts the checklist in what there is to say and, where they are many,
// the checks that are not due yet.
func (t *Target) parted() (told, waiting []Window) {
	if t.Tally[soak.NotDue] < manyWaiting {
		return t.Windows, nil
	}
	notDue := func(c soak.CheckResult) bool { return c.Outcome == soak.NotDue }
	due := func(c soak.CheckResult) bool { return !notDue(c) }
	for _, w := range t.Windows {
		if slices.ContainsFunc(w.Checks, due) {
			told = append(told, Window{w.Name, slices.DeleteFunc(slices.Clone(w.Checks), notDue)})
		}
		if slices.ContainsFunc(w.Checks, notDue) {
			waiting = append(waiting, Window{w.Name, slices.DeleteFunc(slices.Clone(w.Checks), due)})
		}
	}
	return told, waiting
}

// counted lists windows with how many checks they hold.
func counted(windows []Window) string {
	var parts []string
	for _, w := range windows {
		parts = append(parts, fmt.Sprintf("%s (%d)", cmp.Or(w.Name, "whole run"), len(w.Checks)))
	}
	return strings.Join(parts, ", ")
}

// fold remembers what a text has told, so that it tells each thing once.
type fold struct{ told map[string]bool }

// folded is what a text says of windows, each thing once.
func (t *Target) folded(windows []Window) []Window {
	f := fold{told: map[string]bool{}}
	var out []Window
	for _, w := range windows {
		said, before := Window{Name: w.Name}, ""
		for _, c := range w.Checks {
			evidence := c.Evidence
			c.Evidence = t.withoutWhy(evidence)
			said.Checks = append(said.Checks, f.once(c, before))
			before = evidence
		}
		out = append(out, said)
	}
	return out
}

// once leaves out of a check what has been said: the evidence of a calm one by
// the line above it, that of others and what to do anywhere above.
func (f *fold) once(c soak.CheckResult, before string) soak.CheckResult {
	if c.Outcome == soak.Pass {
		return c // shows neither
	}
	if outcomeTone(c.Outcome) == Faint {
		if c.Evidence == before {
			c.Evidence = ""
		}
		return c
	}
	c.Evidence = f.tell(c.Evidence)
	if c.Outcome == soak.Inconclusive {
		return c // shows no hint
	}
	c.Hint, c.Next = f.tell(c.Hint), f.tell(c.Next)
	if c.Hint == asAbove && c.Evidence == asAbove {
		c.Hint = ""
	}
	if c.Next == asAbove {
		c.Next = ""
	}
	return c
}

// tell returns a text, or what is new of it, or "as above".
func (f *fold) tell(text string) string {
	if text == "" {
		return ""
	}
	if f.told[text] {
		return asAbove
	}
	f.told[text] = true
	return fresh(text, func(s string) bool {
		again := f.told[s]
		f.told[s] = true
		return again
	})
}

// fresh leaves the sentences out with which a text begins and which were told,
// but for the last one.
func fresh(text string, told func(sentence string) bool) string {
	for {
		first, rest, more := strings.Cut(text, ". ")
		if !more || !told(first) {
			return text
		}
		text = rest
	}
}

// withoutWhy refers to the first screen for what it says of an open verdict.
func (t *Target) withoutWhy(evidence string) string {
	if !t.saysWhy() {
		return evidence
	}
	return strings.Replace(evidence, ": "+t.Memory.Why, " (why: see the top)", 1)
}

// saysWhy reports whether the first screen says why the verdict is open.
func (t *Target) saysWhy() bool {
	return t.Memory != nil && t.Memory.Why != "" && slices.ContainsFunc(t.Facts, func(f Fact) bool { return f.Label == "why" })
}
