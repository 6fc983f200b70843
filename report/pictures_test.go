package report

import (
	"bytes"
	"fmt"
	"html"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pictures are those that the README shows, drawn from the leaking run. They
// are made anew by: go test ./report -run Pictures -update
var pictures = []struct {
	name          string
	width, height int
	page          func(t *testing.T) string
}{
	{"report.png", 1200, 1180, func(t *testing.T) string {
		var b bytes.Buffer
		if err := HTML(&b, leaking().view()); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}},
	{"live.png", 980, 620, func(*testing.T) string {
		o := FrameOptions{TextOptions: TextOptions{Width: 110, Unicode: true, Color: true}, Height: 32}
		return terminalPage(strings.Join(Frame(leaking().view(), o), "\n"))
	}},
}

const mostPicture = 200_000 // bytes

func TestPictures(t *testing.T) {
	for _, p := range pictures {
		path := filepath.Join("testdata", "pictures", p.name)
		if *update {
			photograph(t, p.page(t), path, p.width, p.height)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v; make it with: go test ./report -run Pictures -update", err)
		}
		size, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil || size.Width != p.width || size.Height != p.height || len(data) > mostPicture {
			t.Errorf("%s: %v; %d x %d in %d bytes, want %d x %d in %d at most", path, err, size.Width, size.Height, len(data), p.width, p.height, mostPicture)
		}
		readme, err := os.ReadFile("../README.md")
		if err != nil || !strings.Contains(string(readme), "report/"+filepath.ToSlash(path)) {
			t.Errorf("the README does not show %s (%v)", path, err)
		}
	}
}

// photograph has a browser draw a page into a file.
func photograph(t *testing.T, page, path string, width, height int) {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join(dir, "page.html")
	if err := os.WriteFile(source, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), browser(t), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir="+dir,
		fmt.Sprintf("--window-size=%d,%d", width, height), "--screenshot="+path, "file://"+source).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// terminalPage shows what a terminal of 110 columns would.
func terminalPage(screen string) string {
	text := escapes.ReplaceAllStringFunc(html.EscapeString(screen), func(e string) string {
		classes := strings.ReplaceAll(strings.Trim(e, "\x1b[m"), ";", " c")
		if strings.HasPrefix(classes, "0") || strings.HasPrefix(classes, "2") && len(classes) == 2 { // 22 ends bold and faint
			return "</span>"
		}
		return `<span class="c` + classes + `">`
	})
	text = dots.ReplaceAllString(text, "<i>$0</i>") // which few monospaced fonts have
	return `<!doctype html><meta charset="utf-8"><style>body{margin:0;background:#16191d;color:#d7dade}
pre{font:14px/18px "DejaVu Sans Mono",monospace;padding:22px 26px;margin:0}
i{display:inline-block;width:8.428px;height:18px;overflow:hidden;vertical-align:top;font:16px/20px "DejaVu Sans";letter-spacing:0}
.c1{font-weight:700}.c2{color:#8b949e}.c31{color:#ff7b72}.c32{color:#56d364}.c33{color:#e3b341}.c35{color:#d2a8ff}.c36{color:#79c0ff}</style><pre>` + text + `</pre>`
}

var (
	escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")
	dots    = regexp.MustCompile("[\u2800-\u28ff]")
)
