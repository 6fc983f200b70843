package cmd

import (
	"context"
	"fmt"
	"time"

	"leakcheck/probe"
	"leakcheck/soak"
)

// look asks for each container's state, and notes its health.
func (v *verification) look(ctx context.Context) (map[string]probe.State, error) {
	states := map[string]probe.State{}
	for i := range v.nodes {
		n := &v.nodes[i]
		c, ok := n.Target.(*probe.Container)
		if !ok {
			continue
		}
		s, err := c.State(ctx)
		if err != nil {
			return nil, unreachable(err)
		}
		states[n.info.Name] = s
		n.info.Health, v.info.Targets[i].Health = s.Health, s.Health
		if !s.Running {
			v.stopped++
		}
	}
	return states, nil
}

// sameEnd is how far apart a record and the engine may tell one end.
const sameEnd = 10 * time.Second

// ends remembers when each target's main process ended last.
type ends map[string]time.Time

// Record keeps the time of the last exit.
func (x ends) Record(b soak.Batch) error {
	for _, e := range b.Events {
		if e.Kind == soak.EventExit && e.At.After(x[e.Target]) {
			x[e.Target] = e.At
		}
	}
	return nil
}

// untold are the events that follow from the containers' states and that no
// record has told.
func (v *verification) untold(states map[string]probe.State) (all []soak.Event) {
	for _, n := range v.nodes {
		name, s := n.info.Name, states[n.info.Name]
		if s.Running && s.Paused {
			all = append(all, soak.Event{At: time.Now(), Target: name, Kind: soak.EventPause, Text: "the container is paused"})
		} else if e, ok := unseenEnd(s, v.lives[name].At, v.ends[name]); ok {
			e.Target = name
			all = append(all, e)
		}
	}
	return all
}

// unseenEnd is the end of a container's last life, unless it was told or a
// sample of the present life was taken.
func unseenEnd(s probe.State, sampled, told time.Time) (soak.Event, bool) {
	if s.Finished.IsZero() || s.Running && sampled.After(s.Finished) || told.Sub(s.Finished).Abs() < sameEnd {
		return soak.Event{}, false
	}
	e := soak.Event{At: s.Finished, Kind: soak.EventExit}
	if s.Running { // the engine forgets how it ended
		e.Text = fmt.Sprintf("the life before this one ended; the engine has restarted the container %d times", s.Restarts)
		return e, true
	}
	e.Exit = &soak.Exit{Code: s.ExitCode, OOMKilled: s.OOMKilled}
	e.Text = probe.ExplainExit(s.ExitCode, s.OOMKilled)
	return e, true
}

// endsBefore tells, as a soak begins or goes on, of containers that ended while
// nobody looked. One that does not run is awaited, which is said.
func (r *run) endsBefore(ctx context.Context) (all []soak.Event) {
	for _, n := range r.nodes {
		c, ok := n.Target.(*probe.Container)
		if !ok {
			continue
		}
		s, err := c.State(ctx)
		if err != nil {
			continue // sampling tells it
		}
		var last reached
		if r.before != nil {
			last = *r.before.target(n.info.Name)
		}
		e, ok := unseenEnd(s, last.sampled, last.ended)
		if ok && (!s.Running || !last.sampled.IsZero()) {
			e.Target, e.Life = n.info.Name, last.life
			all = append(all, e)
		}
		if !s.Running && !s.Finished.IsZero() {
			r.app.say("%s does not run: it %s. Its next start is awaited.", n.info.Name, probe.ExplainExit(s.ExitCode, s.OOMKilled))
		}
	}
	return all
}
