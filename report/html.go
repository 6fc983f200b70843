package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"leakcheck/soak"
)

//go:embed assets/page.html
var pageText string

//go:embed assets/page.css
var pageStyle string

//go:embed assets/page.js
var pageScript string

// HTML prints one self-contained page: no network, nothing that needs its
// script to be read, everything from outside escaped. Its policy allows its
// own style and script by their hashes and nothing else.
func HTML(w io.Writer, v *View) error {
	if err := pageTemplate.Execute(w, v.page()); err != nil {
		return fmt.Errorf("report as HTML: %w", err)
	}
	return nil
}

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"number": number, "millis": millis, "errors": errorKinds, "values": signalValues,
	"count":   func(n int) string { return number(int64(n)) },
	"bytes":   func(n int64) string { return soak.FormatBytes(float64(n)) },
	"unsent":  func(s soak.ScenarioResult) int64 { return s.Due - s.Requests },
	"outcome": outcomeTone, "tone": eventTone,
	"drift": driftText, "counted": counted,
	"mark": func(o soak.Outcome) string { return outcomeMark(o, true) },
	"calm": func(o soak.Outcome) bool { return outcomeTone(o) == Good || outcomeTone(o) == Faint },
	"acts": func(c soak.CheckResult) bool { return c.Outcome != soak.Pass },
}).Parse(pageText))

// page is what the template reads.
type page struct {
	V *View
	pageParts
	Refresh    int
	Meta, Zone string
	Many       bool
	Nav        []link
	Overview   *overview
	Targets    []pageTarget
	Latency    *pageChart
	Seen       []soak.SignalResult
	Silent     []string
	Events     []soak.Event
	Hidden     int
	Settings   []Fact
}

type link struct{ ID, Text string }

// mostPageEvents is how many events a page lists.
const mostPageEvents = 500

func (v *View) page() page {
	p := page{
		V: v, pageParts: parts(), Many: len(v.Targets) > 1, Meta: v.meta(), Zone: v.Now.Location().String(),
		Refresh: int(v.Refresh / time.Second), Events: v.Report.Events, Settings: v.settings(),
	}
	if n := len(p.Events) - mostPageEvents; n > 0 {
		p.Events, p.Hidden = p.Events[n:], n
	}
	for i, t := range v.Targets {
		p.Targets = append(p.Targets, v.pageTarget(i, t, p.Many))
	}
	p.Overview = v.overview()
	p.Seen, p.Silent = v.heard()
	p.Latency = v.drawn(v.latencyChart(), "latency-chart", "")
	p.Nav = p.sections()
	return p
}

// hash names an inline style or script to the page's policy.
func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (p page) sections() []link {
	var out []link
	add := func(when bool, id, text string) {
		if when {
			out = append(out, link{id, text})
		}
	}
	add(p.Many, "together", "All containers")
	for _, t := range p.Targets {
		if p.Many {
			add(true, t.ID, t.T.Name)
			continue
		}
		add(t.Memory != nil, t.ID+"-memory", "Memory")
		add(len(t.T.Windows) > 0, t.ID+"-checks", "Checklist")
		add(t.T.Memory != nil && len(t.T.Memory.Components) > 0, t.ID+"-components", "Components")
		add(t.T.Memory != nil, t.ID+"-why", "Why")
		add(len(t.Signals) > 0, t.ID+"-signals", "Signals over time")
	}
	add(p.Latency != nil, "latency", "Latency")
	add(len(p.V.Report.Load.Scenarios) > 0 || p.V.Report.Load.Brake != nil, "load", "Load")
	add(len(p.V.Report.Signals) > 0, "signals", "Log")
	add(len(p.V.Report.Errors) > 0, "errors", "Errors")
	add(len(p.Events) > 0, "events", "Events")
	add(len(p.V.Report.Rollback) > 0, "rollback", "Rollback")
	add(true, "configuration", "Configuration")
	return out
}

// meta is the line below the headline.
func (v *View) meta() string {
	run := v.Report.Run
	parts := []string{"run " + run.ID, run.Started.In(v.Now.Location()).Format("2 Jan 2006 15:04") + " for " + span(seconds(run.Duration))}
	if run.Planned > 0 {
		parts[1] += " of " + span(seconds(run.Planned))
	}
	if run.Profile != "" {
		parts = append(parts, "profile "+run.Profile)
	}
	if load := run.Load(); load != "" {
		parts = append(parts, "load "+Clean(load))
	}
	return strings.Join(parts, " · ")
}
