package logscan

import (
	"errors"
	"strings"
	"testing"

	"leakcheck/soak"
)

func TestMistakesInRules(t *testing.T) {
	good := soak.SignalRule{Name: "good", Pattern: `x(?P<n>\d+)`}
	for name, c := range map[string]struct {
		change func(*soak.SignalRule)
		field  string
		text   string
	}{
		"no name":         {func(r *soak.SignalRule) { r.Name = "" }, "name", "check expressions"},
		"odd name":        {func(r *soak.SignalRule) { r.Name = "a-b" }, "name", "check expressions"},
		"no pattern":      {func(r *soak.SignalRule) { r.Pattern = "" }, "pattern", "missing"},
		"open group":      {func(r *soak.SignalRule) { r.Pattern = "a(b" }, "pattern", "missing closing )"},
		"look-ahead":      {func(r *soak.SignalRule) { r.Pattern = "a(?!b)" }, "pattern", "invalid or unsupported Perl syntax"},
		"bad unless":      {func(r *soak.SignalRule) { r.Unless = "[" }, "unless", "missing closing ]"},
		"bad follow":      {func(r *soak.SignalRule) { r.Follow = []string{"ok", "("} }, "follow[1]", "missing closing )"},
		"unknown unit":    {func(r *soak.SignalRule) { r.Units = map[string]string{"n": "furlong"} }, "units.n", "unknown unit"},
		"unit of nothing": {func(r *soak.SignalRule) { r.Units = map[string]string{"m": "MB"} }, "units.m", "no pattern has a group"},
		"ratio of one":    {func(r *soak.SignalRule) { r.Ratios = map[string][]string{"q": {"n"}} }, "ratios.q", "two values"},
		"ratio of none":   {func(r *soak.SignalRule) { r.Ratios = map[string][]string{"q": {"n", "m"}} }, "ratios.q", `no pattern has a group named "m"`},
		"ratio's name":    {func(r *soak.SignalRule) { r.Ratios = map[string][]string{"n": {"n", "n"}} }, "ratios.n", "has this name"},
	} {
		t.Run(name, func(t *testing.T) {
			r := good
			c.change(&r)
			_, err := Compile([]soak.SignalRule{r})
			var e *RuleError
			if !errors.As(err, &e) {
				t.Fatalf("no error: %v", err)
			}
			if e.Field != c.field || !strings.Contains(e.Err.Error(), c.text) || e.Remedy == "" {
				t.Errorf("%s: %v (remedy %q), want %s: %s", e.Field, e.Err, e.Remedy, c.field, c.text)
			}
		})
	}
	if _, err := Compile([]soak.SignalRule{good, good}); err == nil || !strings.Contains(err.Error(), "of this name already") {
		t.Errorf("two rules of one name: %v", err)
	}
	if _, err := Compile([]soak.SignalRule{good}); err != nil {
		t.Error(err)
	}
}

func TestSlowRulesWarn(t *testing.T) {
	rules, err := Compile([]soak.SignalRule{{Name: "slow", Pattern: `(\d+)`}, {Name: "quick", Pattern: "quick"}})
	if err != nil {
		t.Fatal(err)
	}
	if w := rules.Warnings(); len(w) != 1 || !strings.Contains(w[0], `"slow"`) || !strings.Contains(w[0], "MB of log a second") {
		t.Errorf("warnings %q", w)
	}
	got := scanText(rules, "a 1\nquick\n")
	if len(got) != 2 || got[0].Name != "slow" || got[1].Name != "quick" {
		t.Errorf("signals %v", got)
	}
}

func TestVerify(t *testing.T) {
	rule := soak.SignalRule{Name: "n", Pattern: `n=(?P<n>\d+)`, Units: map[string]string{"n": "MB"}, Example: "n=5", Values: map[string]float64{"n": 5e6}}
	if errs := Verify(rule); len(errs) > 0 {
		t.Errorf("a good rule: %v", errs)
	}
	for name, c := range map[string]struct {
		change func(*soak.SignalRule)
		text   string
	}{
		"no example":  {func(r *soak.SignalRule) { r.Example = "" }, "no example"},
		"no match":    {func(r *soak.SignalRule) { r.Example = "m=5" }, "does not match its example"},
		"taken back":  {func(r *soak.SignalRule) { r.Unless = "5" }, "does not match its example"},
		"other value": {func(r *soak.SignalRule) { r.Values = map[string]float64{"n": 5} }, "yields 5e+06, not 5"},
		"no value":    {func(r *soak.SignalRule) { r.Values = map[string]float64{"m": 5} }, `yields no "m"`},
	} {
		r := rule
		c.change(&r)
		if errs := Verify(r); len(errs) != 1 || !strings.Contains(errs[0].Error(), c.text) {
			t.Errorf("%s: %v, want %q", name, errs, c.text)
		}
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		unit, text string
		want       float64
	}{
		{"", "12.5", 12.5}, {"%", "45.0", 45}, {"", "1,234,567", 1234567}, {"", "-40", -40},
		{"MB", "52300", 52.3e9}, {"MiB", "1", 1 << 20}, {"GB", "5", 5e9}, {"kB", "2", 2e3}, {"B", "7", 7},
		{"MB/min", "500", 30e9}, {"MB/h", "1", 1e6},
		{"ms", "1500", 1.5}, {"minutes", "1.0", 60}, {"h", "2", 7200},
		{"size", "810MB", 810e6}, {"size", "512M", 512 << 20}, {"size", "1.5GB", 1.5e9},
		{"duration", "1h30m", 5400}, {"duration", "250ms", .25},
	} {
		read, err := reader(c.unit)
		if err != nil {
			t.Errorf("%q: %v", c.unit, err)
			continue
		}
		if got, ok := read(c.text); !ok || got != c.want {
			t.Errorf("%q in %q is %g, %v, want %g", c.text, c.unit, got, ok, c.want)
		}
	}
	for _, bad := range []string{"1MB", "furlong", "MB/furlong", "-", "12"} {
		if _, err := reader(bad); err == nil {
			t.Errorf("unit %q is taken", bad)
		}
	}
	for _, bad := range []string{"", "x", "1e999", "NaN", "Inf"} {
		read, _ := reader("")
		if x, ok := read(bad); ok {
			t.Errorf("%q is read as %g", bad, x)
		}
	}
}
