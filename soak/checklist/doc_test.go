package checklist

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"leakcheck/soak"
)

var update = flag.Bool("update", false, "write the reference in doc.go anew")

// factLines is the part of doc.go that lists the facts.
func factLines() string {
	var b strings.Builder
	for _, s := range Reference() {
		fmt.Fprintf(&b, "//\t%s\n", s)
	}
	return b.String()
}

var factBlock = regexp.MustCompile(`(?://FACTS\n|(?://\t(?:memory|signals|log|node|load|tap)\.[A-Za-z0-9_.]+ .* \(.*\).*\n)+)`)

// TestTheReferenceListsEveryFact holds doc.go and the table of facts together.
func TestTheReferenceListsEveryFact(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	want := factBlock.ReplaceAllLiteralString(string(doc), factLines())
	if *update {
		if err := os.WriteFile("doc.go", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(doc) != want || !strings.Contains(want, factLines()) {
		t.Error("doc.go does not list the facts as the code knows them; run: go test ./soak/checklist -run Reference -update")
	}
	for _, m := range soak.Metrics() {
		if !regexp.MustCompile(`\b` + m.String() + `\b`).Match(doc) {
			t.Errorf("doc.go does not name the metric %s", m)
		}
	}
	for _, c := range Constants() {
		if !regexp.MustCompile(`\b` + c.Name + `\b`).Match(doc) {
			t.Errorf("doc.go does not name the constant %s", c.Name)
		}
	}
	for _, f := range functions {
		if !regexp.MustCompile(`\b` + f + `\b`).Match(doc) {
			t.Errorf("doc.go does not name the function %s", f)
		}
	}
}

// TestEveryFactCompiles compiles a condition over each fact of the reference.
func TestEveryFactCompiles(t *testing.T) {
	rule := soak.SignalRule{Name: "hit", Pattern: `(?P<rate>\d+)%`, Units: map[string]string{"rate": "%"}}
	names := strings.NewReplacer("METRIC", "anon", "SIGNAL", "hit", "FIELD", "rate", "SCENARIO", "workout", "CODE", "404")
	for _, s := range Reference() {
		expr := names.Replace(s.Path)
		switch s.Unit {
		case Word:
			expr += fmt.Sprintf(" == %q", s.Words[0])
		case YesNo:
		default:
			expr += " >= 1"
		}
		if _, err := Compile([]soak.Check{{ID: "x", Expr: expr}}, []soak.SignalRule{rule}, "workout"); err != nil {
			t.Error(err)
		}
	}
}
