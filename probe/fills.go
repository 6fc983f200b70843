package probe

import (
	"slices"
	"strconv"
	"strings"
)

// fills finds how many bytes a command line tells a program to fill whatever it
// does: the JVM's initial heap (-Xms, -XX:InitialHeapSize, or
// -XX:InitialRAMPercentage of memory), which is touched for the first time as
// the program allocates, unless it is touched beforehand; Redis's and Valkey's
// --maxmemory. The last one counts; 0 without one.
func fills(args []string, memory int64) int64 {
	words := wordsOf(args)
	if slices.Contains(words, "-XX:+AlwaysPreTouch") {
		return 0
	}
	var full int64
	for i, w := range words {
		name, value, _ := strings.Cut(strings.Trim(w, `"'`), "=")
		switch {
		case strings.HasPrefix(w, "-Xms"):
			full = take(full, javaSize(w[len("-Xms"):]))
		case name == "-XX:InitialHeapSize":
			full = take(full, javaSize(value))
		case name == "-XX:InitialRAMPercentage":
			if share, err := strconv.ParseFloat(value, 64); err == nil && share > 0 && share <= 100 {
				full = take(full, int64(share/100*float64(memory)))
			}
		case name == "--maxmemory" && i+1 < len(words):
			full = take(full, redisSize(words[i+1]))
		}
	}
	return full
}

// redisSize reads a size of redis.conf: 1gb is 2^30, 1g is 10^9.
func redisSize(s string) int64 {
	s = strings.ToLower(s)
	for _, u := range []struct {
		suffix string
		unit   int64
	}{{"kb", 1 << 10}, {"mb", 1 << 20}, {"gb", 1 << 30}, {"k", 1e3}, {"m", 1e6}, {"g", 1e9}, {"b", 1}} {
		if digits, ok := strings.CutSuffix(s, u.suffix); ok {
			return scaled(digits, u.unit)
		}
	}
	return scaled(s, 1)
}
