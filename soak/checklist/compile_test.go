package checklist

import (
	"errors"
	"strings"
	"testing"

	"leakcheck/soak"
)

// TestMistakes holds what each mistake says, where, and the remedy.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ expr, at, msg, remedy string }{
		{"memory.maxx < 5*GB", "maxx", "memory has no fact maxx", "did you mean memory.max?"},
		{"memry.max < 5*GB", "memry", "there is no fact or constant memry", "did you mean memory?"},
		{"memory.max < 5*gb", "gb", "there is no fact or constant gb", "did you mean GB?"},
		{"memory.max < 5*GByte", "GByte", "there is no fact or constant GByte", ""},
		{"memory.max < 5*hours", "hours", "there is no fact or constant hours", "did you mean hour?"},
		{"memory < 5*GB", "memory", "memory is not a fact by itself", "there is "},
		{"memory.anno.max < 5*GB", "anno", "memory has no fact anno", "did you mean memory.anon?"},
		{"memory.anon.average < 5*GB", "average", "memory.anon has no fact average", "there is first, last, max, min"},
		{"signals.retry_exhausted.count == 0", "retry_exhausted", "signals has no signal rule retry_exhausted", "did you mean signals.retries_exhausted?"},
		{"signals.retries_exhausted.cuont == 0", "cuont", "signals.retries_exhausted has no fact or captured value cuont", "did you mean signals.retries_exhausted.count?"},
		{"signals.cache_hit_rate.hitrate.last > 50", "hitrate", "signals.cache_hit_rate has no fact or captured value hitrate", "signals.cache_hit_rate."},
		{`load.wrokout.p95 < 500`, "wrokout", "load has no fact or scenario wrokout", "did you mean load.workout?"},
		{`load["meal-plans"].p95 < 500`, `"meal-plans"`, "load has no fact or scenario meal-plans", "did you mean load.meal-plan?"},
		{`memory.pattern in ["stabel", "sawtooth"]`, `"stabel"`, `memory.pattern is never "stabel"`, "did you mean stable?"},
		{`memory.pattern != "inconclusive"`, `"inconclusive"`, `memory.pattern is never "inconclusive"`, "leave it out: an undecided curve makes the check inconclusive by itself"},
		{`node.health == "sick"`, `"sick"`, `node.health is never "sick"`, ""},
		{`memory.pattern < 5`, "<", "invalid operation: < (they do not go together: string and int)", ""},
		{`memory.max == "big"`, "==", "invalid operation: == (they do not go together: number and string)", ""},
		{`memory.max`, "memory.max", "this is not a condition but a value", "compare it, as in memory.max < 5*GB"},
		{`1 < 2`, "1", "this reads no fact, so it would always come out the same", "compare a fact, as in memory.max < 5*GB"},
		{`memory.max < 5*GB &&`, "", "unexpected token EOF", ""},
		{`memory.max <`, "", "unexpected token EOF", ""},
		{`(memory.max < 5*GB`, "", "unexpected token EOF", "close the ("},
		{`memory.pattern in ["stable"`, "", "unexpected token EOF", "close the ["},
		{`memory.max < 5*GB)`, ")", "unexpected token Bracket", "nothing was open"},
		{`tap.bananas > 0`, "bananas", "tap has no fact bananas", "there is "},
		{`tap.status_999 > 0`, "status_999", "tap has no fact status_999", ""},
		{``, "", "unexpected token EOF", ""},
		{`(memory.max ?? 0) < 5*GB`, "??", "a check has no operator ??", "use "},
		{`memory?.max < 5*GB`, "", "a check cannot use", ""},
		{`now().Year() > 2000`, "", "a check has no function", ""},
		{`average(memory.max) < 5`, "average", "a check has no function average", "there is "},
		{`all([1], # > 0)`, "", "a check has no function all", ""},
		{`let x = memory.max; x < 5*GB`, "", "a check cannot use", ""},
		{`memory[memory.pattern].max > 1`, "", "does not name a fact", `write it as a.b or a["b"]`},
		{`memory.max < 5*GB or memory.max > 1..5`, "", "a check has no operator ..", ""},
		{`node.running && nil`, "", "a check cannot use nil", ""},
	} {
		_, err := Compile([]soak.Check{{ID: "some-check", Expr: c.expr}}, rules, "workout", "meal-plan", "burst")
		var e *ExprError
		if !errors.As(err, &e) {
			t.Errorf("%s: compiled", c.expr)
			continue
		}
		if !strings.Contains(e.Msg, c.msg) || !strings.Contains(e.Remedy, c.remedy) || e.Check != "some-check" || e.Field != "expr" {
			t.Errorf("%s\ngot  %q; %q\nwant %q; %q", c.expr, e.Msg, e.Remedy, c.msg, c.remedy)
		}
		if c.at != "" && !strings.HasPrefix(c.expr[e.Offset:], c.at) {
			t.Errorf("%s: the mistake is said to be at %q, not at %q", c.expr, c.expr[e.Offset:], c.at)
		}
	}
}

