package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/experiment"
	"leakcheck/soak/record"
)

// resumption is a stored experiment that is gone on with.
type resumption struct {
	path  string
	info  soak.RunInfo
	story *diagnosed             // tells it from its beginning
	e     *experiment.Experiment // knows which block comes next
}

// findExperiment is the path of the experiment that a user means: the latest is
// that of the experiments, whatever else was run since.
func (a *app) findExperiment(ref string) (string, error) {
	dir := record.Dir(a.getenv)
	if ref != "latest" {
		path, err := record.Find(dir, ref)
		return path, missing(err)
	}
	latest, err := record.LatestOf(dir, soak.KindDiagnose)
	if errors.Is(err, record.ErrNoRun) {
		return "", usage("--resume latest: no experiment is stored in %s yet", dir)
	}
	return latest.Path, missing(err)
}

// latestExperiment names it for a message, if there is one.
func (a *app) latestExperiment() string {
	latest, err := record.LatestOf(record.Dir(a.getenv), soak.KindDiagnose)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (the latest experiment is %s)", latest.ID)
}

// resumption reads the experiment to go on with, and turns its design into the
// options for what is left.
func (a *app) resumption(o *diagnoseOptions, f *pflag.FlagSet) (*resumption, error) {
	path, err := a.findExperiment(o.resume)
	if err != nil {
		return nil, err
	}
	rec, err := record.Open(path)
	if err != nil {
		return nil, missing(err)
	}
	defer rec.Close()
	m := rec.Meta()
	r := &resumption{path: path, info: m.Info}
	if m.Info.Kind != soak.KindDiagnose || m.Info.Design == nil || len(m.Info.Targets) == 0 {
		return nil, usage("run %s is no experiment, or one from before its design was kept%s: `leakcheck soak --resume` goes on with a soak", m.Info.ID, a.latestExperiment())
	}
	if r.story, err = newDiagnosed(m.Info); err != nil {
		return nil, notMeasured(err)
	}
	next, err := experiment.NewStory(*m.Info.Design, m.Info.Targets[0].Name)
	if err == nil {
		err = rec.Replay(fanout{r.story, next})
	}
	if err != nil {
		return nil, notMeasured(err)
	}
	r.e = next.Experiment()
	if err = r.takes(*o, f, a.getenv); err == nil {
		err = r.options(o, f, m.Profiles)
	}
	if err == nil {
		err = r.takesArms(o.commands)
	}
	return r, err
}

// unrecorded are the flags that an experiment's record does not keep: to go on
// with it takes them again.
var unrecorded = []string{"arm", "docker-host", "log", "pid", "tap", "tap-key"}

// mayChange are the flags that an experiment can be gone on with: what is not
// kept in its record, or says nothing about what is tried. A flag that is not
// here is part of its design.
var mayChange = append([]string{"resume", "max", "format", "html", "quiet", "color", "url"}, unrecorded...)

// takes refuses what is given besides --resume and would be ignored: blocks of
// another kind could not be compared with those that were run.
func (r *resumption) takes(o diagnoseOptions, f *pflag.FlagSet, getenv func(string) string) (err error) {
	t := r.info.Targets[0]
	f.Visit(func(x *pflag.Flag) {
		same := slices.Contains(mayChange, x.Name)
		switch x.Name {
		case "pid":
			same = t.Kind != "container"
		case "url": // a record keeps no passwords
			same = withPassword(t.URL) || o.url == t.URL
		}
		if same || err != nil {
			return
		}
		given := "--" + x.Name
		if getenv(variable(x.Name)) != "" {
			given += " (" + variable(x.Name) + " in the environment)"
		}
		err = usage("%s is part of the experiment that is gone on with, %s: leave it out, or begin a new one", given, r.info.ID)
	})
	if err == nil && len(o.command) > 0 {
		err = usage("run %s is gone on with on its own node: leave out `-- %s`, or begin a new one", r.info.ID, withoutSecrets(strings.Join(o.command, " ")))
	}
	return err
}

// takesArms compares the arms given with those that were tried: of a command
// the record keeps the name only.
func (r *resumption) takesArms(commands []string) error {
	var before, now []string
	for _, arm := range r.info.Design.Arms {
		if arm.Kind == soak.ArmCommand {
			before = append(before, arm.Name)
		}
	}
	for _, text := range commands {
		c, err := parseCommandArm(text)
		if err != nil {
			return err
		}
		now = append(now, c.name)
	}
	switch {
	case slices.Equal(before, now):
		return nil
	case len(before) == 0:
		return usage("--arm is part of the experiment that is gone on with, %s, which has none: leave it out, or begin a new one", r.info.ID)
	}
	return usage("run %s had the arms %s, whose commands a record does not keep: give the same --arm flags, in the same order", r.info.ID, strings.Join(before, ", "))
}

