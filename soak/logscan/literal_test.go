package logscan

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestLiterals(t *testing.T) {
	for _, c := range []struct {
		expr string
		want []string
		fold bool
	}{
		{`Error in getRecord after (\d+) retries`, []string{"Error in getRecord after "}, false},
		{`(Error|Exception)`, []string{"Error", "Exception"}, false},
		{`(?:ERROR|FATAL|CRITICAL)\b`, []string{"ERROR", "FATAL", "CRITICAL"}, false},
		{`\[GUN (?:404 )?Cache\] .*Cleaned (\d+)`, []string{"Cleaned "}, false},
		{`initiali[sz]ed`, []string{"initialised", "initialized"}, false},
		{`(\d+) data`, []string{" data"}, false},
		{`(?i)heap out of memory`, []string{"heap out of memory"}, true},
		{`(?i)disk full`, []string{" full"}, true}, // s and k have other cases
		{`(?i)42`, []string{"42"}, false},          // digits have none
		{`x+yz{2,3}`, []string{"zz"}, false},
		{`say "hello world" <b>`, []string{"hello world"}, false}, // quotes are escaped in JSON
		{`^panic: `, []string{"panic: "}, false},
		{`a.b`, nil, false},
		{`(\d+)`, nil, false},
		{`(?:abc)?`, nil, false},
		{`abc|.`, nil, false},
		{`[a-z]+ \d`, nil, false},
		{`[aeiou]xyz`, []string{"xyz"}, false},
	} {
		got := literals(c.expr)
		var texts []string
		for _, l := range got {
			texts = append(texts, l.text)
			if l.fold != c.fold {
				t.Errorf("%s: fold of %q is %v", c.expr, l.text, l.fold)
			}
		}
		if !slices.Equal(texts, c.want) {
			t.Errorf("literals(%s) = %q, want %q", c.expr, texts, c.want)
		}
	}
}

// holds reports whether a literal is certain to be found in text: the finder
// sees it.
func holds(lits []literal, text string) bool {
	var f finder
	for _, l := range lits {
		f.add(l, 0)
	}
	f.build()
	found := false
	f.scan([]byte(text), func(int, int) { found = true })
	return found
}

// FuzzLiterals looks for an expression that matches a line in which none of its
// literals is found: such a line would be lost.
func FuzzLiterals(f *testing.F) {
	for _, seed := range []struct{ expr, text string }{
		{`Error in getRecord after (\d+) retries`, "Error in getRecord after 2 retries"},
		{`(?i)(heap|stack) out of memory`, "xx HEAP Out oF memory"},
		{`(?i)kelvins`, "\u212aelvin\u017f"},
		{`[Ss]erver (?:is )?(?:initiali[sz]|start|running)`, "✅ Server initialized"},
		{`a{2,4}b|(cd)+ef`, "cdcdef"},
		{`\bfoo\b.*bar$`, "a foo bar"},
		{`(?s)a.b\nc`, "a\nb\nc"},
		{`(?i)ß|é`, "É"},
	} {
		f.Add(seed.expr, seed.text)
	}
	f.Fuzz(func(t *testing.T, expr, text string) {
		re, err := regexp.Compile(expr)
		if err != nil || len(expr) > 100 || len(text) > 1000 || strings.Contains(text, "\n") || !re.MatchString(text) {
			return
		}
		if lits := literals(expr); len(lits) > 0 && !holds(lits, text) {
			t.Errorf("%q matches %q, but none of %v is found", expr, text, lits)
		}
	})
}

func TestFinderFindsEveryNeedleEverywhere(t *testing.T) {
	for _, text := range []string{"ab", "abc", "abcd", "abcde", "Error", "a much longer literal"} {
		for _, fold := range []bool{false, true} {
			l := literal{text: text, fold: fold}
			if fold {
				l.text = strings.ToLower(text)
			}
			for before := range 40 {
				for after := range 20 {
					line := strings.Repeat(".", before) + text + strings.Repeat(".", after)
					if !holds([]literal{l, {text: "zzzzzzz"}}, line) {
						t.Fatalf("%q (fold %v) is not found after %d and before %d bytes", text, fold, before, after)
					}
				}
			}
		}
	}
}

func TestMoreNeedlesThanBuckets(t *testing.T) {
	var lits []literal
	for a := 'a'; a <= 'z'; a++ {
		for b := 'a'; b <= 'z'; b += 2 {
			lits = append(lits, literal{text: strings.Repeat(string(a)+string(b), 3)})
		}
	}
	for _, l := range lits {
		if !holds(lits, "....."+l.text+"..") {
			t.Errorf("%q is not found", l.text)
		}
	}
}
