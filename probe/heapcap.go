package probe

import (
	"context"
	"math"
	"strconv"
	"strings"
)

// prepare looks once at what does not change within a life: how memory can be
// read and the heap limit on the command line inside. What cannot be seen is
// left out.
func (c *Container) prepare(ctx context.Context) {
	f := c.seen()
	if !f.Running {
		return
	}
	c.sampling.Lock()
	c.bind(f)
	var pids []int
	if c.sampler.group != nil {
		pids = c.sampler.group.pids()
	}
	c.sampling.Unlock()
	memory := c.limit(f.Limit)
	if memory == 0 {
		memory = c.e.memory
	}
	limit := heapCap(f.command, memory)
	var most int64 = -1
	for _, pid := range pids {
		p, ok := c.e.host.process(pid)
		if found := heapCap(c.e.host.arguments(pid), memory); ok && found > 0 && p.RSS > most {
			most, limit = p.RSS, found
		}
	}
	c.mu.Lock()
	c.heapCap = limit
	c.mu.Unlock()
}

// heapCap finds the heap limit on a command line in bytes: V8's
// --max-old-space-size (MiB), the JVM's -Xmx, -XX:MaxHeapSize and
// -XX:MaxRAMPercentage (of memory). The last one counts; 0 without one.
func heapCap(args []string, memory int64) int64 {
	var limit int64
	var words []string
	for _, a := range args {
		words = append(words, strings.Fields(a)...) // sh -c "node --max-old-space-size=512 ..."
	}
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
