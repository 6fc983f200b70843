package export

import (
	"encoding/json"
	"io"
)

// panel is one picture of the dashboard.
type panel struct {
	title, help, kind, unit string
	width                   int // of 24
	queries                 []query
}

type query struct{ expr, legend string }

// panels are the dashboard, row by row.
var panels = []panel{
	{"Leak", "1 while a leak is proven", "stat", "bool_yes_no", 6, []query{{`max by (target) (leakcheck_leak{answer="yes",target=~"$target"})`, "{{target}}"}}},
	{"Rate of the floor", "", "stat", "decbytes", 6, []query{{`leakcheck_slope_bytes_per_hour{bound="estimate",target=~"$target"}`, "{{target}} per hour"}}},
	{"Time to the wall", "Nothing is shown while no wall is in sight", "stat", "s", 6, []query{{`leakcheck_time_to_wall_seconds{bound="estimate",target=~"$target"}`, "{{target}}, {{wall}}"}}},
	{"Checks", "How many checks have each outcome", "stat", "none", 6, []query{{`sum by (outcome) (leakcheck_check{target=~"$target"})`, "{{outcome}}"}}},
	{"Memory", "Working set, its parts that cannot be reclaimed, and the nearest wall", "timeseries", "decbytes", 24, []query{
		{`leakcheck_memory_bytes{component="working_set",target=~"$target"}`, "{{target}} working set"},
		{`sum by (target) (leakcheck_memory_bytes{component=~"anon|shmem|kernel",target=~"$target"})`, "{{target}} unreclaimable"},
		{`leakcheck_memory_bytes{component="file",target=~"$target"}`, "{{target}} file"},
		{`leakcheck_wall_bytes{target=~"$target"}`, "{{target}} {{wall}}"}}},
	{"Rate of the floor, with its interval", "A leak is proven when the lower bound is above the tolerance", "timeseries", "decbytes", 12, []query{
		{`leakcheck_slope_bytes_per_hour{target=~"$target"}`, "{{target}} {{bound}}"},
		{`leakcheck_tolerance_bytes_per_hour{target=~"$target"}`, "{{target}} tolerance"}}},
	{"Latency", "Over the whole run", "timeseries", "s", 12, []query{{`leakcheck_request_duration_seconds{percentile=~"50|95|99"}`, "{{scenario}} p{{percentile}}"}}},
	{"Cache hit rate", "As the node's own log says", "timeseries", "percent", 8, []query{{`leakcheck_signal_value{signal="cache_hit_rate",value="percent",target=~"$target"}`, "{{target}}"}}},
	{"Cache size", "Entries", "timeseries", "short", 8, []query{{`leakcheck_signal_value{signal="cache_size",value="entries",target=~"$target"}`, "{{target}}"}}},
	{"404s retried", "Log lines per second", "timeseries", "cps", 8, []query{{`rate(leakcheck_signal_hits_total{signal=~"retried_404|retries_exhausted",target=~"$target"}[5m])`, "{{target}} {{signal}}"}}},
	{"Requests and errors", "Sent by leakcheck, per second", "timeseries", "reqps", 12, []query{
		{`sum by (scenario) (rate(leakcheck_requests_total[5m]))`, "{{scenario}}"},
		{`sum by (scenario, kind) (rate(leakcheck_request_errors_total[5m]))`, "{{scenario}} {{kind}}"}}},
	{"What watching costs", "Memory of leakcheck itself", "timeseries", "decbytes", 12, []query{{`leakcheck_observer_resident_bytes`, "leakcheck"}}},
}

// Grafana prints a dashboard that is imported as it is; it asks for the
// Prometheus data source and offers the targets to choose from.
func Grafana(w io.Writer) error {
	source := map[string]any{"type": "prometheus", "uid": "${source}"}
	var out []any
	x, y := 0, 0
	for i, p := range panels {
		height := map[string]int{"stat": 4}[p.kind]
		if height == 0 {
			height = 8
		}
		if x+p.width > 24 {
			x = 0
		}
		var targets []any
		for j, q := range p.queries {
			targets = append(targets, map[string]any{"refId": string(rune('A' + j)), "expr": q.expr, "legendFormat": q.legend, "datasource": source})
		}
		out = append(out, map[string]any{
			"id": i + 1, "type": p.kind, "title": p.title, "description": p.help, "datasource": source, "targets": targets,
			"gridPos":     map[string]int{"x": x, "y": y, "w": p.width, "h": height},
			"fieldConfig": map[string]any{"defaults": map[string]any{"unit": p.unit}, "overrides": []any{}},
		})
		if x += p.width; x >= 24 {
			y += height
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{
		"title": "leakcheck", "uid": "leakcheck", "schemaVersion": 38, "refresh": "15s", "tags": []string{"memory", "leakcheck"},
		"time": map[string]string{"from": "now-24h", "to": "now"}, "timezone": "browser", "panels": out,
		"templating": map[string]any{"list": []any{
			map[string]any{"name": "source", "type": "datasource", "query": "prometheus", "label": "Data source"},
			map[string]any{"name": "target", "type": "query", "datasource": source, "query": "label_values(leakcheck_memory_bytes, target)",
				"multi": true, "includeAll": true, "allValue": ".*", "current": map[string]any{"text": "All", "value": "$__all"}, "refresh": 2},
		}},
	})
}
