package cmd

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/experiment"
	"leakcheck/soak/record"
)

// diagnosed puts a diagnosis together from what a run saw, while it goes on or
// from its record.
type diagnosed struct {
	*experiment.Story
	curves *report.Collector
}

func newDiagnosed(info soak.RunInfo) (*diagnosed, error) {
	story, err := experiment.NewStory(*info.Design, info.Targets[0].Name)
	if err != nil {
		return nil, err
	}
	return &diagnosed{story, report.NewCollector(chartPoints)}, nil
}

// Record passes a batch on.
func (d *diagnosed) Record(b soak.Batch) error { return fanout{d.Story, d.curves}.Record(b) }

// diagnosis is what came of the run.
func (d *diagnosed) diagnosis(info soak.RunInfo) report.Diagnosis {
	found := report.Diagnosis{Diagnosis: d.Diagnosis(), Curves: d.curves.Series()}
	found.Profile, found.Version, found.Started, found.Duration = info.Profile, info.Version, info.Started, info.Duration
	for _, b := range d.Blocks() {
		found.Blocks = append(found.Blocks, report.Block(b))
	}
	if info.Targets[0].Kind == "container" && d.goesOn(found) {
		var arms []string
		for _, arm := range info.Design.Arms {
			if arm.Kind == soak.ArmCommand { // a record keeps no commands
				arms = append(arms, "--arm", shellWord(arm.Name+"=SWITCH ON;SWITCH OFF"))
			}
		}
		found.Next = goOn(info, found, arms)
	}
	return found
}

// goesOn reports whether more time would decide what is open, on the node that
// it was tried on.
func (d *diagnosed) goesOn(found report.Diagnosis) bool {
	return found.HoursToDecide != nil && d.Continues()
}

// goOn is the command that goes on with an experiment, with what its record
// does not keep.
func goOn(info soak.RunInfo, found report.Diagnosis, more []string) string {
	words := []string{"leakcheck diagnose --resume", info.ID, "--max", decides(found, *info.Design).String()}
	return strings.Join(append(words, more...), " ")
}

// rebuilt replays a record to the diagnosis that it holds.
func rebuilt(rec *record.Record) (report.Diagnosis, error) {
	info := rec.Meta().Info
	d, err := newDiagnosed(info)
	if err == nil {
		err = rec.Replay(d)
	}
	if err != nil {
		return report.Diagnosis{}, notMeasured(err)
	}
	return d.diagnosis(info), nil
}

// advise adds the command that would decide what is open: by going on if more
// time is enough, and otherwise anew with other doses.
func (o *diagnoseOptions) advise(d *report.Diagnosis, story *diagnosed, info soak.RunInfo, f *pflag.FlagSet) {
	switch {
	case len(o.command) == 0 && story.goesOn(*d):
		d.Next = goOn(info, *d, given(f, func(name string) bool {
			return slices.Contains(unrecorded, name) || name == "url" && withPassword(o.url)
		}))
	case o.resume != "": // what it was begun with is not known here
	case d.ExitCode == soak.ExitNotMeasured || experiment.Decided(d.Diagnosis):
	case d.Brake != nil: // the brake knows why; fewer requests are gentler in every case
		d.Next = again("diagnose", f, o.command, map[string]string{"rate": rate(o.rate / 2), "max": (2 * o.max).String()})
	case d.HoursToDecide != nil:
		d.Next = again("diagnose", f, o.command, map[string]string{"max": decides(*d, *info.Design).String()})
	default: // what a block shows stands out twice as far
		d.Next = again("diagnose", f, o.command, map[string]string{"rate": rate(2 * o.rate), "pause": (2 * o.pause).String(), "max": (2 * o.max).String()})
	}
}

// again is the command line that would begin anew, with other values for some
// flags. What the shell would take apart is quoted.
func again(name string, f *pflag.FlagSet, command []string, instead map[string]string) string {
	words := append([]string{"leakcheck", name}, given(f, func(flag string) bool {
		_, other := instead[flag]
		return !other && !slices.Contains(once, flag)
	})...)
	for _, flag := range sortedKeys(instead) {
		words = append(words, "--"+flag, shellWord(instead[flag]))
	}
	if len(command) > 0 {
		words = append(words, "--")
		for _, w := range command {
			words = append(words, shellWord(withoutSecrets(w)))
		}
	}
	return strings.Join(words, " ")
}

// given are some of the flags of a command line.
func given(f *pflag.FlagSet, keep func(flag string) bool) (words []string) {
	f.Visit(func(x *pflag.Flag) {
		if !keep(x.Name) {
			return
		}
		values := []string{x.Value.String()}
		if many, ok := x.Value.(pflag.SliceValue); ok {
			values = many.GetSlice()
		}
		for _, v := range values {
			if words = append(words, "--"+x.Name); x.Value.Type() != "bool" {
				words = append(words, shellWord(withoutSecrets(v)))
			}
		}
	})
	return words
}

// once are flags that say nothing about what is tried.
var once = []string{"quiet", "color", "seed", "resume"}

// shellWord quotes a word for a shell where it must be.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@%+,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// lasting turns seconds into a length of time.
func lasting(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func rate(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }
