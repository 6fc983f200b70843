//go:build !linux

package demonode

import "runtime"

// residentBytes is what the runtime got from the system.
func residentBytes() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
