package report

import (
	"fmt"
	"io"
	"strings"

	"leakcheck/soak"
)

// Annotations prints workflow commands that GitHub Actions shows beside a
// change: an error for each leak and failed check, a warning for each warning
// and each check that could not be judged.
func Annotations(w io.Writer, v *View) error {
	var b strings.Builder
	for _, t := range v.Targets {
		if t.Memory == nil || t.Memory.Leak != soak.LeakNo {
			level := "warning"
			if t.Memory == nil || t.Memory.Leak == soak.LeakYes {
				level = "error"
			}
			annotate(&b, level, "memory", t.Verdict.Text)
		}
		for _, o := range []struct {
			outcome soak.Outcome
			level   string
		}{{soak.Fail, "error"}, {soak.Warn, "warning"}, {soak.Inconclusive, "warning"}} {
			for _, c := range t.with(o.outcome) {
				if c.Outcome == soak.Inconclusive && !c.HoldsUp() {
					continue
				}
				annotate(&b, o.level, string(o.outcome)+" "+c.ID, c.Text+": "+c.Evidence)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func annotate(b *strings.Builder, level, title, text string) {
	title = strings.NewReplacer(":", "%3A", ",", "%2C").Replace(percent.Replace("leakcheck: " + title))
	fmt.Fprintf(b, "::%s title=%s::%s\n", level, title, percent.Replace(text))
}

var percent = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
