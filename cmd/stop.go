package cmd

import (
	"slices"

	"leakcheck/soak"
	"leakcheck/soak/load"
)

// brake stops the plan when the first node is in trouble.
func (r *run) brake(mail *mailbox) *load.Brake {
	return load.NewBrake(load.BrakeOptions{
		Stop: r.loads.plan.Stop,
		Emit: func(e soak.Event) {
			r.say("STOPPED: " + e.Text)
			mail.post(e)
		},
		Ceiling: func(string) int64 { return r.ceiling() },
		HoursToWall: func(target string) (float64, bool) {
			hours, _, ok := r.judge.HoursToWall(target)
			return hours, ok && r.judge.Decided(target) == soak.LeakYes
		},
		Hours: 1 / max(r.o.scale(), 1),
	})
}

// ceiling is the lowest wall that neither the engine nor the host sets: the
// profile's, and --limit.
func (r *run) ceiling() int64 {
	ceiling, limit := int64(r.nodes[0].profile.Ceiling), int64(r.o.limit)
	if ceiling == 0 || limit > 0 && limit < ceiling {
		return limit
	}
	return ceiling
}

// urgent asks for close sampling while any wall is an hour away.
func (r *run) urgent() bool {
	return slices.ContainsFunc(r.nodes, func(n node) bool {
		hours, _, ok := r.judge.HoursToWall(n.info.Name)
		return ok && hours < 1
	})
}

// done ends a run early when that was asked for.
func (r *run) done() (string, bool) {
	for _, n := range r.nodes {
		select {
		case <-n.ended:
			return n.info.Name + " has ended", true
		default:
		}
	}
	if !r.o.failFast && !r.o.untilSure {
		return "", false
	}
	clean := 0
	for _, n := range r.nodes {
		switch r.judge.Decided(n.info.Name) {
		case soak.LeakYes:
			return n.info.Name + " leaks: proven", true
		case soak.LeakNo:
			clean++
		}
	}
	return "no leak: proven", r.o.untilSure && clean == len(r.nodes)
}
