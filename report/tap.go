package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"leakcheck/soak"
)

// TapSchema names the contract of what went through a tap.
const TapSchema = "leakcheck.tap/1"

// TapSheet puts what went through a tap into words.
func TapSheet(t *soak.TapSeen) *Sheet {
	line := Statement{Word: "TAP", Text: TapLine(t)}
	return &Sheet{Kind: "tap", Headline: line, Facts: tapDetails(t), raw: struct {
		Schema string             `json:"schema"`
		Values map[string]float64 `json:"values"`
	}{TapSchema, t.Values}}
}

// TapLine is what went through a tap in one line.
func TapLine(t *soak.TapSeen) string {
	v := t.Values
	text := fmt.Sprintf("%s for %s", plural(int64(v["requests"]), "request"), plural(int64(v["keys"]), "key"))
	if v["missing_keys"] > 0 {
		text += fmt.Sprintf(", %s missing: %s for them, %s after they had answered 404", number(int64(v["missing_keys"])),
			plural(int64(v["for_missing"]), "request"), number(int64(v["repeats"])))
	}
	if v["unreachable"] > 0 {
		text += fmt.Sprintf(", %s that did not reach the service", plural(int64(v["unreachable"]), "connection"))
	}
	return text
}

// tapFacts are those of a tap beside something else; none without one.
func tapFacts(t *soak.TapSeen) []Fact {
	if t == nil {
		return nil
	}
	return append([]Fact{{Label: "upstream", Text: TapLine(t)}}, tapDetails(t)...)
}

func tapDetails(t *soak.TapSeen) (facts []Fact) {
	v := t.Values
	var answers []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if status, ok := strings.CutPrefix(name, "status_"); ok {
			answers = append(answers, number(int64(v[name]))+" x "+status)
		}
	}
	if len(answers) > 0 {
		facts = append(facts, Fact{Label: "answers", Text: strings.Join(answers, ", ")})
	}
	if t.PerClientRequest > 0 {
		facts = append(facts, Fact{Label: "each", Text: sig3(t.PerClientRequest) + " for each request of a client's"})
	}
	if x, ok := v["requests_per_key"]; ok {
		facts = append(facts, Fact{Label: "per key", Text: plural2(x, "request")})
	}
	if x, ok := v["requests_per_missing_key"]; ok {
		text := plural2(x, "request") + " for each missing key"
		if c := v["concurrent"]; c > 0 {
			text += fmt.Sprintf("; %s more at the same time as the first, not counted as repeats", number(int64(c)))
		}
		facts = append(facts, Fact{Label: "missing", Text: text})
	}
	return facts
}

func plural2(x float64, noun string) string {
	if x == 1 {
		return "1 " + noun
	}
	return sig3(x) + " " + noun + "s"
}
