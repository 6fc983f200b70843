package load

import (
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

var epoch = time.Unix(1_700_000_000, 0)

func sample(v map[soak.Metric]int64) soak.Batch {
	s := soak.Sample{Target: "node", At: epoch}
	for m, x := range v {
		s.Set(m, x)
	}
	return soak.Batch{Samples: []soak.Sample{s}}
}

func event(e soak.Event) soak.Batch {
	e.Target = "node"
	return soak.Batch{Events: []soak.Event{e}}
}

// traffics is a batch with requests of a latency, of which some failed.
func traffics(t *testing.T, at int, requests, failed int64, latency time.Duration) soak.Batch {
	t.Helper()
	c := tally{scenario: "workout"}
	for i := range requests {
		c.sent()
		a := answer{}
		if i < failed {
			a.kind = soak.ErrorStatus
		}
		c.done(a, latency)
	}
	in, _, err := c.take()
	if err != nil {
		t.Fatal(err)
	}
	in.At = epoch.Add(time.Duration(at) * time.Second)
	return soak.Batch{Load: []soak.LoadInterval{in}}
}

// due says that another number of requests had fallen due than were answered.
func due(n int64, b soak.Batch) soak.Batch {
	b.Load[0].Due = n
	return b
}

// lasting says how long an interval was, in milliseconds.
func lasting(ms int, b soak.Batch) soak.Batch {
	b.Load[0].Duration = time.Duration(ms) * time.Millisecond
	return b
}

func TestBrake(t *testing.T) {
	const mb = 1_000_000
	fast, slow, late := 40*time.Millisecond, 170*time.Millisecond, 150*time.Millisecond
	load := func(at int, requests, failed int64, latency time.Duration) soak.Batch {
		return traffics(t, at, requests, failed, latency)
	}
	for name, c := range map[string]struct {
		o    BrakeOptions
		in   []soak.Batch
		want string // part of the reason; empty: not pulled
		at   int    // by which batch, from 1
	}{
		"below the limit":      {in: []soak.Batch{sample(map[soak.Metric]int64{soak.WorkingSet: 69 * mb, soak.Limit: 100 * mb})}},
		"at the limit's share": {in: []soak.Batch{sample(map[soak.Metric]int64{soak.WorkingSet: 70 * mb, soak.Limit: 100 * mb})}, want: "70 % of the limit", at: 1},
		"usage alone":          {in: []soak.Batch{sample(map[soak.Metric]int64{soak.Usage: 90 * mb, soak.Limit: 100 * mb})}, want: "90 % of the limit", at: 1},
		"page cache is no use": {in: []soak.Batch{sample(map[soak.Metric]int64{soak.Usage: 90 * mb, soak.WorkingSet: 20 * mb, soak.Limit: 100 * mb})}},
		"the host is nearer":   {in: []soak.Batch{sample(map[soak.Metric]int64{soak.WorkingSet: 40 * mb, soak.Limit: 100 * mb, soak.HostAvailable: 10 * mb})}, want: "host's memory", at: 1},
		"ceiling": {o: BrakeOptions{Ceiling: func(string) int64 { return 50 * mb }},
			in: []soak.Batch{sample(map[soak.Metric]int64{soak.WorkingSet: 40 * mb, soak.Limit: 100 * mb})}, want: "80 % of the ceiling", at: 1},
		"nothing measured": {in: []soak.Batch{sample(nil)}},
		"soon": {o: BrakeOptions{HoursToWall: func(string) (float64, bool) { return 0.5, true }},
			in: []soak.Batch{sample(map[soak.Metric]int64{soak.WorkingSet: mb})}, want: "in 30m", at: 1},
		"not so soon": {o: BrakeOptions{HoursToWall: func(string) (float64, bool) { return 1.5, true }},
			in: []soak.Batch{sample(map[soak.Metric]int64{soak.WorkingSet: mb})}},
		"unproven": {o: BrakeOptions{HoursToWall: func(string) (float64, bool) { return 0, false }},
			in: []soak.Batch{sample(map[soak.Metric]int64{soak.WorkingSet: mb})}},
		"exit":         {in: []soak.Batch{event(soak.Event{Kind: soak.EventExit})}, want: "died", at: 1},
		"inner death":  {in: []soak.Batch{event(soak.Event{Kind: soak.EventDeath})}, want: "died", at: 1},
		"oom kill":     {in: []soak.Batch{event(soak.Event{Kind: soak.EventOOM})}, want: "killed", at: 1},
		"removed":      {in: []soak.Batch{event(soak.Event{Kind: soak.EventRemove})}, want: "gone", at: 1},
		"first life":   {in: []soak.Batch{event(soak.Event{Kind: soak.EventLife, Life: 1})}},
		"second life":  {in: []soak.Batch{event(soak.Event{Kind: soak.EventLife, Life: 2})}, want: "restarted", at: 1},
		"healthy":      {in: []soak.Batch{event(soak.Event{Kind: soak.EventHealth, Text: "health is healthy"})}},
		"unhealthy":    {in: []soak.Batch{event(soak.Event{Kind: soak.EventHealth, Text: "health is unhealthy"})}, want: "unhealthy", at: 1},
		"other events": {in: []soak.Batch{event(soak.Event{Kind: soak.EventGap}), event(soak.Event{Kind: soak.EventPause})}},
		"few errors":   {in: []soak.Batch{load(0, 100, 5, fast), load(2, 100, 5, fast), load(4, 100, 5, fast)}},
		"two of two":   {in: []soak.Batch{load(0, 1, 1, fast), load(30, 1, 1, fast)}},
		"a hiccup":     {in: []soak.Batch{load(0, 100, 50, fast), load(2, 100, 0, fast), load(4, 100, 50, fast)}},
		"many errors":  {in: []soak.Batch{load(0, 100, 0, fast), load(2, 100, 6, fast), load(4, 100, 7, fast)}, want: "7 of the last 100 requests of workout failed", at: 3},
		"one a minute": {in: []soak.Batch{load(0, 1, 1, fast), load(60, 1, 1, fast), load(120, 1, 1, fast), load(180, 1, 1, fast)}, want: "4 of the last 4", at: 4},
		"old errors":   {in: []soak.Batch{load(0, 2, 2, fast), load(400, 1, 1, fast), load(430, 1, 0, fast)}},
		"dead node":    {in: []soak.Batch{load(0, 9000, 0, fast), load(2, 20, 20, fast), load(4, 20, 20, fast)}, want: "20 of the last 20", at: 3},
		"slow":         {in: []soak.Batch{load(0, 20, 0, fast), load(2, 20, 0, slow), load(4, 20, 0, slow)}, want: "takes 170 ms where it took 40 ms", at: 3},
		"slow, few":    {in: []soak.Batch{load(0, 20, 0, fast), load(30, 1, 0, slow), load(60, 1, 0, slow)}, want: "takes 170 ms", at: 3},
		"one pause":    {in: []soak.Batch{load(0, 20, 0, fast), load(2, 20, 0, slow), load(4, 20, 0, fast), load(6, 20, 0, slow)}},
		// As recorded: a pause of 200 ms at 120 requests a second that lay across
		// two intervals, with 24 of its requests answered in the second.
		"a pause across two":   {in: []soak.Batch{load(0, 120, 0, fast), due(117, load(1, 93, 0, slow)), due(103, load(2, 127, 0, slow)), load(3, 120, 0, fast)}},
		"slow after its pause": {in: []soak.Batch{load(0, 120, 0, fast), due(117, load(1, 93, 0, slow)), due(103, load(2, 127, 0, slow)), load(3, 120, 0, slow)}, want: "takes 170 ms", at: 4},
		"slow and behind":      {in: []soak.Batch{load(0, 60, 0, fast), due(60, load(1, 40, 0, slow)), due(60, load(2, 40, 0, slow))}, want: "takes 170 ms", at: 3},
		"slow, late by one":    {in: []soak.Batch{load(0, 60, 0, fast), due(60, load(1, 59, 0, slow)), due(60, load(2, 61, 0, slow))}, want: "takes 170 ms", at: 3},
		"slow bursts":          {in: []soak.Batch{load(0, 20, 0, fast), due(0, load(10, 20, 0, slow)), due(0, load(20, 20, 0, slow))}, want: "takes 170 ms", at: 3},
		// As recorded on a busy machine: leakcheck took the second a fifth of a
		// second late.
		"leakcheck was late":   {in: []soak.Batch{load(0, 60, 0, fast), load(1, 48, 0, slow), lasting(1184, load(2, 70, 0, slow)), load(3, 60, 0, fast)}},
		"slow, and late once":  {in: []soak.Batch{load(0, 60, 0, fast), load(1, 48, 0, slow), lasting(1184, load(2, 70, 0, slow)), load(3, 60, 0, slow)}, want: "takes 170 ms", at: 4},
		"slow, and late often": {in: []soak.Batch{load(0, 60, 0, fast), lasting(1184, load(1, 70, 0, slow)), lasting(1184, load(2, 70, 0, slow)), lasting(1184, load(3, 70, 0, slow)), lasting(1184, load(4, 70, 0, slow))}, want: "takes 170 ms", at: 5},
		"less than 4x":         {in: []soak.Batch{load(0, 20, 0, fast), load(2, 20, 0, late), load(4, 20, 0, late)}},
		"both are fast":        {in: []soak.Batch{load(0, 20, 0, time.Millisecond), load(2, 20, 0, fast), load(4, 20, 0, fast)}},
		"no baseline":          {in: []soak.Batch{load(0, 10, 0, fast), load(2, 9, 0, slow), load(4, 9, 0, slow)}},
		"damaged histogram": {in: []soak.Batch{{Load: []soak.LoadInterval{
			{Scenario: "workout", Requests: 1, Latency: []byte("nonsense")}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			var stops []string
			var events []soak.Event
			c.o.Stop = func(reason string) { stops = append(stops, reason) }
			c.o.Emit = func(e soak.Event) { events = append(events, e) }
			b := NewBrake(c.o)
			pulled := 0
			for i, batch := range c.in {
				if err := b.Record(batch); err != nil {
					t.Fatal(err)
				}
				if pulled == 0 && len(stops) > 0 {
					pulled = i + 1
				}
			}
			if c.want == "" {
				if pulled != 0 {
					t.Errorf("pulled: %q", stops)
				}
				return
			}
			for _, batch := range c.in { // latched: nothing pulls it twice
				if err := b.Record(batch); err != nil {
					t.Fatal(err)
				}
			}
			if pulled != c.at || !strings.Contains(strings.Join(stops, ""), c.want) {
				t.Errorf("pulled by batch %d for %q, want batch %d and %q", pulled, stops, c.at, c.want)
			}
			if len(stops) != 1 || len(events) != 1 || events[0].Kind != soak.EventBrake {
				t.Errorf("stops %q, events %v: want one of each", stops, events)
			}
		})
	}
}
