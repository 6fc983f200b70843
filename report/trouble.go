package report

import (
	"fmt"
	"strings"
)

// errors prints the most frequent error lines.
func (p *printer) errors(v *View) {
	if len(v.Report.Errors) == 0 {
		return
	}
	p.heading("Most frequent error lines (numbers, ids and times folded)")
	columns := []column{{"times", true}, {name: "line"}}
	if len(v.Targets) > 1 {
		columns = []column{{"times", true}, {name: "target"}, {name: "line"}}
	}
	var rows [][]string
	for _, l := range v.Report.Errors {
		row := []string{number(l.Count), l.Text}
		if len(v.Targets) > 1 {
			row = []string{number(l.Count), l.Target, l.Text}
		}
		rows = append(rows, row)
	}
	p.table(columns, rows)
}

// rollback prints the way back of what failed. Nothing here runs it.
func (p *printer) rollback(v *View) {
	for _, back := range v.Report.Rollback {
		of := ""
		if len(v.Targets) > 1 {
			of = " of " + back.Target
		}
		p.heading("The way back%s, if it is needed (leakcheck runs none of this)", of)
		for i, step := range back.Steps {
			p.labelled("  ", fmt.Sprintf("%d", i+1), 3, step, Plain)
		}
	}
}

// mostMarkdownErrors keeps a summary short; run.json has all.
const mostMarkdownErrors = 10

func markdownErrors(b *strings.Builder, v *View) {
	if len(v.Report.Errors) == 0 {
		return
	}
	b.WriteString("<details><summary>Most frequent error lines</summary>\n\n| times | line |\n|---:|---|\n")
	for _, l := range v.Report.Errors[:min(len(v.Report.Errors), mostMarkdownErrors)] {
		fmt.Fprintf(b, "| %s | %s |\n", number(l.Count), md(l.Text))
	}
	b.WriteString("\n</details>\n\n")
}

func markdownRollback(b *strings.Builder, v *View) {
	for _, back := range v.Report.Rollback {
		fmt.Fprintf(b, "<details><summary>The way back of %s, if it is needed</summary>\n\n", md(back.Target))
		for i, step := range back.Steps {
			fmt.Fprintf(b, "%d. %s\n", i+1, md(step))
		}
		b.WriteString("\n</details>\n\n")
	}
}
