package judge

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// inTurn is targets' samples in turn, and then an error if there is one.
func inTurn(n int, failed error, targets ...string) iter.Seq2[soak.Sample, error] {
	return func(yield func(soak.Sample, error) bool) {
		for i := range n {
			for k, name := range targets {
				s := soak.Sample{Target: name, Life: 1, At: time.Unix(int64(10*i), 0)}
				s.Set(soak.Anon, int64(1e8+k*i*500_000+i%7*1000))
				if !yield(s, nil) {
					return
				}
			}
		}
		if failed != nil {
			yield(soak.Sample{}, failed)
		}
	}
}

func TestClassifySplitsByTarget(t *testing.T) {
	got, err := Classify(inTurn(400, nil, "flat", "leaking"), "a.csv", ClassifyOptions{
		Tolerance: 1e6, Limit: 9e9,
		Profiles: map[string]*soak.Profile{"leaking": {Ceiling: 2e9}},
		Targets:  []soak.TargetInfo{{Name: "leaking", HeapCap: 1e9}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Target != "flat" || got[1].Target != "leaking" || got[1].Source != "a.csv" || got[0].Samples != 400 {
		t.Fatalf("%+v", got)
	}
	if got[0].Leak == soak.LeakYes || got[1].Leak != soak.LeakYes {
		t.Errorf("leaks %s and %s", got[0].Leak, got[1].Leak)
	}
	if f := got[1].Forecast; f == nil || f.Wall != "heap" || f.WallBytes != 1e9 {
		t.Errorf("the nearest wall is the heap cap: %+v", got[1].Forecast)
	}
	if got[1].Tolerance != 1e6 {
		t.Errorf("tolerance %g", got[1].Tolerance)
	}
}

func TestClassifyPassesErrorsOn(t *testing.T) {
	bad := errors.New("a.csv:3: bad row")
	if got, err := Classify(inTurn(3, bad, "a"), "a.csv", ClassifyOptions{}); !errors.Is(err, bad) || got != nil {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := Classify(inTurn(0, nil), "a.csv", ClassifyOptions{}); err != nil || got == nil || len(got) != 0 {
		t.Errorf("nothing: %v, %v", got, err)
	}
}

func TestClassifyIsBounded(t *testing.T) {
	var names []string
	for i := range maxCurves + 1 {
		names = append(names, fmt.Sprint(i))
	}
	if _, err := Classify(inTurn(1, nil, names...), "a.csv", ClassifyOptions{}); err == nil || !strings.Contains(err.Error(), "a.csv: it holds more than 1000 targets: split it") {
		t.Errorf("got %v", err)
	}
}

// TestWhatIsFilledByDesign is known of a target, or given; what is given wins.
func TestWhatIsFilledByDesign(t *testing.T) {
	filling := []soak.TargetInfo{{Name: "", Fills: 1e9}}
	for _, c := range []struct {
		name    string
		targets []soak.TargetInfo
		given   float64
		want    soak.Leak
	}{
		{"nothing is known", nil, 0, soak.LeakYes},
		{"by its command line", filling, 0, soak.LeakInconclusive},
		{"given", nil, 1e9, soak.LeakInconclusive},
		{"given, and passed", filling, 50e6, soak.LeakYes},
	} {
		t.Run(c.name, func(t *testing.T) {
			samples := func(yield func(soak.Sample, error) bool) {
				for s := range inTurn(400, nil, "flat", "leaking") {
					if s.Target == "leaking" {
						s.Target = ""
						if !yield(s, nil) {
							return
						}
					}
				}
			}
			got, err := Classify(samples, "a.csv", ClassifyOptions{Tolerance: 1e6, Targets: c.targets, Fills: c.given})
			if err != nil || got[0].Leak != c.want {
				t.Errorf("%+v, %v, want %s", got, err, c.want)
			}
			// A run with its record gets the same answer.
			info := soak.TargetInfo{Kind: "container"}
			if c.targets != nil {
				info = c.targets[0]
			}
			j, err := New(soak.RunInfo{Tolerance: 1e6, Started: time.Unix(0, 0), Targets: []soak.TargetInfo{info}}, nil, Options{Fills: c.given})
			if err != nil {
				t.Fatal(err)
			}
			for s := range samples {
				if err := j.Record(soak.Batch{Samples: []soak.Sample{s}}); err != nil {
					t.Fatal(err)
				}
			}
			if r := j.Result(""); r.Leak != c.want {
				t.Errorf("as a run: %s, want %s: %s", r.Leak, c.want, r.Why)
			}
		})
	}
}
