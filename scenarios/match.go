package scenarios

import (
	"path"
	"strings"
	"sync"

	"leakcheck/soak"
)

// matches are the embedded profiles' patterns by name.
var matches = sync.OnceValue(func() map[string]soak.Match {
	all := map[string]soak.Match{}
	for _, name := range Names() {
		l := newLoader()
		if l.load(name) == nil { // what is wrong with it, Load tells whoever loads it
			all[name] = l.profile.Match
		}
	}
	return all
})

// For returns the embedded profile that suits a target best: the one whose
// pattern for the container's name is the most specific, which is the one with
// the most characters that are not wildcards; if no name suits, the same by
// image. Without any it is [Generic].
func For(t soak.TargetInfo) (*soak.Profile, error) {
	best, bestScore := Generic, 0
	for _, name := range Names() {
		if s := score(matches()[name], t); s > bestScore {
			best, bestScore = name, s
		}
	}
	return Load(best)
}

// byName puts any name above all images: people name a container for what it
// is, and build many things into one image.
const byName = 1 << 16

// score says how well a target suits, 0 meaning not at all.
func score(m soak.Match, t soak.TargetInfo) int {
	best := 0
	for _, pattern := range m.Names {
		if glob(pattern, strings.TrimPrefix(t.Name, "/")) {
			best = max(best, byName+specific(pattern))
		}
	}
	for _, pattern := range m.Images {
		for _, form := range imageForms(t.Image) {
			if glob(pattern, form) {
				best = max(best, specific(pattern))
			}
		}
	}
	return best
}

func glob(pattern, s string) bool {
	ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(s))
	return err == nil && ok && s != ""
}

func specific(pattern string) int {
	return len(strings.Map(func(r rune) rune {
		if strings.ContainsRune("*?[]", r) {
			return -1
		}
		return r
	}, pattern)) + 1
}

// imageForms returns the ways to name an image in a pattern: as a whole,
// without its tag or digest, and both without registry and organisation.
func imageForms(image string) []string {
	bare, _, _ := strings.Cut(image, "@")
	if i := strings.LastIndexByte(bare, ':'); i > strings.LastIndexByte(bare, '/') {
		bare = bare[:i]
	}
	return []string{image, bare, path.Base(image), path.Base(bare)}
}
