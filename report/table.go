package report

import (
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// column describes one column of a table.
type column struct {
	name  string
	right bool // numbers
}

// table prints rows under headers: ruled on terminals, aligned text elsewhere.
// The last column gives way when the width is short.
func (p *printer) table(columns []column, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	p.narrow(columns, rows)
	if p.Plain {
		p.aligned(columns, rows)
		return
	}
	headers := make([]string, len(columns))
	aligns := make([]tw.Align, len(columns))
	for i, c := range columns {
		headers[i], aligns[i] = p.paint.label(c.name), tw.AlignLeft
		if c.right {
			aligns[i] = tw.AlignRight
		}
	}
	symbols := tw.NewSymbols(tw.StyleLight)
	if !p.Unicode {
		symbols = tw.NewSymbols(tw.StyleASCII)
	}
	var b strings.Builder
	t := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Symbols:  symbols,
			Settings: tw.Settings{Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off}, Lines: tw.Lines{ShowHeaderLine: tw.On}},
		})),
		tablewriter.WithConfig(tablewriter.Config{
			Header: cells(aligns), Row: cells(aligns),
		}),
	)
	t.Header(headers)
	if t.Bulk(rows) != nil || t.Render() != nil {
		p.aligned(columns, rows) // a table that cannot be ruled is still printed
		return
	}
	for line := range strings.Lines(b.String()) {
		line = strings.TrimRight(line, "\n")
		if strings.Trim(line, "─-") == "" {
			line = " " + p.paint.label(line[len(line)/width(line):]) // the rule, as wide as the text
		}
		p.line(" %s", line)
	}
}

func cells(aligns []tw.Align) tw.CellConfig {
	return tw.CellConfig{
		Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
		Alignment:  tw.CellAlignment{PerColumn: aligns},
	}
}

// narrow cuts the first column and wraps the last one so that a row fits.
func (p *printer) narrow(columns []column, rows [][]string) {
	last := len(columns) - 1
	room := p.Width - 3
	ws := widths(columns, rows)
	for _, w := range ws[1:last] {
		room -= w + 2
	}
	first := min(ws[0], max(10, room-lastColumn-2))
	for _, r := range rows {
		r[0] = fit(r[0], first)
		r[last] = strings.Join(wrap(r[last], room-first-2), "\n")
	}
}

// lastColumn is what the last column keeps when the first one is too long.
const lastColumn = 18

func widths(columns []column, rows [][]string) []int {
	out := make([]int, len(columns))
	for i, c := range columns {
		out[i] = width(c.name)
		for _, r := range rows {
			for l := range strings.SplitSeq(r[i], "\n") {
				out[i] = max(out[i], width(l))
			}
		}
	}
	return out
}

// aligned prints columns with two spaces between them.
func (p *printer) aligned(columns []column, rows [][]string) {
	ws := widths(columns, rows)
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = c.name
	}
	for _, r := range unfold(append([][]string{header}, rows...)) {
		var parts []string
		for i, c := range columns {
			if c.right {
				parts = append(parts, padLeft(r[i], ws[i]))
			} else {
				parts = append(parts, pad(r[i], ws[i]))
			}
		}
		p.line("  %s", strings.Join(parts, "  "))
	}
}

// unfold gives each further line of a last column a row of its own.
func unfold(rows [][]string) [][]string {
	var out [][]string
	for _, r := range rows {
		last := len(r) - 1
		for i, l := range strings.Split(r[last], "\n") {
			row := make([]string, len(r))
			if i == 0 {
				copy(row, r)
			}
			row[last] = l
			out = append(out, row)
		}
	}
	return out
}
