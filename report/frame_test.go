package report

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A frame fills its screen exactly, whatever the screen and the run.
func TestFrameFillsTheScreen(t *testing.T) {
	views := []*View{poisoned(t)}
	for _, f := range fixtures() {
		views = append(views, f.view())
	}
	for _, v := range views {
		for _, size := range [][2]int{{80, 24}, {160, 50}, {60, 12}, {40, 16}, {200, 80}} {
			for _, o := range []FrameOptions{{}, {Help: true}, {Window: time.Hour, Target: 1}, {Target: -1}} {
				o.TextOptions, o.Height = TextOptions{Width: size[0], Unicode: true}, size[1]
				lines := Frame(v, o)
				if len(lines) != size[1] {
					t.Fatalf("%d lines at %dx%d", len(lines), size[0], size[1])
				}
				for _, l := range lines {
					if width(l) > size[0] {
						t.Fatalf("%d columns at %dx%d: %q", width(l), size[0], size[1], l)
					}
				}
			}
		}
	}
}

func TestFrameGolden(t *testing.T) {
	for _, f := range fixtures() {
		for _, size := range [][2]int{{80, 24}, {160, 50}} {
			lines := Frame(f.view(), FrameOptions{TextOptions: TextOptions{Width: size[0], Unicode: true}, Height: size[1]})
			golden(t, filepath.Join("testdata", fmt.Sprintf("%s.frame%d.txt", f.name, size[0])), []byte(strings.Join(lines, "\n")+"\n"))
		}
	}
}

// TestTheKeysSayWhatLeavingDoes: in a soak it ends the run.
func TestTheKeysSayWhatLeavingDoes(t *testing.T) {
	for quit, want := range map[string]string{"": "q leave  w", "end the run and judge what there is": "q end the run  w"} {
		lines := Frame(healthy().view(), FrameOptions{TextOptions: TextOptions{Width: 80}, Height: 24, Quit: quit})
		if got := lines[len(lines)-1]; !strings.Contains(got, want) {
			t.Errorf("%q: %s", quit, got)
		}
	}
}
