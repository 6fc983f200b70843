package report

import (
	"bytes"
	"strings"
	"testing"

	"leakcheck/soak"
)

// What a firing did not see is not shown as a figure: no latency where every
// connection broke, no upstream without a tap, nothing stayed where memory fell.
func TestFiredSaysOnlyWhatItSaw(t *testing.T) {
	upstream := 32.0
	step := func(name string, up *float64) soak.FiredStep {
		return soak.FiredStep{
			Load:     soak.ScenarioResult{Name: "depth " + name, Requests: 1, P95: 3},
			Memory:   soak.Recovery{Excursion: soak.Excursion{Before: 100e6, Peak: 120e6, After: 90e6}},
			Upstream: up,
		}
	}
	f := soak.Fired{
		Target: "api", Times: 1, Verdict: soak.VerdictInconclusive, Why: "it stayed", Next: "leakcheck diagnose --container api --scenario depth",
		Load:     soak.ScenarioResult{Name: "depth", Requests: 2, Errors: map[soak.ErrorKind]int64{soak.ErrorReset: 2}},
		Memory:   soak.Recovery{Excursion: soak.Excursion{Before: 100e6, Peak: 120e6, After: 90e6}, Metric: Unreclaimable},
		Compared: []soak.FiredStep{step("resolveDepth=0", nil), step("resolveDepth=1", nil)},
	}
	text := func() string {
		var b bytes.Buffer
		if err := SheetText(&b, FiredSheet(f), TextOptions{Width: 80, Plain: true}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	got := text()
	for _, want := range []string{"next     leakcheck diagnose --container api --scenario depth", "resolveDepth=1     1  3 ms", "20 MB  nothing\n", "--times 20", "unreclaimable is anon"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	for _, no := range []string{"latency ", "upstream", "-10 MB"} {
		if strings.Contains(got, no) {
			t.Errorf("%q in\n%s", no, got)
		}
	}
	f.Load.Max, f.Times, f.Brake, f.Tap = 3, 20, &soak.Brake{}, &soak.TapSeen{Values: map[string]float64{"requests": 32}}
	f.Compared = []soak.FiredStep{step("resolveDepth=0", &upstream), step("resolveDepth=1", nil)}
	got = text()
	for _, want := range []string{"latency  p50", "depth 20 times, until it was stopped: 2 requests", "nothing        32\n", "nothing         -\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if strings.Contains(got, "--times 20") {
		t.Errorf("twenty are advised after twenty:\n%s", got)
	}
}
