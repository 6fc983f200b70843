package report

import (
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// TestAForecastOfTheLoadedTimeSaysSo: once the brake took the load away and
// memory stands still, nothing runs out; the cause stands on the first screen.
func TestAForecastOfTheLoadedTimeSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		grows bool
		want  string
	}{
		"flat":     {false, "while loaded: OOM within"},
		"grows on": {true, "OOM in "},
	} {
		f := leaking()
		d := time.Duration(f.report.Run.Duration * float64(time.Second))
		flat := newTrace(96)
		for at := time.Duration(0); at <= d; at += time.Minute {
			y := 1e9
			if c.grows {
				y += at.Hours() * 8.6e9
			}
			flat.Add(1, Point{start.Add(at).UnixMilli(), y})
		}
		f.series = map[string]*Series{node: {Memory: map[string]*Trace{Unreclaimable: flat}}}
		f.report.Load.Brake = &soak.Brake{At: start.Add(d - time.Hour), Reason: "workout takes 578 ms where it took 31 ms at first"}
		var b strings.Builder
		if err := Screen(&b, f.view(), TextOptions{Width: 300, Plain: true}); err != nil {
			t.Fatal(err)
		}
		for _, w := range []string{c.want, ": workout takes 578 ms", "; load stopped at "} {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: %q is missing in\n%s", name, w, b.String())
			}
		}
	}
}
