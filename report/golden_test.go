package report

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// faces are all formats that have golden files.
var faces = []struct {
	file   string
	render func(io.Writer, *View) error
}{
	{"pipe.txt", func(w io.Writer, v *View) error {
		return Text(w, v, TextOptions{Width: 80, Unicode: true, Plain: true})
	}},
	{"80.txt", func(w io.Writer, v *View) error { return Text(w, v, TextOptions{Width: 80, Unicode: true}) }},
	{"160.txt", func(w io.Writer, v *View) error { return Text(w, v, TextOptions{Width: 160, Unicode: true}) }},
	{"ascii.txt", func(w io.Writer, v *View) error { return Text(w, v, TextOptions{Width: 80}) }},
	{"color.txt", func(w io.Writer, v *View) error {
		return Screen(w, v, TextOptions{Width: 80, Unicode: true, Color: true})
	}},
	{"line.txt", func(w io.Writer, v *View) error { _, err := io.WriteString(w, Line(v)+"\n"); return err }},
	{"json", func(w io.Writer, v *View) error { return JSON(w, v.raw) }},
	{"xml", JUnit},
	{"md", Markdown},
	{"svg", SVG},
	{"html", HTML},
	{"actions.txt", Annotations},
	{"prom", Metrics},
}

func TestGolden(t *testing.T) {
	for _, f := range fixtures() {
		v := f.view()
		for _, face := range faces {
			t.Run(f.name+"/"+face.file, func(t *testing.T) {
				var b bytes.Buffer
				if err := face.render(&b, v); err != nil {
					t.Fatal(err)
				}
				golden(t, filepath.Join("testdata", f.name+"."+face.file), content(b.Bytes()))
			})
		}
	}
}

// content is a page without the style and script that every page shares; they
// stand in assets.
func content(page []byte) []byte {
	for _, shared := range []string{chartStyle + pageStyle, pageScript, chartStyle} {
		page = bytes.ReplaceAll(page, []byte(shared), []byte("…"))
		page = bytes.ReplaceAll(page, []byte(hash(shared)), []byte("…"))
	}
	return page
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; make it with: go test ./report -run Golden -update", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); if that is right: go test ./report -run Golden -update\n%s", path, diff)
	}
}
