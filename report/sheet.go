package report

import (
	"fmt"
	"io"
	"strings"
)

// Sheet is an answer that is no judged run (a comparison, an experiment, a
// firing, what went through a tap) in words, ready for every face. All its
// text is safe to print.
type Sheet struct {
	Headline Statement
	Facts    []Fact
	Sections []Section

	// Kind says in a word or two what a page is about; Meta is the line below
	// its headline.
	Kind, Meta string
	// brief is what --quiet prints; the headline where it is empty.
	brief []Statement
	// raw is what the JSON contract says.
	raw any
}

// Section is one part of a sheet.
type Section struct {
	Title string
	// Said is the section's own answer, if it has one.
	Said   Statement
	Facts  []Fact
	Notes  []Statement
	Forest *forest
	Table  *grid

	chart *chart
	// only names the face that shows the section; all do where it is empty.
	only string
}

const (
	textFace = "text"
	pageFace = "page"
)

// grid is a table with a tone for each cell.
type grid struct {
	Columns []column
	Rows    [][]cell
}

type cell struct {
	Text string
	Tone Tone
}

// Name is a column's header, Right whether it holds numbers.
func (c column) Name() string { return c.name }

// Right reports whether a column holds numbers.
func (c column) Right() bool { return c.right }

// plainCells turns texts into a row.
func plainCells(texts ...string) []cell {
	out := make([]cell, len(texts))
	for i, t := range texts {
		out[i].Text = t
	}
	return out
}

// SheetJSON prints the contract of what the sheet tells.
func SheetJSON(w io.Writer, s *Sheet) error { return writeJSON(w, s.raw) }

// SheetLine prints the answer alone: one line, or one for each target.
func SheetLine(w io.Writer, s *Sheet, o TextOptions) error {
	p := newPrinter(o)
	if len(s.brief) == 0 {
		p.statement(s.Headline)
	}
	for _, b := range s.brief {
		p.line("%s: %s", b.Text, p.paint.tone(b.Tone, strings.ToLower(b.Word)))
	}
	return p.flush(w)
}

// SheetText prints the answer, its facts and every section.
func SheetText(w io.Writer, s *Sheet, o TextOptions) error {
	p := newPrinter(o)
	p.statement(s.Headline)
	p.facts(s.Facts)
	for _, x := range s.Sections {
		p.section(x)
	}
	return p.flush(w)
}

func (p *printer) section(s Section) {
	if s.only == pageFace {
		return
	}
	p.line("")
	if s.Title != "" {
		for _, l := range wrap(s.Title, p.Width) {
			p.line("%s", p.paint.strong(l))
		}
	}
	if s.Said.Word != "" {
		p.statement(s.Said)
	}
	p.facts(s.Facts)
	if s.Table != nil {
		p.grid(s.Table)
	}
	for _, n := range s.Notes {
		p.labelled("  ", n.Word, 9, n.Text, n.Tone)
	}
}

func (p *printer) grid(g *grid) {
	rows := make([][]string, len(g.Rows))
	for i, r := range g.Rows {
		for _, c := range r {
			rows[i] = append(rows[i], p.paint.tone(c.Tone, c.Text))
		}
	}
	p.table(g.Columns, rows)
}

// WriteSheet writes a sheet's page to a file, whole or not at all.
func WriteSheet(path string, s *Sheet) error {
	return writeRendered(path, func(w io.Writer) error { return SheetHTML(w, s) })
}

// WriteSheetJSON writes a sheet's contract to a file, whole or not at all.
func WriteSheetJSON(path string, s *Sheet) error {
	return writeRendered(path, func(w io.Writer) error { return SheetJSON(w, s) })
}

// warnings are notes of that name.
func warnings(all []string) []Statement {
	var out []Statement
	for _, w := range all {
		out = append(out, Statement{Word: "note", Text: Clean(w), Tone: Caution})
	}
	return out
}

// writeRendered writes what a face prints to a file.
func writeRendered(path string, render func(io.Writer) error) error {
	var b strings.Builder
	err := render(&b)
	if err == nil {
		err = writeFile(path, []byte(b.String()))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
