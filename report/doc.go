// Package report tells what a judged run found. One view model, [View], is
// built from a soak.Report and the curves that a [Collector] kept, and many
// faces print it: text for terminals and pipes, one-line progress, JSON,
// JUnit, Markdown, SVG and a self-contained HTML page.
//
// No face decides anything: outcomes, slopes and forecasts come from the
// report as they are. Curves are drawn from down-sampled data, so a picture
// can never change a verdict.
package report
