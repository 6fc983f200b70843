package curvefile

import (
	"slices"
	"strings"

	"leakcheck/soak"
)

// column is what a column of a CSV file, or a key of a JSON line, means.
type column struct {
	name string // as the file has it
	kind kind
	// metric is set for sizes and counts, unit (in nanoseconds) for times.
	metric soak.Metric
	unit   int64
	scale  float64 // bytes of 1 in a size column; 0 where the name has no unit
}

type kind uint8

const (
	ignored kind = iota
	timeColumn
	sizeColumn  // bytes, with a unit or without
	countColumn // a plain number
	targetColumn
	lifeColumn
	dockerUsage // "1.2MiB / 7.6GiB"
	dockerName
	dockerID
	dockerPIDs
)

// timeNames are the names of time columns. The first of them that a file has
// counts.
var timeNames = []string{"unix_ms", "unix", "timestamp", "time", "t_seconds", "t"}

// timeUnits are their units in nanoseconds, where the name tells.
var timeUnits = map[string]int64{"unix_ms": 1e6, "unix": 1e9, "t_seconds": 1e9, "t": 1e9}

// aliases are other names of metrics, from docker stats, cgroup files and
// cAdvisor.
var aliases = map[string]soak.Metric{
	"bytes": soak.Usage, "memory": soak.Usage, "mem": soak.Usage, "rss": soak.Anon,
	"container_memory_usage": soak.Usage, "container_memory_working_set": soak.WorkingSet, "container_memory_rss": soak.Anon,
	"total_rss": soak.Anon, "total_cache": soak.File, "total_inactive_file": soak.InactiveFile, "total_shmem": soak.Shmem,
}

// counts are the metrics that are no sizes.
var counts = []soak.Metric{soak.CPU, soak.PIDs, soak.FDs, soak.Sockets, soak.Requests, soak.Restarts, soak.OOMKills}

// sizeUnits are the ends of names that give a size its unit, as in memory_mb;
// as everywhere, MB are millions and MiB are not.
var sizeUnits = map[string]float64{"_bytes": 1, "_kb": 1e3, "_mb": 1e6, "_gb": 1e9, "_kib": 1 << 10, "_mib": 1 << 20, "_gib": 1 << 30}

// metricOf says what a name means that may end in a unit, and that unit's bytes.
func metricOf(key string) (m soak.Metric, scale float64, known bool) {
	for end, n := range sizeUnits {
		if before, ok := strings.CutSuffix(key, end); ok {
			key, scale = before, n
			break
		}
	}
	m, known = soak.ParseMetric(key)
	if alias, ok := aliases[key]; ok {
		m, known = alias, true
	}
	return m, scale, known && (scale == 0 || !slices.Contains(counts, m))
}

// bracketed are a time's units as spreadsheets write them, as in "Time (s)".
var bracketed = map[string]int64{"s": 1e9, "sec": 1e9, "seconds": 1e9, "ms": 1e6, "milliseconds": 1e6}

// keyOf is a name in the form in which names are known, and what stands in
// brackets at its end. Case does not matter, nor whether words are joined by
// spaces, dashes or underscores.
func keyOf(name string) (key, unit string) {
	key = strings.ToLower(strings.TrimSpace(name))
	if end := len(key) - 1; end > 0 && (key[end] == ')' || key[end] == ']') {
		if i := strings.LastIndexAny(key[:end], "(["); i > 0 {
			key, unit = strings.TrimRight(key[:i], " _-"), strings.TrimSpace(key[i+1:end])
		}
	}
	return strings.NewReplacer(" ", "_", "-", "_").Replace(key), unit
}

// columnOf says what a name means.
func columnOf(name string) column {
	key, unit := keyOf(name)
	c := column{name: name}
	if n, ok := bracketed[unit]; ok && slices.Contains(timeNames, key) {
		c.kind, c.unit = timeColumn, n
		return c
	}
	if unit != "" {
		key += "_" + unit
	}
	metric, scale, known := metricOf(key)
	switch {
	case slices.Contains(timeNames, key):
		c.kind, c.unit = timeColumn, timeUnits[key]
	case key == "target":
		c.kind = targetColumn
	case key == "life":
		c.kind = lifeColumn
	case known && slices.Contains(counts, metric):
		c.kind, c.metric = countColumn, metric
	case known:
		c.kind, c.metric, c.scale = sizeColumn, metric, scale
	}
	return c
}

const namesToUse = "name a time (t, unix, unix_ms or an RFC 3339 time) and a memory (bytes, or usage, working_set, anon, file and so on)"

// columnsOf reads a CSV header.
func columnsOf(cells []string, timed bool) ([]column, error) {
	all := make([]column, len(cells))
	for i, cell := range cells {
		all[i] = columnOf(cell)
	}
	if err := oneOfEach(all); err != nil {
		return nil, err
	}
	oneTime(all)
	has := func(k kind) bool { return slices.ContainsFunc(all, func(c column) bool { return c.kind == k }) }
	switch {
	case !has(sizeColumn) && !has(timeColumn):
		return nil, badf("let the first line "+namesToUse, "no known column in the header %s", quoted(strings.Join(cells, ",")))
	case !has(sizeColumn):
		return nil, badf(namesToUse, "no memory column in the header %s", quoted(strings.Join(cells, ",")))
	case !has(timeColumn) && !timed:
		return nil, badf("name one of t, t_seconds, time, timestamp, unix, unix_ms, or give --interval", "no time column in the header %s", quoted(strings.Join(cells, ",")))
	}
	return all, nil
}

// oneOfEach refuses two columns of one meaning.
func oneOfEach(all []column) error {
	for i, c := range all {
		for _, d := range all[:i] {
			if c.kind != ignored && c.kind != timeColumn && c.kind == d.kind && c.metric == d.metric {
				return badf("keep one of them", "the columns %s and %s mean the same", quoted(d.name), quoted(c.name))
			}
		}
	}
	return nil
}

// oneTime keeps the most exact of several time columns.
func oneTime(all []column) {
	best, rank := -1, len(timeNames)
	for i, c := range all {
		if c.kind != timeColumn {
			continue
		}
		key, _ := keyOf(c.name)
		if r := slices.Index(timeNames, key); r >= 0 && r < rank {
			best, rank = i, r
		}
	}
	for i := range all {
		if all[i].kind == timeColumn && best >= 0 && i != best {
			all[i].kind = ignored
		}
	}
}

// set reads one value into a row. An empty one is absent.
func (c *column) set(r *row, value []byte) error {
	if len(value) == 0 {
		return nil
	}
	switch c.kind {
	case timeColumn:
		at, err := parseTime(value, c.unit)
		r.At, r.hasTime = at, true
		return err
	case sizeColumn:
		n, ok, err := parseSize(value, c.scale, c.metric == soak.Limit)
		if ok {
			r.Set(c.metric, n)
		}
		return err
	case countColumn:
		n, err := parseCount(value)
		r.Set(c.metric, n)
		return err
	case lifeColumn:
		n, err := parseCount(value)
		r.Life, r.hasLife = int(n), true
		return err
	}
	return nil
}