func TestAMistakeIsShown(t *testing.T) {
	_, err := Compile([]soak.Check{{ID: "small", Expr: "memory.min > 0 &&\n\tmemory.maxx < 5*GB"}}, nil)
	want := "check small: expr: memory has no fact maxx; did you mean memory.max?\n" +
		"   memory.maxx < 5*GB\n" +
		"          ^"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	var e *ExprError
	if errors.As(err, &e); e.Line != 2 || e.Column != 9 || e.Offset != 26 {
		t.Errorf("line %d, column %d, offset %d", e.Line, e.Column, e.Offset)
	}
}

// TestAllMistakesAreFound: one run of validate shows everything.
func TestAllMistakesAreFound(t *testing.T) {
	_, err := Compile([]soak.Check{
		{ID: "a", Expr: "memory.maxx < 1", When: "signals.no.count > 0"},
		{ID: "b", Expr: "memory.max > 1", Severe: "fatal"},
		{ID: "b", Expr: "memory.max > 1", Needs: "wrokout"},
		{ID: "", Expr: "memory.max > 1"},
		{ID: "w", Expr: "memory.max > 1", Window: soak.Window{From: hours(2), To: hours(1)}},
	}, rules, "workout")
	var all Errors
	if !errors.As(err, &all) {
		t.Fatal(err)
	}
	var got []string
	for _, e := range all {
		got = append(got, e.Check+" "+e.Field)
	}
	want := "a expr,a when,b severity,b id,b needs, id,w window"
	if strings.Join(got, ",") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ","), want)
	}
}

func TestReadsAndWindows(t *testing.T) {
	l := mustCompile(t,
		soak.Check{ID: "a", Expr: `load["meal-plan"].drift < 2`, Window: soak.Window{To: hours(1)}},
		soak.Check{ID: "b", Expr: "memory.max < 1*GB", When: "memory.leak == \"no\""},
		soak.Check{ID: "c", Expr: "memory.min < 1*GB", Window: soak.Window{To: hours(1)}},
	)
	if !l.Reads(`load["meal-plan"].drift`) || !l.Reads("memory.leak") || l.Reads("memory.last") {
		t.Error("Reads does not tell what the checks read")
	}
	if !l.Reads("memory.leak", soak.Window{}) || l.Reads("memory.leak", soak.Window{To: hours(1)}) {
		t.Error("Reads does not tell the windows apart")
	}
	if w := l.Windows(); len(w) != 2 || len(l.Checks()) != 3 {
		t.Errorf("windows %v", w)
	}
}

// FuzzCompile: whatever a profile holds, the compiler answers and points into
// the text; what compiles can be evaluated.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"memory.max < 5*GB", `memory.pattern in ["stable"]`, "not (memory.max > 1 and node.running)", "memory.maxx", "a[", "1 < 2 < 3",
		"memory.max / memory.min > 1 ? true : false", `load["x"].p95 == 1`, "√", "memory.max < 5*GB\n\t&&", `"\xff" == memory.pattern`,
		"abs(-memory.slope) ** 2 < 1", "memory.pattern matches '('", "min() < 1", "max(memory.max)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		l, err := Compile([]soak.Check{{ID: "x", Expr: source}}, rules)
		if err != nil {
			var e *ExprError
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(source) || e.Msg == "" {
				t.Fatalf("%q: %#v", source, err)
			}
			_ = e.Error()
			return
		}
		for _, facts := range []FactMap{{}, {"memory.max": Number(1), "memory.min": Number(0), "memory.pattern": Text("("), "node.running": Truth(true)}} {
			if r := l.Evaluate(ended(1, facts))[0]; r.Outcome == "" {
				t.Fatalf("%q has no outcome", source)
			}
		}
	})
}
