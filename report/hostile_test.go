package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"leakcheck/soak"
)

// poison is text that would do harm if any face obeyed it.
const poison = "\x1b[2J\x1b]0;owned\a\u009b5n\u202e</script><script>alert(1)</script><img src=x onerror=alert(2)>]]>'\"&{{.}}|`*_[x](http://e.vil)@team ::error::x\r\n::warning::y\xff\x00"

// poisoned puts the poison wherever text can come from outside.
func poisoned(t *testing.T) *View {
	t.Helper()
	f := leaking()
	r, name := f.report, "node"+poison
	r.Checks, r.Signals, r.Events = slices.Clone(r.Checks), slices.Clone(r.Signals), slices.Clone(r.Events)
	r.Run.ID, r.Run.Profile, r.Run.Version = poison, poison, poison
	r.Run.Targets = []soak.TargetInfo{{Name: name, Kind: poison, ID: poison, Image: poison, URL: poison, Source: poison, Profile: poison}}
	r.Run.LoadLevel = soak.LoadLevel(poison)
	r.Run.Interruptions = []soak.Interruption{{From: start, To: start.Add(time.Minute), Reason: poison}}
	m := r.Memory[0]
	m.Target, m.Why, m.Source, m.Warnings = name, poison, poison, []string{poison}
	m.Models = []soak.Model{{Name: poison, Score: 1}}
	m.Traits = []soak.Trait{soak.Trait(poison)}
	m.Pattern = soak.Pattern(poison)
	m.Forecast = &soak.Forecast{Wall: poison, WallBytes: 50e9, Hours: hoursOf(1, 1, 1)}
	r.Memory = []soak.MemoryResult{m}
	for i := range r.Checks {
		c := &r.Checks[i]
		c.ID, c.Target, c.Text, c.Window, c.Value, c.Threshold, c.Evidence, c.Hint, c.Next = poison, name, poison, poison, poison, poison, poison, poison, poison
	}
	for i := range r.Signals {
		r.Signals[i].Name, r.Signals[i].Target, r.Signals[i].Text = poison, name, poison
		r.Signals[i].Values = map[string]float64{poison: 1, "b": 2}
	}
	r.Load.Scenarios = []soak.ScenarioResult{{Name: poison, Requests: 3, Errors: map[soak.ErrorKind]int64{soak.ErrorKind(poison): 2}}}
	r.Load.Brake = &soak.Brake{At: start, Reason: poison}
	for i := range r.Events {
		r.Events[i].Target, r.Events[i].Text, r.Events[i].Kind = name, poison, soak.EventKind(poison)
	}
	r.Events = append(r.Events, soak.Event{At: start, Target: name, Kind: soak.EventHealth, Text: poison})
	r.Warnings = []string{poison}
	c := NewCollector(20)
	s := soak.Sample{Target: name, Life: 1, At: start, Processes: []soak.Process{{PID: 1, Command: poison, RSS: 5}}}
	s.Set(soak.WorkingSet, 5e9)
	later := s
	later.At = start.Add(time.Hour)
	_ = c.Record(soak.Batch{Samples: []soak.Sample{s, later}, Signals: []soak.Signal{
		{At: start, Target: name, Name: poison, Values: map[string]float64{poison: 1, "b": 3}},
		{At: start.Add(time.Hour), Target: name, Name: poison, Values: map[string]float64{poison: 2, "b": 3}}}})
	latencies(c, poison, start, 10*time.Minute, func(time.Duration) float64 { return 3 })
	return NewView(r, c.Series(), f.now)
}

