package logscan

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"leakcheck/soak"
)

func TestNormalise(t *testing.T) {
	for in, want := range map[string]string{
		"Error in getRecord after 2 retries: Request failed with status code 404": "Error in getRecord after N retries: Request failed with status code N",
		"2024-12-08T10:00:00.123Z Error: x":                                       "Error: x",
		"2024-12-08 10:00:00 TypeError: x":                                        "TypeError: x",
		"[2024-12-08 10:00:00,123] Error: x":                                      "Error: x",
		"Error: connect ECONNREFUSED 172.18.0.4:9200":                             "Error: connect ECONNREFUSED N.N.N.N:N",
		"Error: soul did:gun:9f86d081884c7d65:0c5e is gone":                       "Error: soul did:gun:ID:ID is gone",
		"Error for 550e8400-e29b-41d4-a716-446655440000":                          "Error for ID",
		"Error for txid QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG":           "Error for txid ID",
		"Error at 0x7ffee4c0 in V8":                                               "Error at ID in VN",
		"java.lang.IllegalStateException: pool-3-thread-17":                       "java.lang.IllegalStateException: pool-N-thread-N",
		"UnhandledPromiseRejectionWarning: TypeError":                             "UnhandledPromiseRejectionWarning: TypeError",
		"\x1b[31mError\x1b[0m 5":                                                  "Error N",
		"Error: decade facade":                                                    "Error: decade facade",
	} {
		if got := string(normalise(nil, []byte(in))); got != want {
			t.Errorf("normalise(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestTopCountsLikeSortUniq(t *testing.T) {
	top := NewTop(2)
	for i := range 300 {
		top.Line(soak.Line{Text: fmt.Appendf(nil, "Error in getRecord after %d retries: status code 404", i%3)})
		if i%3 == 0 {
			top.Line(soak.Line{Text: fmt.Appendf(nil, "TypeError: Cannot read properties of undefined (reading 'x') at line %d", i)})
		}
		if i%100 == 0 {
			top.Line(soak.Line{Text: []byte("SomeException")})
		}
		top.Line(soak.Line{Text: []byte("GET / 200")})
	}
	got := top.Lines()
	if len(got) != 2 || got[0].Count != 300 || got[1].Count != 100 || got[0].Over != 0 || !strings.HasPrefix(got[1].Text, "TypeError") {
		t.Errorf("%+v", got)
	}
}

// TestTopIsBounded drowns two frequent lines in ones that never come again.
func TestTopIsBounded(t *testing.T) {
	top := NewTop(2)
	for i := range 20_000 {
		word := strings.NewReplacer("0", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6", "g", "7", "h", "8", "i", "9", "j").Replace(fmt.Sprint(i))
		top.Line(soak.Line{Text: []byte("Error " + word)})
		if i%10 == 0 {
			top.Line(soak.Line{Text: []byte("Error often")})
		}
		if i%20 == 0 {
			top.Line(soak.Line{Text: []byte("Error sometimes")})
		}
	}
	got := top.Lines()
	if len(top.entries) > 2*spare || len(top.least) > 2*spare {
		t.Errorf("%d entries are kept", len(top.entries))
	}
	for i, want := range []struct {
		text  string
		count int64
	}{{"Error often", 2000}, {"Error sometimes", 1000}} {
		if got[i].Text != want.text || got[i].Count < want.count || got[i].Count-got[i].Over > want.count {
			t.Errorf("%d: %+v, want %+v", i, got[i], want)
		}
	}
}

// FuzzTop counts arbitrary lines: what is told of them is short, one line of
// printable text, whatever they hold, and no line is lost.
func FuzzTop(f *testing.F) {
	for _, s := range []string{
		"Error \x1b]0;title\x07\x1b[2J", "Error <script>alert(1)</script>", "Error \xff\xfe\x00", "Exception \u202egnp.exe",
		"2024-12-08T10:00:00.123Z [", "Error 550e8400-e29b-41d4-a716-446655440000-", strings.Repeat("Error ", 4000), "Error password=\"hunter2",
	} {
		f.Add([]byte(s), byte(3))
	}
	f.Fuzz(func(t *testing.T, text []byte, n byte) {
		top := NewTop(1)
		for range n {
			top.Add(text, 1)
		}
		top.Add([]byte("another"), 1)
		lines := top.Lines()
		if len(lines) != 1 || lines[0].Count < int64(n) {
			t.Fatalf("%d times %q: %+v", n, text, lines)
		}
		told := lines[0].Text
		if !utf8.ValidString(told) || len(told) > 8*maxNormal || strings.ContainsFunc(told, unicode.IsControl) {
			t.Errorf("%q is told as %q", text, told)
		}
	})
}
