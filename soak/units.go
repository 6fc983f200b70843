package soak

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/docker/go-units"
	str2duration "github.com/xhit/go-str2duration/v2"
)

// Size is a number of bytes. People write it as 5GB (5 * 10^9), 512MiB
// (512 * 2^20) or, as for `docker run -m`, 512m (MiB).
type Size int64

// ParseSize reads a size as people write it.
func ParseSize(s string) (Size, error) {
	t := strings.TrimSpace(s)
	if t == "" || strings.HasPrefix(t, "-") {
		return 0, fmt.Errorf("size %q: write it like 5GB, 512MiB or 1048576", s)
	}
	parse := units.FromHumanSize
	if low := strings.ToLower(t); strings.HasSuffix(low, "ib") || strings.TrimRight(low, "kmgtp") != low {
		parse = units.RAMInBytes
	}
	n, err := parse(t)
	if err != nil || n < 0 { // the parser wraps around above 8 EiB
		return 0, fmt.Errorf("size %q: write it like 5GB, 512MiB or 1048576", s)
	}
	return Size(n), nil
}

// String prints three significant digits in decimal units: "1.23 GB".
func (s Size) String() string { return FormatBytes(float64(s)) }

// Set reads a flag's value.
func (s *Size) Set(v string) (err error) { *s, err = ParseSize(v); return err }

// Type names the flag's value in help texts.
func (s *Size) Type() string { return "size" }

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(b []byte) error { return s.Set(string(b)) }

// MarshalText writes the size so that ParseSize reads back the same.
func (s Size) MarshalText() ([]byte, error) { return []byte(strconv.FormatInt(int64(s), 10)), nil }

// FormatBytes prints a number of bytes with three significant digits in
// decimal units, such as "12.4 MB" or "-3 B".
func FormatBytes(n float64) string {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return "unknown"
	}
	unit := 0
	names := [...]string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	for math.Abs(n) >= 999.5 && unit < len(names)-1 {
		n /= 1000
		unit++
	}
	digits := 2
	switch a := math.Abs(n); {
	case a >= 99.95 || unit == 0:
		digits = 0
	case a >= 9.995:
		digits = 1
	}
	t := strconv.FormatFloat(n, 'f', digits, 64)
	if strings.Contains(t, ".") {
		t = strings.TrimRight(strings.TrimRight(t, "0"), ".")
	}
	if t == "-0" {
		t = "0"
	}
	return t + " " + names[unit]
}

// FormatRate prints a rate in bytes per hour, such as "12.4 MB/h".
func FormatRate(perHour float64) string { return FormatBytes(perHour) + "/h" }

// FormatCount prints a count with thousands separated: "12,345".
func FormatCount(n int64) string {
	t := strconv.FormatInt(n, 10)
	from := 0
	if n < 0 {
		from = 1
	}
	for i := len(t) - 3; i > from; i -= 3 {
		t = t[:i] + "," + t[i:]
	}
	return t
}

// Rate is bytes per hour. People write it as 1MB/h, 500MB/min, 20kB/s or 1GB/d.
type Rate float64

// ParseRate reads a rate as people write it.
func ParseRate(s string) (Rate, error) {
	size, per, ok := strings.Cut(s, "/")
	hours := map[string]float64{
		"s": 1. / 3600, "sec": 1. / 3600, "second": 1. / 3600, "m": 1. / 60, "min": 1. / 60, "minute": 1. / 60,
		"h": 1, "hour": 1, "d": 24, "day": 24, "w": 168, "week": 168,
	}[strings.ToLower(strings.TrimSpace(per))]
	n, err := ParseSize(size)
	if !ok || hours == 0 || err != nil {
		return 0, fmt.Errorf("rate %q: write it like 1MB/h, 500MB/min or 20kB/s", s)
	}
	return Rate(float64(n) / hours), nil
}

// String prints the rate per hour.
func (r Rate) String() string { return FormatRate(float64(r)) }

// Set reads a flag's value.
func (r *Rate) Set(v string) (err error) { *r, err = ParseRate(v); return err }

// Type names the flag's value in help texts.
func (r *Rate) Type() string { return "rate" }

// Duration is a time span. People write it as 90s, 1.5h, 24h, 7d or 2w.
type Duration time.Duration

// ParseDuration reads a time span as people write it.
func ParseDuration(s string) (Duration, error) {
	d, err := str2duration.ParseDuration(strings.TrimSpace(s))
	if err != nil {
		return 0, fmt.Errorf("duration %q: write it like 90s, 15m, 24h or 7d", s)
	}
	return Duration(d), nil
}

// D returns the standard library's duration.
func (d Duration) D() time.Duration { return time.Duration(d) }

// String prints the largest units first and leaves zeros out: "7d", "1h30m".
func (d Duration) String() string {
	if d == 0 {
		return "0s"
	}
	if d < Duration(time.Second) && d > -Duration(time.Second) {
		return time.Duration(d).String()
	}
	return str2duration.String(time.Duration(d))
}

// RoundDuration rounds a time span to what a reader needs: to hours from two
// days on, to minutes from an hour on, to seconds from a second on.
func RoundDuration(d time.Duration) Duration {
	switch {
	case d >= 48*time.Hour:
		d = d.Round(time.Hour)
	case d >= time.Hour:
		d = d.Round(time.Minute)
	case d >= time.Second:
		d = d.Round(time.Second)
	default:
		d = d.Round(time.Millisecond)
	}
	return Duration(d)
}

// Set reads a flag's value.
func (d *Duration) Set(v string) (err error) { *d, err = ParseDuration(v); return err }

// Type names the flag's value in help texts.
func (d *Duration) Type() string { return "duration" }

// UnmarshalText reads a time span.
func (d *Duration) UnmarshalText(b []byte) error { return d.Set(string(b)) }

// MarshalText writes the span so that ParseDuration reads back the same.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
