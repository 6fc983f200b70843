package report

import (
	"fmt"
	"io"
	"strings"

	"leakcheck/soak"
)

// Markdown prints a short summary in GitHub's flavour, made for a pull request
// or a job summary; it has no chart.
func Markdown(w io.Writer, v *View) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s %s: %s\n\n", markdownIcon(v.Headline.Tone), v.Headline.Word, md(v.Headline.Text))
	for _, n := range v.Notes {
		fmt.Fprintf(&b, "> **%s** %s\n\n", upperFirst(n.Word), md(n.Text))
	}
	for _, t := range v.Targets {
		markdownTarget(&b, v, t)
	}
	markdownErrors(&b, v)
	markdownRollback(&b, v)
	fmt.Fprintf(&b, "<sub>leakcheck %s · run %s · profile %s · %s from %s</sub>\n", md(v.Report.Run.Version), md(v.Report.Run.ID),
		md(v.Report.Run.Profile), span(seconds(v.Report.Run.Duration)), v.Report.Run.Started.In(v.Now.Location()).Format("2 Jan 2006 15:04"))
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownIcon(t Tone) string {
	switch t {
	case Good:
		return "✅"
	case Caution:
		return "❔"
	}
	return "❌"
}

func markdownTarget(b *strings.Builder, v *View, t *Target) {
	if len(v.Targets) > 1 {
		fmt.Fprintf(b, "### %s %s\n\n", markdownIcon(t.Verdict.Tone), md(t.Verdict.Text))
	}
	if len(t.Facts) > 0 {
		b.WriteString("| | |\n|---|---|\n")
		for _, f := range t.Facts {
			text := md(f.Text)
			if f.Command {
				text = code(f.Text)
			}
			fmt.Fprintf(b, "| %s | %s |\n", bold(f.Label), text)
		}
		b.WriteByte('\n')
	}
	markdownChecks(b, t)
	markdownMemory(b, t)
}

func bold(s string) string {
	if s == "" {
		return ""
	}
	return "**" + s + "**"
}

// code shows a command in a table as it is to be typed.
func code(s string) string {
	if strings.ContainsAny(s, "`\\") {
		return md(s)
	}
	return "`" + strings.ReplaceAll(s, "|", `\|`) + "`"
}

// markdownChecks shows what did not pass, and folds the rest away.
func markdownChecks(b *strings.Builder, t *Target) {
	var open, folded []string
	for _, w := range t.Windows {
		for _, c := range w.Checks {
			said := measured(c)
			if c.Outcome != soak.Pass && c.Evidence != "" {
				said = strings.TrimPrefix(said+"; "+c.Evidence, "; ")
			}
			row := fmt.Sprintf("| %s %s | %s | %s | %s |\n", checkIcon(c.Outcome), c.Outcome, md(c.Text), md(c.Window), md(said))
			if c.Outcome == soak.Fail || c.Outcome == soak.Warn || c.Outcome == soak.Inconclusive {
				open = append(open, row)
			} else {
				folded = append(folded, row)
			}
		}
	}
	const head = "| outcome | check | window | evidence |\n|---|---|---|---|\n"
	if len(open) > 0 {
		b.WriteString(head + strings.Join(open, "") + "\n")
	}
	if len(folded) > 0 {
		fmt.Fprintf(b, "<details><summary>%s</summary>\n\n%s%s\n</details>\n\n", md(t.Tally.String()), head, strings.Join(folded, ""))
	}
}

func checkIcon(o soak.Outcome) string {
	switch outcomeTone(o) {
	case Good:
		return "✅"
	case Bad:
		return "❌"
	case Caution:
		return "⚠️"
	}
	return "⏸️"
}

func markdownMemory(b *strings.Builder, t *Target) {
	if t.Memory == nil || len(t.Memory.Components) == 0 {
		return
	}
	b.WriteString("| memory | first | min | max | last | change |\n|---|---:|---:|---:|---:|---:|\n")
	for _, m := range soak.Metrics() {
		r, ok := t.Memory.Components[m.String()]
		if !ok || m >= soak.CPU {
			continue
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(each(componentRow(m, r), func(s *string) { *s = md(*s) }), " | "))
	}
	b.WriteByte('\n')
}

// md makes text harmless in Markdown: no markup, no HTML, no table cell ends,
// and nobody is mentioned by an @ that a log line held.
func md(s string) string { return markdownEscapes.Replace(s) }

var markdownEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`,
	"#", `\#`, "$", `\$`, `\`, `\\`, "@", "@<!-- -->", "://", ":<!-- -->//",
)
