package demonode

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// logger writes the lines of the documents, each in one piece.
type logger struct {
	mu           sync.Mutex
	w            io.Writer
	plain, later bool
}

func (l *logger) line(emoji, format string, args ...any) {
	text := fmt.Sprintf(format, args...) + "\n"
	if emoji != "" && !l.plain {
		text = emoji + " " + text
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = io.WriteString(l.w, text) // a log that cannot be written must not stop the node
}

func (l *logger) started(node, relay string) {
	l.line("📡", "GUN helper initialized (relay %s)", relay)
	l.line("✅", "Server initialized")
	l.line("🚀", "Server listening on %s", node)
}

func (l *logger) retried(retries, status int) {
	l.line("❌", "Error in getRecord after %d retries: Request failed with status code %d", retries, status)
}

func (l *logger) hitRate(hits, lookups int64, cached int) {
	l.line("📊", "[GUN 404 Cache] %d/%d hits (%.1f%% cache hit rate, %d cached souls)",
		hits, lookups, 100*float64(hits)/float64(lookups), cached)
}

func (l *logger) swept(expired, remain int) {
	if l.later {
		l.line("🧹", "[GUN Cache] Cleaned %d expired entries (404: %d, Del: 0)", expired, remain)
		return
	}
	l.line("🧹", "[GUN 404 Cache] Cleaned %d expired entries, %d remain", expired, remain)
}

// heapCap is the heap limit that the monitor's percentage refers to.
const heapCap = 4096 << 20

func (l *logger) memory(heapUsed, heapTotal, rss, external int64) {
	l.line("", "[Memory Monitor] Heap: %dMB / %dMB (%.2f%%), RSS: %dMB, External: %dMB",
		heapUsed>>20, heapTotal>>20, 100*float64(heapUsed)/heapCap, rss>>20, external>>20)
}

func (l *logger) leak(current, growth int64, over time.Duration) {
	perMinute := float64(growth>>20) / over.Minutes()
	left := (32*1024 - float64(current>>20)) / perMinute
	l.line("🚨", "[Memory Leak Tracker] EXTERNAL MEMORY LEAK DETECTED\n   Current: %dMB\n   Growth: +%dMB in last %.1f minutes\n"+
		"   Rate: %.1f MB/min\n   Time to crash (if 32GB heap): %.0f minutes",
		current>>20, growth>>20, over.Minutes(), perMinute, left)
}

func (l *logger) heapFailure(used int64) {
	l.line("", "<--- Last few GCs --->\n[1:0x5f0c] Mark-sweep (reduce) %.1f (%.1f) MB, allocation failure; scavenge might not succeed\n"+
		"FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", float64(used)/(1<<20), float64(used)/(1<<20))
}
