package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"leakcheck/soak"
)

func diagnosed() soak.Diagnosis {
	share, first, holds, hours := 0.97, 1.2e6, true, 1.25
	kB := func(estimate, low, high float64) *soak.Interval {
		return &soak.Interval{Estimate: 1000 * estimate, Low: 1000 * low, High: 1000 * high, Confidence: 0.95}
	}
	return soak.Diagnosis{
		Schema: soak.DiagnosisSchema, Target: "api", Seed: 7, Blocks: 32, Duration: 2880, Growth: 61.3e6, Matters: 500, Tolerance: 18e6, ExitCode: 1,
		Arms: []soak.ArmResult{
			{Name: "meal-plan\x1b[2J", Kind: soak.ArmScenario, Verdict: soak.ArmProven, Nature: soak.NatureLeak, PerRequest: kB(10.1, 9.8, 10.4), Share: &share,
				First: &first, Again: kB(1210, 1180, 1250), Dose: kB(10, 9.6, 10.4), DoseHolds: &holds, Requests: 7200, Blocks: 16, Why: "it rises again",
				Where: []soak.ComponentGrowth{{Component: "anonymous (heap or native)", Growth: *kB(10, 9.7, 10.3)}}},
			{Name: "observer", Kind: soak.ArmObserver, Verdict: soak.ArmUntested, PerHour: kB(2000, 0, 40_000), Blocks: 4, Why: "open"},
			{Name: "search", Kind: soak.ArmScenario, Verdict: soak.ArmRefuted, Nature: soak.NatureHighWater, PerRequest: kB(0, 0, 0.2), Why: "it fills"},
			{Name: "export", Kind: soak.ArmScenario, Verdict: soak.ArmUntested, LeftOut: true, Why: "not tried: the profile's load does not fire it; --scenario export tries it"},
		},
		HoursToDecide: &hours, Next: "leakcheck diagnose --container api --matters 500B --rate 20 --scenario meal-plan --scenario search --max 2h",
		Tap: &soak.TapSeen{Values: map[string]float64{"requests": 168, "keys": 56, "missing_keys": 56, "for_missing": 168, "repeats": 112, "status_404": 168,
			"requests_per_key": 3, "requests_per_missing_key": 3, "concurrent": 4}, PerClientRequest: 168},
	}
}

func TestDiagnosisText(t *testing.T) {
	var b bytes.Buffer
	if err := SheetText(&b, Diagnosis{Diagnosis: diagnosed()}.Sheet(), TextOptions{Width: 100, Plain: true}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{
		"LEAK  api leaks through meal-plan", "+10.1 kB/request [9.8, 10.4]", "97 %", "high-water mark", "(--seed 7)", "the floor rose by 61.3 MB",
		"at double the rate: the same", "anonymous (heap or native) +10 kB/request", "1.2 MB the first time, +1.21 MB [1.18, 1.25]", "16 blocks, 7,200 requests",
		"168 requests for 56 keys, 56 missing", "3 requests for each missing key; 4 more at the same time", "168 x 404", "+2 MB/h [0, 40]", "untested  export", "not tried", "export: not tried: the profile's load does not fire it", "75 min more would decide", "meal-plan \\\n           --scenario",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.ContainsRune(text, 0x1b) {
		t.Errorf("a control character got through:\n%q", text)
	}
	for _, l := range strings.Split(text, "\n") {
		if width(l) > 100 {
			t.Errorf("%d columns: %s", width(l), l)
		}
	}
}

// The headline never says more than the arms do.
func TestDiagnosisHeadline(t *testing.T) {
	d := diagnosed()
	proven := d.Arms[0]
	unclear := proven
	unclear.Nature = soak.NatureUnclear
	for word, c := range map[string]struct {
		arms []soak.ArmResult
		code int
	}{
		"LEAK": {d.Arms, 1}, "INCONCLUSIVE": {[]soak.ArmResult{unclear, d.Arms[2]}, 4}, "CLEARED": {d.Arms[2:], 0}, "NOT MEASURED": {nil, 3},
	} {
		d.Arms, d.ExitCode = c.arms, c.code
		if got := diagnosisHeadline(d); got.Word != word {
			t.Errorf("%s, want %s", got.Word, word)
		}
	}
}

// Lists are never null in JSON.
func TestDiagnosisJSON(t *testing.T) {
	var b bytes.Buffer
	if err := SheetJSON(&b, Diagnosis{Diagnosis: diagnosed()}.Sheet()); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Schema   string
		Warnings []string
		Arms     []struct{ Where []any }
	}
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back.Schema != "leakcheck.diagnosis/1" || back.Warnings == nil || back.Arms[1].Where == nil {
		t.Errorf("%v, %+v", err, back)
	}
}

func firedOnce() soak.Fired {
	seconds := 12.3
	return soak.Fired{
		Schema: soak.FiredSchema, Target: "api", Times: 3, Verdict: soak.VerdictPass, Why: "memory rose by 40 MB and came back after 12.3 s",
		Load:       soak.ScenarioResult{Name: "burst", Requests: 30, Errors: map[soak.ErrorKind]int64{soak.ErrorTimeout: 1}, P50: 12, P95: 40, P99: 41, Max: 1200, Bytes: 1530},
		Memory:     soak.Recovery{Excursion: soak.Excursion{Before: 100e6, Peak: 140e6, After: 101e6}, Metric: "unreclaimable", Rose: true, Back: true, Seconds: &seconds},
		Components: map[string]soak.Excursion{"anon": {Before: 90e6, Peak: 130e6, After: 91e6}}, Warnings: []string{"careful"},
	}
}

func TestFiredText(t *testing.T) {
	f := firedOnce()
	var b bytes.Buffer
	if err := SheetText(&b, FiredSheet(f), TextOptions{Width: 80, Plain: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"PASS  api, burst: memory rose by 40 MB and came back after 12.3 s", "burst 3 times: 30 requests", "errors: 1 timeout", "p50 12 ms", "max 1.2 s",
		"unreclaimable  100 MB  140 MB  101 MB    1 MB", "careful",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
}