// options takes over what the experiment was asked to do. Without --max it gets
// the time that would decide it.
func (r *resumption) options(o *diagnoseOptions, f *pflag.FlagSet, profiles map[string]*soak.Profile) error {
	d, found := r.info.Design, r.story.diagnosis(r.info)
	if !r.e.GoesOn() {
		why := "see `leakcheck report " + r.info.ID + "`"
		if !experiment.Decided(found.Diagnosis) {
			why += "; what is open was left so to confirm the suspects in time, and only a new one with a longer --max decides it"
		}
		return usage("run %s has nothing to go on with: %s; %s", r.info.ID, found.Sheet().Headline.Text, why)
	}
	if found.Brake != nil {
		return usage("run %s was stopped by the brake: %s; begin anew with a lower --rate", r.info.ID, found.Brake.Reason)
	}
	if t := r.info.Targets[0]; t.Kind == "container" {
		o.containers = []string{t.Name}
	} else if o.pid == 0 {
		return usage("run %s watched process %s: give --pid %s if it still runs, or begin anew", r.info.ID, t.Name, t.ID)
	}
	if t := r.info.Targets[0]; o.url == "" {
		if withPassword(t.URL) {
			return usage("run %s fired at %s: a record keeps no passwords, so give --url again", r.info.ID, t.URL)
		}
		o.url = t.URL
	}
	first := takes(experiment.FirstAnswer(len(d.Arms)), soak.Duration(lasting(d.Block)), soak.Duration(lasting(d.Pause)))
	longer := max(soak.Duration(lasting(2*d.Max)), soak.Planned(first.D()))
	if found.HoursToDecide != nil {
		longer = decides(found, *d)
	}
	if !f.Changed("max") {
		o.max = longer
	} else if experiment.BlocksIn(*d, o.max.D().Seconds()) <= found.Diagnosis.Blocks {
		return usage("--max %s: run %s had %s of it already; --max %s would decide it", o.max, r.info.ID, lasting(float64(found.Diagnosis.Blocks)*(d.Block+d.Pause)), longer)
	}
	o.recorded, o.scenarios, o.noObserver = profiles, nil, true
	for _, arm := range d.Arms {
		switch arm.Kind {
		case soak.ArmScenario:
			o.scenarios = append(o.scenarios, arm.Name)
		case soak.ArmObserver:
			o.noObserver = false
		}
	}
	o.rate, o.block, o.pause = d.Rate, soak.Duration(lasting(d.Block)), soak.Duration(lasting(d.Pause))
	o.seed, o.matters, o.tolerance = d.Seed, soak.Size(d.Matters), soak.Rate(d.Tolerance)
	o.interval = soak.Duration(lasting(r.info.Interval))
	return nil
}

// decides is the --max within which an experiment would be decided.
func decides(found report.Diagnosis, d soak.Design) soak.Duration {
	spent := float64(found.Diagnosis.Blocks)*(d.Block+d.Pause) + d.Pause
	return soak.Planned(lasting(spent + 3600**found.HoursToDecide))
}

// goOn lets a trial go on with the experiment, on the same life of the same node
// and with the same arms.
func (r *resumption) goOn(t *trial, arms []soak.ArmDesign, longest soak.Duration) (soak.Design, error) {
	before, now := r.info.Targets[0], t.node.info
	if before.ID != now.ID || before.Started.Sub(now.Started).Abs() > time.Second {
		return soak.Design{}, usage("%s has restarted since run %s: what it held before cannot be compared with what it holds now; begin anew", now.Name, r.info.ID)
	}
	d := *r.info.Design
	if len(arms) != len(d.Arms) {
		return d, usage("run %s had %d arms and not %d: give the same --arm flags", r.info.ID, len(d.Arms), len(arms))
	}
	for i, arm := range arms {
		if arm != d.Arms[i] {
			return d, usage("run %s had the arm %s and not %s: give the same --arm flags", r.info.ID, d.Arms[i].Name, arm.Name)
		}
	}
	d.Max = longest.D().Seconds()
	r.e.Extend(experiment.BlocksIn(d, d.Max))
	t.info, t.path = r.info, r.path
	return d, nil
}
