package probe

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// suggestions is how many similar names an error lists.
const suggestions = 5

// pick finds the container that the user means.
func pick(all []Listed, want, engine string) (Listed, error) {
	want = strings.TrimPrefix(strings.TrimSpace(want), "/")
	var prefixed []Listed
	for _, l := range all {
		if l.Name == want || l.ID == want {
			return l, nil
		}
		if want != "" && strings.HasPrefix(l.ID, strings.ToLower(want)) {
			prefixed = append(prefixed, l)
		}
	}
	switch len(prefixed) {
	case 1:
		return prefixed[0], nil
	case 0:
		return Listed{}, unknownf("no container %q at %s; %s", want, engine, instead(all, want))
	}
	return Listed{}, unknownf("%q is the start of %d container IDs at %s: %s; write more of it, or the name",
		want, len(prefixed), engine, names(prefixed))
}

func names(all []Listed) string {
	var out []string
	for _, l := range all {
		text := l.Name
		if !l.Running {
			text += " (" + l.State + ")"
		}
		out = append(out, text)
	}
	if len(out) > suggestions {
		out = append(out[:suggestions], fmt.Sprintf("and %d more", len(out)-suggestions))
	}
	return strings.Join(out, ", ")
}

// instead says what could have been meant.
func instead(all []Listed, want string) string {
	if len(all) == 0 {
		return "it has no containers at all"
	}
	if near := similar(all, want); len(near) > 0 {
		return "similar: " + names(near)
	}
	return "there are: " + names(all)
}

// similar lists the containers whose name or compose service is like want,
// nearest first.
func similar(all []Listed, want string) []Listed {
	type scored struct {
		Listed
		score int
	}
	var near []scored
	want = strings.ToLower(want)
	for _, l := range all {
		best := likeness(strings.ToLower(l.Name), want)
		if service := strings.ToLower(l.Labels["com.docker.compose.service"]); service != "" {
			best = min(best, likeness(service, want))
		}
		if best <= max(2, len(want)/3) {
			near = append(near, scored{l, best})
		}
	}
	slices.SortStableFunc(near, func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	var out []Listed
	for _, s := range near {
		out = append(out, s.Listed)
	}
	return out
}

// likeness is 0 when one name is part of the other, else their edit distance.
func likeness(name, want string) int {
	if len(want) >= 2 && len(name) >= 2 && (strings.Contains(name, want) || strings.Contains(want, name)) {
		return 0
	}
	return distance(name, want)
}

// distance is the Levenshtein distance (Wagner and Fischer 1974), in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
