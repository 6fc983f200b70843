package soak

import "time"

// FiredSchema is the value of Fired.Schema.
const FiredSchema = "leakcheck.fire/1"

// Fired is what firing one scenario did to a node.
type Fired struct {
	Schema   string         `json:"schema"`
	Target   string         `json:"target"`
	Profile  string         `json:"profile"`
	Version  string         `json:"version"`
	Started  time.Time      `json:"started"`
	Duration float64        `json:"duration_s"`
	Times    int            `json:"times"`
	Load     ScenarioResult `json:"load"`
	Memory   Recovery       `json:"memory"`
	// Components are the figures of each memory component.
	Components map[string]Excursion `json:"components"`
	// Compared are the steps of a scenario that compares them, side by side.
	Compared []FiredStep `json:"compared,omitempty"`
	Brake    *Brake      `json:"brake"`
	Tap      *TapSeen    `json:"tap"`
	Verdict  Verdict     `json:"verdict"`
	ExitCode int         `json:"exit_code"`
	Why      string      `json:"why"`
	// Next is the command that tells more, empty where none does.
	Next     string   `json:"next,omitempty"`
	Warnings []string `json:"warnings"`
}

// FiredStep is one of several things that were fired to be compared.
type FiredStep struct {
	Load   ScenarioResult `json:"load"`
	Memory Recovery       `json:"memory"`
	// Upstream is how many requests the node made for each one of its own, by
	// a tap; nil without one.
	Upstream *float64 `json:"upstream_requests_per_request"`
}

// Excursion is how one figure moved while load was fired: its level before, its
// top, and the lowest it came down to afterwards, in bytes.
type Excursion struct {
	Before int64 `json:"before"`
	Peak   int64 `json:"peak"`
	After  int64 `json:"after"`
}

// Recovery is whether memory came back after load.
type Recovery struct {
	Excursion
	// Metric names the figure: unreclaimable memory where it can be seen.
	Metric string `json:"metric"`
	// Slack is how far above the level before still counts as back, in bytes.
	Slack int64 `json:"slack"`
	// Rose says whether memory rose by more than its own noise.
	Rose bool `json:"rose"`
	// Back says whether it came down again, Seconds how long that took from
	// the end of the load on; nil if it did not, or did not rise.
	Back    bool     `json:"back"`
	Seconds *float64 `json:"seconds_to_come_back"`
}
