package cmd

import (
	"context"
	"errors"
	"slices"
	"testing"

	"leakcheck/probe"
	"leakcheck/soak"
)

// folder holds files by the glob that finds them.
type folder struct {
	files map[string][]probe.File
	asked []string
	err   error
}

func (f *folder) Read(_ context.Context, globs ...string) ([]probe.File, error) {
	f.asked = append(f.asked, globs...)
	return f.files[globs[0]], f.err
}

func TestLookGoesThroughThePathsUntilAFileIsThere(t *testing.T) {
	check := soak.FileCheck{ID: "fix", Paths: []string{"/app/gun.js", "/usr/src/*/gun.js", "/*/gun.js"}, Contains: "const is404"}
	file := func(path, text string) probe.File {
		return probe.File{Path: path, Data: []byte(text), Size: int64(len(text))}
	}
	for name, c := range map[string]struct {
		files          map[string][]probe.File
		asked          []string
		count, holding float64
		text           string
	}{
		"in the first place": {map[string][]probe.File{"/app/gun.js": {file("/app/gun.js", "const is404 = 1")}}, check.Paths[:1], 1, 1, `/app/gun.js holds "const is404"`},
		"not in the first":   {map[string][]probe.File{"/app/gun.js": {file("/app/gun.js", "x")}}, check.Paths[:1], 1, 0, `/app/gun.js does not hold "const is404"`},
		"one of two": {map[string][]probe.File{"/usr/src/*/gun.js": {file("/usr/src/a/gun.js", "x"), file("/usr/src/b/gun.js", "const is404")}}, check.Paths[:2], 2, 1,
			`/usr/src/a/gun.js does not hold "const is404"; /usr/src/b/gun.js holds "const is404"`},
		"a long file": {map[string][]probe.File{"/*/gun.js": {{Path: "/x/gun.js", Data: []byte("x"), Size: 5_000_000}}}, check.Paths, 1, 0,
			`/x/gun.js does not hold, in its first 1 B of 5 MB, "const is404"`},
		"nowhere": {nil, check.Paths, 0, 0, "the container has none of /app/gun.js, /usr/src/*/gun.js, /*/gun.js"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &folder{files: c.files}
			s, err := look(t.Context(), f, check)
			if err != nil || s.Name != soak.FileSignal+"fix" || s.Values["files"] != c.count || s.Values["holding"] != c.holding || s.Text != c.text {
				t.Errorf("%v %+v", err, s)
			}
			if !slices.Equal(f.asked, c.asked) {
				t.Errorf("asked for %q, want %q", f.asked, c.asked)
			}
		})
	}
	gone := errors.New("gone")
	if _, err := look(t.Context(), &folder{err: gone}, check); !errors.Is(err, gone) {
		t.Errorf("%v, want %v", err, gone)
	}
}
