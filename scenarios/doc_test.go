package scenarios

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"leakcheck/soak"
)

// TestTheDocumentedProfileIsGood loads the example of the package's comment.
func TestTheDocumentedProfileIsGood(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	_, language, _ := strings.Cut(file.Doc.Text(), "# The language\n")
	language, extending, _ := strings.Cut(language, "# Extending\n")
	p, err := Load(write(t, "shop.yaml", indentedLines(language)))
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "shop" || p.Ceiling != 2e9 || p.Scenarios["checkout"].Workers != 5 || p.Service.Health != "/actuator/health" {
		t.Errorf("%+v", p)
	}
	if !hasCheck(p, "pool-bounded-24h") || !hasCheck(p, "heap-after-full-gc") || !hasCheck(p, "no-leak") {
		t.Errorf("checks of its own and of the profiles below are missing: %+v", p.Checks)
	}
	p, err = Load(write(t, "less.yaml", indentedLines(extending)))
	if err != nil || hasCheck(p, "answers") || p.Checks[0].Severe != soak.SeverityWarn {
		t.Errorf("the example of extending: %v", err)
	}
}

func hasCheck(p *soak.Profile, id string) bool {
	for _, c := range p.Checks {
		if c.ID == id {
			return true
		}
	}
	return false
}

// indentedLines returns the preformatted part of a comment.
func indentedLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "\t"); ok {
			b.WriteString(rest)
		} else if strings.TrimSpace(line) == "" {
			b.WriteString("\n")
		}
	}
	return b.String()
}
