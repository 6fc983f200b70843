package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leakcheck/soak"
)

// browser finds a headless browser, or skips and says what stays untested.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("NOT TESTED: hover, zoom, keys and policy of the page; install chromium to test them")
	return ""
}

// open loads a page, lets its scripts run and returns the document that came
// of it and what the console said.
func open(t *testing.T, url string) (dom, console string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), browser(t), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--v=0",
		"--user-data-dir="+t.TempDir(), "--window-size=1280,1000", "--virtual-time-budget=3000", "--dump-dom", url)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	cmd.WaitDelay = 5 * time.Second
	if e := cmd.Run(); e != nil {
		t.Fatalf("browser: %v\n%s", e, err.String())
	}
	for line := range strings.Lines(err.String()) {
		if strings.Contains(line, "CONSOLE") {
			console += line
		}
	}
	return out.String(), console
}

// The page as it is: its script runs under its own policy, the console stays
// silent, nothing is fetched, and hostile text stays text.
func TestPageInABrowser(t *testing.T) {
	browser(t)
	pages := map[string]func(io.Writer) error{}
	for name, v := range map[string]*View{"leaking": leaking().view(), "poisoned": poisoned(t), "three": three().view(), "empty": empty().view()} {
		pages[name] = func(w io.Writer) error { return HTML(w, v) }
	}
	for name, s := range map[string]*Sheet{"diagnose": blocksOf(diagnosed()).Sheet(), "compare": hostileComparison(soak.IsWorse, soak.NoWorse).Sheet()} {
		pages[name] = func(w io.Writer) error { return SheetHTML(w, s) }
	}
	for name, render := range pages {
		t.Run(name, func(t *testing.T) {
			var page bytes.Buffer
			if err := render(&page); err != nil {
				t.Fatal(err)
			}
			var mu sync.Mutex
			var asked []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				asked = append(asked, r.URL.Path)
				mu.Unlock()
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = w.Write(page.Bytes())
			}))
			defer server.Close()
			dom, console := open(t, server.URL+"/")
			if console != "" {
				t.Errorf("the console says:\n%s", console)
			}
			if !strings.Contains(dom, "Light / dark") || name != "empty" && !strings.Contains(dom, `tabindex="0"`) {
				t.Error("the page's script did not run under its policy")
			}
			mu.Lock()
			defer mu.Unlock()
			if len(asked) != 1 || asked[0] != "/" {
				t.Errorf("the page asked for %v, want itself alone", asked)
			}
		})
	}
}

// robot acts as a reader and leaves what it saw in the document.
const robot = `<script>addEventListener("load", () => {
const seen = {}, stage = document.querySelector(".stage"), box = stage.getBoundingClientRect(), plot = stage.querySelector(".plot");
stage.setPointerCapture = () => {};
const at = (type, share) => stage.dispatchEvent(new PointerEvent(type, {clientX: box.left + box.width * share, clientY: box.top + 50, button: 0, pointerType: "mouse", bubbles: true}));
at("pointermove", .5);
seen.tip = stage.querySelector(".tip").innerText;
at("pointerdown", .25); at("pointermove", .4); at("pointerup", .5);
seen.zoomed = plot.getAttribute("viewBox");
seen.ticks = document.querySelector(".xaxis").childElementCount;
stage.querySelector(".reset").click();
seen.reset = plot.getAttribute("viewBox");
stage.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowLeft"}));
seen.key = stage.querySelector(".tip").innerText;
stage.dispatchEvent(new KeyboardEvent("keydown", {key: "+"}));
seen.plus = plot.getAttribute("viewBox");
const button = document.querySelector(".legend button");
button.click();
seen.pressed = button.getAttribute("aria-pressed");
seen.hidden = [...plot.querySelectorAll(".line")].filter(l => l.style.display === "none").length;
document.querySelector(".tools button").click();
seen.theme = document.documentElement.dataset.theme;
const fold = document.querySelector("details");
seen.closed = !fold.open && fold.querySelectorAll("tr.calm").length > 0 && !fold.querySelector(".brief");
fold.open = true;
fold.dispatchEvent(new Event("toggle"));
seen.kept = sessionStorage.getItem("leakcheck");
seen.wide = document.documentElement.scrollWidth > innerWidth;
const out = document.createElement("script"); out.type = "application/json"; out.id = "seen"; out.textContent = JSON.stringify(seen); document.body.append(out);
});</script>`

// quarter is the second quarter of the plot, give or take a pixel.
var quarter = regexp.MustCompile(`^2(49|50)(\.\d+)? 0 2(49|50)(\.\d+)? 1000$`)

