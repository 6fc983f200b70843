package cmd

// logMode is --log: whether the log is left alone.
type logMode bool

// String returns the mode.
func (m *logMode) String() string {
	if *m {
		return "none"
	}
	return "all"
}

// Set reads the flag.
func (m *logMode) Set(s string) error {
	switch s {
	case "all", "none":
		*m = s == "none"
		return nil
	}
	return usage("log %q: use all or none", s)
}

// Type names the flag's value.
func (m *logMode) Type() string { return "all|none" }
