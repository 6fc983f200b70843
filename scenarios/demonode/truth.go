package demonode

// Truth is what the stand-in knows of itself: /debug/truth as JSON. Bytes and
// counts are exact.
type Truth struct {
	Elapsed float64 `json:"elapsed_s"`
	// Leaked is all that was kept for good, and LeakedBy the same by record type.
	Leaked   int64            `json:"leaked_bytes"`
	LeakedBy map[string]int64 `json:"leaked_bytes_by"`
	// Requests counts queries by record type, the node's own load included.
	Requests map[string]int64 `json:"requests"`
	Lookups  int64            `json:"lookups"`
	Upstream int64            `json:"upstream_requests"`
	NotFound int64            `json:"not_found"`
	Hits     int64            `json:"cache_hits"`
	Cached   int              `json:"cached_souls"`
	// Anon, File and Shmem are what the curve holds, leaks not included.
	Anon  int64 `json:"curve_anon"`
	File  int64 `json:"curve_file"`
	Shmem int64 `json:"curve_shmem"`
}