var policyTag = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`)

func TestHoverZoomAndKeys(t *testing.T) {
	browser(t)
	var page bytes.Buffer
	f := healthy()
	for range manyWaiting { // a page folds these
		f.report.Checks = append(slices.Clone(f.report.Checks), soak.CheckResult{ID: "later", Target: node, Text: "later", Outcome: soak.NotDue})
	}
	v := f.view()
	v.Refresh = time.Hour // a live page keeps what a reader chose
	if err := HTML(&page, v); err != nil {
		t.Fatal(err)
	}
	text := policyTag.ReplaceAllString(page.String(), "") // or the robot may not run
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(strings.Replace(text, "</body>", robot+"</body>", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	dom, console := open(t, "file://"+path)
	if console != "" {
		t.Errorf("the console says:\n%s", console)
	}
	_, rest, ok := strings.Cut(dom, `id="seen">`)
	if !ok {
		t.Fatal("the robot left nothing behind")
	}
	found, _, _ := strings.Cut(rest, "</script>")
	var seen struct {
		Tip, Zoomed, Reset, Key, Plus, Pressed, Theme, Kept string
		Ticks, Hidden                                       int
		Wide, Closed                                        bool
	}
	if err := json.Unmarshal([]byte(found), &seen); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Mon 9 Dec 09:12", "working set", "GB", "floor"} {
		if !strings.Contains(seen.Tip, want) {
			t.Errorf("hovering the middle shows %q, without %q", seen.Tip, want)
		}
	}
	if !quarter.MatchString(seen.Zoomed) || seen.Ticks < 2 {
		t.Errorf("dragging from a quarter to a half shows %q with %d ticks", seen.Zoomed, seen.Ticks)
	}
	if !strings.Contains(seen.Kept, `"theme":"`) || !strings.Contains(seen.Kept, `"zoom t1-memory-chart":[1`) || !strings.Contains(seen.Kept, `"off t1-memory-chart`) {
		t.Errorf("a live page keeps %s", seen.Kept)
	}
	if !seen.Closed || !strings.Contains(seen.Kept, `"open t1-checks":true`) {
		t.Errorf("what is not due is folded: %v; a live page keeps %s", seen.Closed, seen.Kept)
	}
	if seen.Reset != "0 0 1000 1000" || seen.Plus == seen.Reset || seen.Key == "" {
		t.Errorf("reset %q, plus %q, arrow %q", seen.Reset, seen.Plus, seen.Key)
	}
	if seen.Pressed != "false" || seen.Hidden != 1 || seen.Theme == "" || seen.Wide {
		t.Errorf("a toggle is %q and hides %d lines; theme %q; wider than the window: %v", seen.Pressed, seen.Hidden, seen.Theme, seen.Wide)
	}
}

// telephones shows pages in frames of a telephone's width and leaves the names
// of those that are wider in the title.
const telephones = `<!doctype html>%s<script>addEventListener("load", () => {
const wide = [];
for (const frame of document.querySelectorAll("iframe")) {
  const d = frame.contentDocument, room = d.documentElement.clientWidth;
  const out = [...d.querySelectorAll("body *")].filter(e => !e.closest(".scroll, svg, .skip") && e.getBoundingClientRect().right > room + 1);
  if (d.documentElement.scrollWidth > room || out.length || room < 360) wide.push(frame.name, ...out.slice(0, 4).map(e => e.tagName + "." + e.className));
}
document.title = "SEEN " + wide.join(" ");
});</script>`

// Every page fits a telephone.
func TestPagesFit390Pixels(t *testing.T) {
	browser(t)
	pages, frames := map[string][]byte{}, ""
	add := func(name string, render func(io.Writer) error) {
		var page bytes.Buffer
		if err := render(&page); err != nil {
			t.Fatal(err)
		}
		pages["/"+name] = page.Bytes()
		frames += fmt.Sprintf(`<iframe name="%s" src="/%s" style="width:390px;height:800px;border:0"></iframe>`, name, name)
	}
	for _, f := range fixtures() {
		add(f.name, func(w io.Writer) error { return HTML(w, f.view()) })
	}
	for name, s := range sheets() {
		add(name, func(w io.Writer) error { return SheetHTML(w, s) })
	}
	pages["/"] = fmt.Appendf(nil, telephones, frames)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(pages[r.URL.Path])
	}))
	defer server.Close()
	dom, _ := open(t, server.URL+"/")
	_, title, _ := strings.Cut(dom, "<title>")
	if title, _, _ = strings.Cut(title, "</title>"); title != "SEEN " && title != "SEEN" {
		t.Errorf("too wide: %.400s", title)
	}
}
