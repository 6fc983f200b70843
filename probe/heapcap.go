package probe

import (
	"math"
	"strconv"
	"strings"

	"leakcheck/soak"
)

// prepare finds out how a container can be read before its first sample, and
// the heap limit on the command lines inside. What cannot be seen is left out.
func (c *Container) prepare() {
	f := c.seen()
	if !f.Running {
		return
	}
	c.sampling.Lock()
	defer c.sampling.Unlock()
	c.bind(f)
	if c.sampler.group == nil {
		return
	}
	var all []soak.Process
	for _, pid := range c.sampler.group.pids() {
		if p, ok := c.e.host.process(pid); ok {
			all = append(all, p)
		}
	}
	c.findHeapCap(all)
}

// findHeapCap looks for the heap limit, and what is to be filled, of the
// process that holds most. Those inside come and go, so that one that was found
// stands for the whole life.
func (c *Container) findHeapCap(all []soak.Process) {
	room := c.room(c.seen())
	var limit, filled, most int64 = 0, 0, -1
	for _, p := range all {
		args := c.e.host.options(p.PID)
		if bound, full := heapCap(args, room), fills(args, room); (bound > 0 || full > 0) && p.RSS > most {
			most, limit, filled = p.RSS, bound, full
		}
	}
	c.mu.Lock()
	c.heapCap, c.fills = take(c.heapCap, limit), take(c.fills, filled)
	c.mu.Unlock()
}

// room is the memory that a container may use.
func (c *Container) room(f facts) int64 {
	if limit := c.limit(f.Limit); limit > 0 {
		return limit
	}
	return c.e.memory
}

// heapCap finds the heap limit on a command line in bytes: V8's
// --max-old-space-size (MiB), the JVM's -Xmx, -XX:MaxHeapSize and
// -XX:MaxRAMPercentage (of memory). The last one counts; 0 without one.
func heapCap(args []string, memory int64) int64 {
	var limit int64
	words := wordsOf(args)
	for i, w := range words {
		name, value, has := strings.Cut(strings.Trim(w, `"'`), "=")
		switch {
		case strings.ReplaceAll(name, "_", "-") == "--max-old-space-size":
			if !has && i+1 < len(words) {
				value = words[i+1]
			}
			limit = take(limit, scaled(value, 1<<20))
		case strings.HasPrefix(w, "-Xmx"):
			limit = take(limit, javaSize(w[len("-Xmx"):]))
		case name == "-XX:MaxHeapSize":
			limit = take(limit, javaSize(value))
		case name == "-XX:MaxRAMPercentage":
			if share, err := strconv.ParseFloat(value, 64); err == nil && share > 0 && share <= 100 {
				limit = take(limit, int64(share/100*float64(memory)))
			}
		}
	}
	return limit
}

// wordsOf takes arguments apart: sh -c "node --max-old-space-size=512 ...".
func wordsOf(args []string) (words []string) {
	for _, a := range args {
		words = append(words, strings.Fields(a)...)
	}
	return words
}

func take(old, found int64) int64 {
	if found > 0 {
		return found
	}
	return old
}

// javaSize reads a size of the JVM's: 512m, 4G, 65536k, 1073741824.
func javaSize(s string) int64 {
	if s == "" {
		return 0
	}
	units := map[byte]int64{'k': 1 << 10, 'm': 1 << 20, 'g': 1 << 30, 't': 1 << 40}
	if unit, ok := units[s[len(s)-1]|0x20]; ok {
		return scaled(s[:len(s)-1], unit)
	}
	return scaled(s, 1)
}

func scaled(digits string, unit int64) int64 {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64/unit {
		return 0
	}
	return n * unit
}
