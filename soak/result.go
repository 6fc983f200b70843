package soak

// Pattern is the shape of a curve in one word.
type Pattern string

// The patterns. A curve is linear-growth if and only if its leak is yes.
const (
	Stable              Pattern = "stable"
	Sawtooth            Pattern = "sawtooth"
	LinearGrowth        Pattern = "linear-growth"
	PatternInconclusive Pattern = "inconclusive"
)

// Leak is the answer to "does it leak?".
type Leak string

// The answers.
const (
	LeakYes          Leak = "yes"
	LeakNo           Leak = "no"
	LeakInconclusive Leak = "inconclusive"
)

// Trait explains a curve; traits never decide.
type Trait string

// The traits.
const (
	TraitWarmUp          Trait = "warm-up"
	TraitPlateau         Trait = "plateau"
	TraitPageCache       Trait = "page-cache"
	TraitReclaimableSlab Trait = "reclaimable-slab"
	TraitStep            Trait = "step"
	TraitStaircase       Trait = "staircase"
	TraitDailyCycle      Trait = "daily-cycle"
	TraitAccelerating    Trait = "accelerating"
	TraitDecelerating    Trait = "decelerating"
	TraitLateOnset       Trait = "late-onset"
	TraitStopped         Trait = "stopped"
	TraitSlowGrowth      Trait = "slow-growth"
	TraitRestarts        Trait = "restarts"
	TraitGaps            Trait = "gaps"
	TraitSpikes          Trait = "spikes"
	TraitClipped         Trait = "clipped"
	TraitCounterMismatch Trait = "counter-mismatch"
	TraitFDGrowth        Trait = "fd-growth"
)

// Interval is an estimate with its confidence interval.
type Interval struct {
	Estimate   float64 `json:"estimate"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Confidence float64 `json:"confidence"`
}

// Hours is a time to come, in hours from the last sample. A nil bound is
// unknown or, for High, never.
type Hours struct {
	Estimate *float64 `json:"estimate"`
	Low      *float64 `json:"low"`
	High     *float64 `json:"high"`
}

// Forecast says which wall comes first and when.
type Forecast struct {
	// Wall is "limit", "host", "ceiling" or "heap"; empty when there is none.
	Wall      string  `json:"wall"`
	WallBytes float64 `json:"wall_bytes"`
	// Hours counts until the working set meets the wall; its High is nil for never.
	Hours Hours `json:"hours_to_wall"`
}

// Model is a competing explanation of the curve; the lower score (BIC) wins.
type Model struct {
	Name  string  `json:"name"`
	Score float64 `json:"score"`
}

// Result is what the curve of one target is: one entry of the
// leakcheck.classify/1 contract. Rates are in bytes per hour. Nil means
// unknown or not applicable.
type Result struct {
	Source    string  `json:"source"`
	Target    string  `json:"target"`
	Samples   int     `json:"samples"`
	Duration  float64 `json:"duration_s"`
	Pattern   Pattern `json:"pattern"`
	Leak      Leak    `json:"leak"`
	Traits    []Trait `json:"traits"`
	Tolerance float64 `json:"tolerance_bytes_per_hour"`
	// Slope is the floor's present rate, since the last change point.
	Slope *Interval `json:"slope_bytes_per_hour"`
	// Detectable is the slowest leak that a run like this finds 9 times of 10.
	Detectable *float64 `json:"detectable_bytes_per_hour"`
	// HoursToDecide counts from the end of the data.
	HoursToDecide   *float64  `json:"hours_to_decide"`
	BytesPerRequest *Interval `json:"bytes_per_request"`
	Forecast        *Forecast `json:"forecast"`
	Models          []Model   `json:"models"`
	// Why is one plain sentence.
	Why      string   `json:"why"`
	Warnings []string `json:"warnings"`
}
