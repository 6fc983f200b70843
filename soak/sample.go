package soak

import "time"

// Sample is all that was measured of one target at one instant.
type Sample struct {
	Target string
	// Life counts the target's lives from 1; curves are never joined across lives.
	Life int
	// Started is when the target's main process started; a change begins a new
	// life. Zero when unknown.
	Started time.Time
	// At is the wall-clock time of the sample, advanced monotonically from the
	// run's start so that a clock that jumps cannot bend a curve.
	At time.Time
	// Late is how long after its due time the sample was taken.
	Late time.Duration
	Values
	// Processes lists the processes inside, where they were looked at; nil
	// when this sample did not look.
	Processes []Process
}

// Process is one process inside a target.
type Process struct {
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Command string    `json:"command"`
	// RSS is the resident set in bytes.
	RSS int64 `json:"rss"`
}

// TargetInfo describes a target once, when the run starts or the target is
// re-created.
type TargetInfo struct {
	// Name is how the user knows the target; it is followed by this name.
	Name string `json:"name"`
	// Kind is "container", "process" or "file".
	Kind string `json:"kind"`
	// ID is the container's ID or the process's pid.
	ID    string `json:"id,omitempty"`
	Image string `json:"image,omitempty"`
	// Profile is the name of the profile the target is judged by.
	Profile string `json:"profile,omitempty"`
	// URL is where load goes; empty when the target gets none.
	URL     string            `json:"url,omitempty"`
	Started time.Time         `json:"started"`
	Labels  map[string]string `json:"labels,omitempty"`
	// Limit is the container's memory limit in bytes, 0 without one.
	Limit int64 `json:"limit,omitempty"`
	// HostMemory is the memory of the target's host in bytes, 0 when unknown.
	HostMemory int64 `json:"host_memory,omitempty"`
	// Source says how memory is read: "cgroup v1", "cgroup v2", "engine API", "procfs".
	Source string `json:"source,omitempty"`
	// Health is the engine's word on its health check when the target was
	// described: "healthy", "unhealthy", "starting", or empty without a check.
	Health string `json:"health,omitempty"`
	// HeapCap is a heap limit found on the command line inside, in bytes, 0 without one.
	HeapCap int64 `json:"heap_cap,omitempty"`
	// Fills is how many bytes the program was told, on its command line, to fill
	// whatever it does: a JVM's initial heap, Redis's maxmemory. 0 without one.
	Fills int64 `json:"fills,omitempty"`
	// Flags are those by which the user said how the target is judged and where
	// it answers, such as "--profile shop.yaml": a suggested command repeats them.
	Flags string `json:"flags,omitempty"`
	// DockerHost is the engine that the user named by --docker-host, and Command
	// the command line that leakcheck started, as a shell takes it and without
	// secrets: suggested commands repeat them too.
	DockerHost string `json:"docker_host,omitempty"`
	Command    string `json:"command,omitempty"`
}
