package soak

import "time"

// PassiveSchema is the value of Passive.Schema.
const PassiveSchema = "leakcheck.passive/1"

// Passive is what growth of one target coincided with. Nothing was fired, so
// nothing in it is a cause: what happens at the same time may have a cause in
// common, or none.
type Passive struct {
	Target  string `json:"target"`
	Profile string `json:"profile"`
	// Source says whose memory figures were used: samples, or the RSS in its log.
	Source string    `json:"source"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	// Bins are the equal stretches that growth and happenings were compared
	// over, each Bin seconds long.
	Bins int     `json:"bins"`
	Bin  float64 `json:"bin_s"`
	// Growth is how far the floor rose, in bytes, and Leak what the curve says.
	Growth float64 `json:"growth_bytes"`
	Leak   Leak    `json:"leak"`
	// Seen are all happenings that could be compared, the closest first.
	Seen []Coincidence `json:"seen"`
	// Untold are those that could not be, and why.
	Untold   []Untold `json:"untold"`
	Why      string   `json:"why"`
	Warnings []string `json:"warnings"`
}

// Coincidence is how closely growth follows one kind of happening.
type Coincidence struct {
	// Kind is "scenario", "failed", "signal", "error", "line", "event" or "counter".
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Count is how often it happened, or for a counter how far it went.
	Count float64 `json:"count"`
	// Strength is the rank correlation with growth, 0 to 1, trends taken out.
	Strength float64 `json:"strength"`
	// Lag is how long growth comes after it, in seconds: a multiple of the bin.
	Lag float64 `json:"lag_s"`
	// P is how often chance alone brings about something as close, for any of
	// the happenings at any lag. Coincides means that it is at most 0.05.
	P         float64 `json:"p"`
	Coincides bool    `json:"coincides"`
	// Busy is the growth in those bins in which it happened more than usual, in
	// bytes, and BusyShare the part of the time that those are.
	Busy      float64 `json:"busy_growth_bytes"`
	BusyShare float64 `json:"busy_time_share"`
	// With are happenings that go up and down together with it: growth cannot
	// tell them apart.
	With []string `json:"with,omitempty"`
}

// Untold is a kind of happening that growth could not be compared with.
type Untold struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Why  string `json:"why"`
}
