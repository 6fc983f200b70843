package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

func exited(code int, text string, oom bool) soak.Event {
	return soak.Event{At: start.Add(7 * time.Hour), Target: node, Kind: soak.EventExit, Text: text, Exit: &soak.Exit{Code: code, OOMKilled: oom}}
}

// TestADeadTargetIsSaidFirst: advice for a node that runs does harm to one
// that does not.
func TestADeadTargetIsSaidFirst(t *testing.T) {
	killed := exited(137, "ended with exit code 137: killed (SIGKILL) from outside, with no OOM kill; `docker kill`", false)
	begun := soak.Event{At: killed.At.Add(time.Minute), Target: node, Life: 2, Kind: soak.EventLife, Text: "life 2"}
	for name, c := range map[string]struct {
		kind      string
		events    []soak.Event
		want, not []string
	}{
		"killed": {"container", []soak.Event{killed},
			[]string{node + " is dead: exited 137 at 03:12, killed (SIGKILL) from outside, with no OOM kill", "said     03:12 java.lang.OutOfMemoryError: Java heap space", "next     docker logs --tail 100 " + node},
			[]string{"don't", "wall ", "cannot tell yet", "health check prints"}},
		"a command": {"process", []soak.Event{exited(3, "ended with exit code 3", false)},
			[]string{" is dead: exited 3 at 03:12", "next     read its error lines"}, []string{"docker logs", "don't"}},
		"removed": {"container", []soak.Event{killed, {At: killed.At, Target: node, Kind: soak.EventRemove, Text: "the container was removed"}},
			[]string{"next     the engine keeps nothing of a container that was removed"}, []string{"docker logs"}},
		"done": {"process", []soak.Event{exited(0, "ended with exit code 0: it finished", false)},
			[]string{node + " (ended: exit 0): cannot tell yet"}, []string{"dead", "don't", "settles", "said "}},
		"started again": {"container", []soak.Event{killed, begun},
			[]string{node + ": cannot tell yet", "don't"}, []string{"is dead"}},
		"told late": {"container", []soak.Event{begun, killed},
			[]string{node + ": cannot tell yet", "don't"}, []string{"is dead"}},
	} {
		f := undecided()
		f.report.Events, f.report.Checks = c.events, nil
		f.report.Signals = []soak.SignalResult{
			{Name: "error_lines", Target: node, Count: 3, Last: &killed.At, Text: "java.lang.OutOfMemoryError: Java heap space"},
			{Name: "other", Target: node, Count: 3, Last: &killed.At, Text: "something else"},
			{Name: "old", Target: node, Count: 3, Last: &start, Text: "long ago"},
		}
		f.report.Run.Targets = []soak.TargetInfo{info(node, 0)}
		f.report.Run.Targets[0].Kind = c.kind
		var b strings.Builder
		if err := Screen(&b, f.view(), TextOptions{Width: 200, Plain: true}); err != nil {
			t.Fatal(err)
		}
		for _, w := range c.want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: %q is missing in\n%s", name, w, b.String())
			}
		}
		for _, w := range c.not {
			if strings.Contains(b.String(), w) {
				t.Errorf("%s: %q stands in\n%s", name, w, b.String())
			}
		}
	}
}

// TestTheEndOfALeakIsItsLastMoment: the node that the kernel killed for its
// leak is asked about the leak, and no process that was only watched for a log
// that nobody read.
func TestTheEndOfALeakIsItsLastMoment(t *testing.T) {
	killed := exited(137, "ended with exit code 137: killed by the kernel for memory (OOM)", true)
	for kind, want := range map[string][]string{
		"container": {"next     Memory that only", "docker start it && leakcheck diagnose --container it", ", for 5 h"},
		"process":   {"next     see what it wrote last, where it writes its log"},
	} {
		f := leaking()
		since := killed.At.Add(-5 * time.Hour)
		f.report.Memory = slices.Clone(f.report.Memory)
		f.report.Memory[0].Since = &since
		f.report.Events = []soak.Event{killed}
		if kind == "process" { // of which no engine tells more
			f.report.Events[0].Exit = nil
		}
		f.report.Checks = []soak.CheckResult{{ID: "no-leak", Target: node, Outcome: soak.Fail,
			Hint: "Memory that only the process can give back", Next: "docker start it && leakcheck diagnose --container it"}}
		name := map[string]string{"container": node, "process": "pid 7"}[kind]
		f.report.Run.Targets = []soak.TargetInfo{info(name, 0)}
		f.report.Run.Targets[0].Kind = kind
		f.report.Memory[0].Target, f.report.Events[0].Target, f.report.Checks[0].Target = name, name, name
		var b strings.Builder
		if err := Screen(&b, f.view(), TextOptions{Width: 200, Plain: true}); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: %q is missing in\n%s", kind, w, b.String())
			}
		}
	}
}

// TestTheHeadlineSaysWhatAVerdictRestsOn: how long was looked, or why nothing
// could be seen, and failures before what is open.
func TestTheHeadlineSaysWhatAVerdictRestsOn(t *testing.T) {
	gap := soak.Event{At: start, Target: node, Kind: soak.EventGap, Text: "no sample: container " + node + " does not run: it is created"}
	for want, change := range map[string]func(*soak.Report){
		": cannot tell yet, after 30 s: +60 MB/h [-90, 210]":                         func(*soak.Report) {},
		": 1 check failed; whether it leaks is open after 30 s: +60 MB/h [-90, 210]": func(r *soak.Report) { r.Checks = []soak.CheckResult{{Target: node, Outcome: soak.Fail}} },
		": no sample was taken, so nothing is known: container " + node + " does not run: it is created": func(r *soak.Report) {
			r.Memory, r.Events = nil, []soak.Event{gap}
		},
	} {
		f := undecided()
		f.report.Events, f.report.Checks = nil, nil
		f.report.Memory = each(f.report.Memory, func(m *soak.MemoryResult) { m.Duration = 30 })
		change(&f.report)
		if got := f.view().Headline.Text; got != node+want {
			t.Errorf("got %q, want %q", got, node+want)
		}
	}
}
