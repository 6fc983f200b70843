package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"leakcheck/soak"
)

// The elements of a JUnit file, in the order that the Jenkins and Apache Ant
// schemas ask for.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Properties []junitProperty `xml:"properties>property,omitempty"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string       `xml:"name,attr"`
		Class     string       `xml:"classname,attr"`
		Time      string       `xml:"time,attr"`
		Skipped   *junitDetail `xml:"skipped"`
		Error     *junitDetail `xml:"error"`
		Failure   *junitDetail `xml:"failure"`
		SystemOut string       `xml:"system-out,omitempty"`
	}
	junitDetail struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit prints one test suite for each target: a case for its leak verdict and
// one for each check. Inconclusive is an error, not-due, not-run and
// not-applicable are skipped, and a warning passes with its evidence.
func JUnit(w io.Writer, v *View) error {
	all := junitSuites{Name: "leakcheck", Time: junitTime(v)}
	for _, t := range v.Targets {
		all.Suites = append(all.Suites, v.junitSuite(t))
	}
	if len(all.Suites) == 0 {
		all.Suites = []junitSuite{v.junitSuite(&Target{Verdict: Statement{Text: v.Headline.Text}})}
	}
	for _, s := range all.Suites {
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
	}
	out, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("report as JUnit: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(out)+"\n")
	return err
}

func (v *View) junitSuite(t *Target) junitSuite {
	s := junitSuite{Name: "leakcheck", Time: junitTime(v), Timestamp: v.Report.Run.Started.UTC().Format("2006-01-02T15:04:05")}
	if t.Name != "" {
		s.Name += "." + t.Name
	}
	for _, p := range [][2]string{{"run", v.Report.Run.ID}, {"version", v.Report.Run.Version}, {"profile", v.Report.Run.Profile}, {"image", t.Info.Image}} {
		if p[1] != "" {
			s.Properties = append(s.Properties, junitProperty{p[0], p[1]})
		}
	}
	s.Cases = append(s.Cases, v.leakCase(s.Name, t))
	for _, w := range t.Windows {
		for _, c := range w.Checks {
			s.Cases = append(s.Cases, checkCase(s.Name, c))
		}
	}
	for _, c := range s.Cases {
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	return s
}

// leakCase tells the curve's verdict, so that a run without a checklist, or
// without any data, is never an empty suite that passes.
func (v *View) leakCase(class string, t *Target) junitCase {
	c := junitCase{Name: "memory does not leak", Class: class, Time: junitTime(v)}
	var text []string
	for _, f := range t.Facts {
		text = append(text, strings.TrimSpace(f.Label+" "+f.Text))
	}
	detail := &junitDetail{Message: t.Verdict.Text, Text: strings.Join(text, "\n")}
	switch {
	case t.Memory == nil || t.Memory.Samples == 0:
		detail.Type = string(soak.VerdictNotMeasured)
		c.Error = detail
	case t.Memory.Leak == soak.LeakYes && t.leakCheckFailed():
		c.Skipped = &junitDetail{Message: "the check no-leak has failed for it: " + t.Verdict.Text}
	case t.Memory.Leak == soak.LeakYes:
		detail.Type = string(t.Memory.Pattern)
		c.Failure = detail
	case t.Memory.Leak == soak.LeakNo:
		c.SystemOut = t.Verdict.Text + "\n" + detail.Text
	default:
		detail.Type = string(soak.Inconclusive)
		c.Error = detail
	}
	return c
}

// leakCheckFailed reports whether a check on the leak itself has failed: one
// leak is one failure, as the headline counts.
func (t *Target) leakCheckFailed() bool {
	return slices.ContainsFunc(t.with(soak.Fail), func(c soak.CheckResult) bool { return c.ID == "no-leak" })
}

func checkCase(class string, c soak.CheckResult) junitCase {
	out := junitCase{Name: c.ID, Class: class, Time: "0"}
	if c.Window != "" {
		out.Class += "." + strings.ReplaceAll(c.Window, " ", "-")
	}
	var lines []string
	for _, p := range [][2]string{{"check", c.Text}, {"measured", measured(c)}, {"evidence", c.Evidence}, {"hint", c.Hint}, {"next", c.Next}} {
		if p[1] != "" {
			lines = append(lines, p[0]+": "+p[1])
		}
	}
	text := strings.Join(lines, "\n")
	message := c.Text
	if c.Evidence != "" {
		message += ": " + c.Evidence
	}
	switch c.Outcome {
	case soak.Fail:
		out.Failure = &junitDetail{message, "check", text}
	case soak.Inconclusive:
		if !c.HoldsUp() {
			out.Skipped = &junitDetail{Message: string(c.Outcome) + ": " + message}
			break
		}
		out.Error = &junitDetail{message, string(c.Outcome), text}
	case soak.NotDue, soak.NotRun, soak.NotApplicable:
		out.Skipped = &junitDetail{Message: string(c.Outcome) + ": " + message}
	case soak.Warn:
		out.SystemOut = "warning\n" + text
	default:
		out.SystemOut = text
	}
	return out
}

func junitTime(v *View) string { return strconv.FormatFloat(v.Report.Run.Duration, 'f', 3, 64) }