// No face lets a control character, an escape or a bidi override through.
func TestHostileTextReachesNoTerminal(t *testing.T) {
	v := poisoned(t)
	for _, face := range faces {
		if face.file == "color.txt" {
			continue // its escapes are our own
		}
		var b bytes.Buffer
		if err := face.render(&b, v); err != nil {
			t.Fatalf("%s: %v", face.file, err)
		}
		if i := strings.IndexFunc(b.String(), func(r rune) bool { return r != '\n' && unsafeRune(r) }); i >= 0 {
			t.Errorf("%s lets %q through", face.file, b.String()[max(0, i-20):i+20])
		}
	}
	for _, line := range []string{Line(v), StatusLine(v, TextOptions{Width: 400, Unicode: true})} {
		if strings.ContainsFunc(line, unicode.IsControl) {
			t.Errorf("a control in %q", line)
		}
	}
}

// In markup the poison is text: no element, no attribute, no script of it.
func TestHostileTextStaysTextInMarkup(t *testing.T) {
	v := poisoned(t)
	for name, render := range map[string]func(io.Writer, *View) error{"html": HTML, "svg": SVG, "markdown": Markdown} {
		var b bytes.Buffer
		if err := render(&b, v); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<script>alert", "<img", "</script><script>a"} {
			if strings.Contains(b.String(), bad) {
				t.Errorf("%s holds %s", name, bad)
			}
		}
	}
	var b bytes.Buffer
	if err := HTML(&b, v); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(strings.ToLower(b.String()), "<script"); n != 1 {
		t.Errorf("%d script elements, want our own alone", n)
	}
	if strings.Contains(b.String(), "ZgotmplZ") {
		t.Error("the template refused a value: ZgotmplZ")
	}
}

func TestHostileTextIsOneAnnotationEach(t *testing.T) {
	var b bytes.Buffer
	if err := Annotations(&b, poisoned(t)); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "::error title=leakcheck") && !strings.HasPrefix(line, "::warning title=leakcheck") {
			t.Errorf("a line of its own: %q", line)
		}
	}
}

// What JSON says is exactly what was judged, harmless bytes or not.
func TestJSONKeepsContent(t *testing.T) {
	r := poisoned(t).raw
	var b bytes.Buffer
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	var got soak.Report
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("not JSON: %v", err)
	}
	want := strings.ToValidUTF8(poison, "\ufffd")
	if got.Run.ID != want || got.Checks[0].Evidence != want || got.Events[0].Text != want {
		t.Errorf("run id %q, want %q", got.Run.ID, want)
	}
}

func TestJSONHasNoNullLists(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, soak.Report{Memory: []soak.MemoryResult{{}}, Load: soak.LoadResult{Scenarios: []soak.ScenarioResult{{}}}}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"targets", "interruptions", "checks", "signals", "events", "warnings", "traits", "models", "components", "errors"} {
		if strings.Contains(b.String(), `"`+key+`": null`) {
			t.Errorf("%s is null", key)
		}
	}
	if !strings.Contains(b.String(), `"schema": "leakcheck.run/1"`) {
		t.Error("the schema is missing")
	}
}

// The page, the picture and the JUnit file are well-formed.
func TestMarkupParses(t *testing.T) {
	views := map[string]*View{"poisoned": poisoned(t), "nothing": NewView(soak.Report{}, nil, start)}
	for _, f := range fixtures() {
		views[f.name] = f.view()
	}
	for name, v := range views {
		for face, render := range map[string]func(io.Writer, *View) error{"junit": JUnit, "svg": SVG} {
			var b bytes.Buffer
			if err := render(&b, v); err != nil {
				t.Fatalf("%s of %s: %v", face, name, err)
			}
			d := xml.NewDecoder(&b)
			for {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%s of %s: %v", face, name, err)
				}
			}
		}
	}
}

// A report is not changed by being rendered.
func TestRenderingChangesNothing(t *testing.T) {
	f := three()
	before, after := new(bytes.Buffer), new(bytes.Buffer)
	if err := JSON(before, f.report); err != nil {
		t.Fatal(err)
	}
	v := f.view()
	for _, face := range faces {
		if err := face.render(io.Discard, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := JSON(after, f.report); err != nil {
		t.Fatal(err)
	}
	if before.String() != after.String() {
		t.Error("rendering changed the report")
	}
}
