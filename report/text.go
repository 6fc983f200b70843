package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"leakcheck/soak"
)

// TextOptions says what the stream that text goes to can show. The caller
// decides, for each stream on its own.
type TextOptions struct {
	// Width is how many columns fit; 0 means 80.
	Width int
	// Color allows ANSI colours.
	Color bool
	// Unicode allows more than ASCII.
	Unicode bool
	// Plain prints aligned text in place of ruled tables and leaves charts out,
	// for pipes and files.
	Plain bool
}

// Text prints the whole report: the first screen, then the curve, the
// checklist, memory, load, signals, error lines, events, the way back and what
// watching cost.
func Text(w io.Writer, v *View, o TextOptions) error {
	p := newPrinter(o)
	p.screen(v)
	for _, t := range v.Targets {
		p.target(v, t)
	}
	p.load(v)
	p.signals(v)
	p.errors(v)
	p.events(v)
	p.rollback(v)
	p.observer(v)
	return p.flush(w)
}

// Screen prints the first screen alone.
func Screen(w io.Writer, v *View, o TextOptions) error {
	p := newPrinter(o)
	p.screen(v)
	return p.flush(w)
}

// printer collects lines that fit a width.
type printer struct {
	TextOptions
	paint palette
	out   bytes.Buffer
}

func newPrinter(o TextOptions) *printer {
	if o.Width <= 0 {
		o.Width = 80
	}
	o.Width = max(o.Width, 40)
	return &printer{TextOptions: o, paint: newPalette(o.Color)}
}

// flush writes all lines, in ASCII where nothing else is allowed.
func (p *printer) flush(w io.Writer) error {
	text := p.out.String()
	if !p.Unicode {
		text = ascii(text)
	}
	_, err := io.WriteString(w, text)
	return err
}

func (p *printer) line(format string, args ...any) {
	p.out.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	p.out.WriteByte('\n')
}

// labelled prints a label and a text that wraps beside it.
func (p *printer) labelled(indent, label string, column int, text string, tone Tone) {
	p.labelledLines(indent, label, column, wrap(text, p.Width-len(indent)-column), tone)
}

func (p *printer) labelledLines(indent, label string, column int, lines []string, tone Tone) {
	for i, l := range lines {
		head := strings.Repeat(" ", column)
		if i == 0 {
			head = p.paint.label(pad(fit(label, column), column))
		}
		p.line("%s%s%s", indent, head, p.paint.tone(tone, l))
	}
}

// heading prints a section's name.
func (p *printer) heading(format string, args ...any) {
	p.line("")
	for _, l := range wrap(fmt.Sprintf(format, args...), p.Width) {
		p.line("%s", p.paint.strong(l))
	}
}

// screen prints what a person on call reads first.
func (p *printer) screen(v *View) {
	p.statement(v.Headline)
	p.notes(v.Notes)
	if len(v.Targets) == 1 {
		p.facts(v.Targets[0].Facts)
		return
	}
	for _, t := range v.Targets {
		p.line("")
		p.statement(Statement{Word: p.mark(t), Text: t.Verdict.Text, Tone: t.Verdict.Tone})
		p.facts(shared(t.Facts, t.Verdict.Tone == Good))
	}
	if len(v.Targets) > 1 {
		p.line("")
		did, tone := v.did()
		p.facts([]Fact{{Label: "did", Text: did, Tone: tone}})
	}
}

// notes prints what qualifies a run, the words in one column.
func (p *printer) notes(notes []Statement) {
	column := 0
	for _, n := range notes {
		column = max(column, len(n.Word)+2)
	}
	for _, n := range notes {
		p.labelled("", n.Word, column, n.Text, n.Tone)
	}
}

func (p *printer) statement(s Statement) {
	lines := wrap(s.Text, p.Width-width(s.Word)-2)
	for i, l := range lines {
		if i == 0 {
			p.line("%s  %s", p.paint.badge(s.Tone, s.Word), p.paint.strong(l))
			continue
		}
		p.line("%s  %s", strings.Repeat(" ", width(s.Word)), p.paint.strong(l))
	}
}

func (p *printer) facts(facts []Fact) {
	for _, f := range facts {
		if f.Command {
			p.labelledLines("  ", f.Label, 9, commandLines(f.Text, p.Width-11), f.Tone)
			continue
		}
		for i, l := range strings.Split(f.Text, "\n") {
			p.labelled("  ", []string{f.Label, ""}[min(i, 1)], 9, l, f.Tone)
		}
	}
}

// shared leaves out what is said once for all targets, and of a target that
// is well all but its memory.
func shared(facts []Fact, well bool) []Fact {
	var out []Fact
	for _, f := range facts {
		if f.Label == "did" || f.Label == "node" || well && f.Label != "memory" && f.Label != "wall" && f.Label != "before" {
			continue
		}
		out = append(out, f)
	}
	return out
}

// mark is a target's state in one character, of the verdict's own tone.
func (p *printer) mark(t *Target) string {
	switch t.Verdict.Tone {
	case Good:
		return outcomeMark(soak.Pass, p.Unicode)
	case Bad:
		return outcomeMark(soak.Fail, p.Unicode)
	}
	return outcomeMark(soak.Inconclusive, p.Unicode)
}

// observer prints what watching cost.
func (p *printer) observer(v *View) {
	o := v.Report.Observer
	if o == (soak.Observer{}) {
		return
	}
	p.heading("What watching cost")
	p.labelled("  ", "", 0, fmt.Sprintf("leakcheck %s of memory, %s of CPU; %s, %s of log read", soak.FormatBytes(float64(o.RSS)),
		span(seconds(o.CPUSeconds)), plural(o.EngineCalls, "engine call"), soak.FormatBytes(float64(o.LogBytes))), Plain)
	late := ""
	if o.Late > 0 {
		late = fmt.Sprintf(", %s late (at most %s s)", number(o.Late), sig3(o.MaxLate))
	}
	p.labelled("  ", "", 0, fmt.Sprintf("%s, %s missed%s", plural(o.Samples, "sample"), number(o.Missed), late), Plain)
}
