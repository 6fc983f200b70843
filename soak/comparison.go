package soak

// Comparison is one target in two runs. Every difference is after minus
// before, with the interval of the difference; nil means not measured in both.
type Comparison struct {
	Target string   `json:"target"`
	Before Compared `json:"before"`
	After  Compared `json:"after"`
	// Change is what the curves say: "better", "worse", "no difference" or
	// "incomparable"; Basis what growth was counted by: "hour", "request", or
	// empty when the runs cannot be compared.
	Change string `json:"change"`
	Basis  string `json:"basis"`
	// Slope is the difference of the floors' rates in bytes per hour.
	Slope *Interval `json:"slope_bytes_per_hour"`
	// Peak is the difference of the highest judged memory in bytes.
	Peak *Interval `json:"peak_bytes"`
	// BytesPerRequest is the difference of growth per request.
	BytesPerRequest *Interval `json:"bytes_per_request"`
	// Upstream is the difference of what the node asked of its upstream, per
	// request or, where no requests were counted, per hour: UpstreamBasis.
	Upstream      *Interval `json:"upstream_requests"`
	UpstreamBasis string    `json:"upstream_basis"`
	// Allowed is how much faster the later run may grow, per Basis, before it
	// counts as worse.
	Allowed float64 `json:"allowed"`
	Outcome Worse   `json:"outcome"`
	// Why is one plain sentence.
	Why      string   `json:"why"`
	Warnings []string `json:"warnings"`
}

// Compared is one side of a comparison.
type Compared struct {
	Target string `json:"target"`
	Result Result `json:"memory"`
	// Peak is the highest working set in bytes, or what stands in for it.
	Peak int64 `json:"peak_bytes"`
	// Requests is what the load sent; 0 when none was counted.
	Requests int64     `json:"requests"`
	Upstream *Interval `json:"upstream_requests"`
}

// Worse is the answer to "is the later run worse?".
type Worse string

// The answers. NoWorse is proven: what may be hidden is below what is allowed.
const (
	IsWorse      Worse = "worse"
	NoWorse      Worse = "no worse"
	WorseUnknown Worse = "cannot tell"
)

// ExitCode is the answer as an exit code; the worst of several counts.
func (w Worse) ExitCode() int {
	switch w {
	case IsWorse:
		return ExitFail
	case NoWorse:
		return ExitPass
	}
	return ExitInconclusive
}
