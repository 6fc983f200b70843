package record

import (
	"encoding/binary"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"

	"leakcheck/soak"
)

const (
	insertMeta    = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
	insertTarget  = "INSERT INTO target (id, name) VALUES (?, ?)"
	insertProcess = "INSERT INTO process (id, pid, started, command) VALUES (?, ?, ?, ?)"
	insertInfo    = "INSERT INTO info (id, body) VALUES (?, ?)"
	insertSample  = "INSERT INTO sample (id, at, body) VALUES (?, ?, ?)"
	insertEvent   = "INSERT INTO event (id, target, at, life, kind, text, exit, duration) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	insertSignal  = "INSERT INTO signal (id, target, at, name, count, run, captures, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	insertLog     = "INSERT INTO log (id, target, since, until, lines, bytes, skipped) VALUES (?, ?, ?, ?, ?, ?, ?)"
	insertLoad    = "INSERT INTO load (id, at, duration, scenario, phase, due, requests, errors, bytes, latency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

const lastIDs = `SELECT max(
	ifnull((SELECT max(id) FROM info), 0), ifnull((SELECT last FROM block ORDER BY id DESC LIMIT 1), 0), ifnull((SELECT max(id) FROM sample), 0),
	ifnull((SELECT max(id) FROM event), 0), ifnull((SELECT max(id) FROM signal), 0), ifnull((SELECT max(id) FROM log), 0),
	ifnull((SELECT max(id) FROM load), 0)), ifnull((SELECT max(id) FROM process), 0)`

var inserts = []string{insertMeta, insertTarget, insertProcess, insertInfo, insertSample, insertEvent, insertSignal, insertLog, insertLoad}

// state is what the next rows depend on.
type state struct {
	next      int64 // the next row's id
	targets   map[string]int64
	frames    map[int64]*frame
	loose     int                            // samples that are not packed yet
	processes map[int64]map[processKey]int64 // those of each target's last look
	lastProc  int64
}

// processKey is a process without what changes: each is stored once.
type processKey struct {
	pid     int
	started int64
	command string
}

// loadState reads the state from the file. Samples that were not packed are,
// so that the next frames need none before them.
func loadState(db execer) (*state, error) {
	s := &state{targets: map[string]int64{}, frames: map[int64]*frame{}, processes: map[int64]map[processKey]int64{}}
	names, err := loadTargets(db)
	if err != nil {
		return nil, err
	}
	for id, name := range names {
		s.targets[name] = id
	}
	err = db.QueryRow(lastIDs).Scan(&s.next, &s.lastProc)
	if err != nil {
		return nil, err
	}
	return s, pack(db)
}

// insert adds batches within one transaction.
type insert struct {
	*state
	exec func(query string, args ...any) error
	err  error
}

// add inserts a row unless one before it failed.
func (in *insert) add(query string, args ...any) {
	if in.err == nil {
		in.err = in.exec(query, args...)
	}
}

// id numbers the next row.
func (in *insert) id() int64 { in.next++; return in.next - 1 }

func (in *insert) batch(b *soak.Batch) error {
	in.next = (in.next/idsPerBatch + 1) * idsPerBatch
	for _, t := range withoutPasswords(b.Targets) {
		in.add(insertInfo, in.id(), in.json(t))
	}
	for i := range b.Samples {
		in.sample(&b.Samples[i])
	}
	for _, e := range b.Events {
		in.add(insertEvent, in.id(), in.target(e.Target), nanos(e.At), e.Life, string(e.Kind), e.Text, in.json(e.Exit), int64(e.Duration))
	}
	for _, s := range b.Signals {
		in.add(insertSignal, in.id(), in.target(s.Target), nanos(s.At), s.Name, s.Count, s.Run, in.json(captures(s.Values, s.Spread)), s.Text)
	}
	for _, l := range b.Logs {
		in.add(insertLog, in.id(), in.target(l.Target), nanos(l.From), nanos(l.To), l.Lines, l.Bytes, l.Skipped)
	}
	for _, l := range b.Load {
		in.add(insertLoad, in.id(), nanos(l.At), int64(l.Duration), l.Scenario, l.Phase, l.Due, l.Requests, in.json(l.Errors), l.Bytes, l.Latency)
	}
	if b.Observer != nil {
		in.add(insertMeta, "observer", in.json(b.Observer))
	}
	return in.err
}

func (in *insert) sample(s *soak.Sample) {
	t := in.target(s.Target)
	f := in.frames[t]
	if f == nil {
		f = &frame{}
		in.frames[t] = f
	}
	body := f.appendTo(binary.AppendUvarint(nil, uint64(t)), s)
	in.add(insertSample, in.id(), nanos(s.At), seal(in.processList(body, t, s.Processes)))
	in.loose++
}

// processList appends a list of processes to a frame, as decoder.processList
// reads it. What does not change about a process is stored once.
func (in *insert) processList(b []byte, target int64, list []soak.Process) []byte {
	if list == nil {
		return append(b, 0)
	}
	before, now := in.processes[target], make(map[processKey]int64, len(list))
	b = binary.AppendUvarint(b, uint64(len(list))+1)
	for _, p := range list {
		key := processKey{p.PID, nanos(p.Started), p.Command}
		id, ok := before[key]
		if !ok {
			in.lastProc++
			id = in.lastProc
			in.add(insertProcess, id, key.pid, key.started, key.command)
		}
		now[key] = id
		b = binary.AppendVarint(binary.AppendUvarint(b, uint64(id)), p.RSS)
	}
	in.processes[target] = now
	return b
}

// target numbers a target's name.
func (in *insert) target(name string) int64 {
	id, ok := in.targets[name]
	if !ok {
		id = int64(len(in.targets)) + 1
		in.targets[name] = id
		in.add(insertTarget, id, name)
	}
	return id
}

// json encodes a value; nothing becomes NULL.
func (in *insert) json(v any) any {
	b, err := json.Marshal(v)
	if err != nil && in.err == nil {
		in.err = err
	}
	if string(b) == "null" {
		return nil
	}
	return string(b)
}

// captures writes numbers as text, since JSON has no NaN and no infinity and
// a log may well say "NaN%". A value's spread stands beside it: no name of a
// value holds a point.
func captures(values map[string]float64, spread map[string]soak.Spread) map[string]string {
	if values == nil {
		return nil
	}
	texts := make(map[string]string, len(values))
	put := func(name string, x float64) { texts[name] = strconv.FormatFloat(x, 'g', -1, 64) }
	for name, x := range values {
		put(name, x)
	}
	for name, s := range spread {
		for part, x := range map[string]float64{".min": s.Min, ".max": s.Max, ".sum": s.Sum, ".n": float64(s.N)} {
			put(name+part, x)
		}
	}
	return texts
}

// withoutPasswords blots out the passwords in the targets' URLs.
func withoutPasswords(targets []soak.TargetInfo) []soak.TargetInfo {
	clean := slices.Clone(targets)
	for i := range clean {
		if u, err := url.Parse(clean[i].URL); err == nil && u.User != nil {
			clean[i].URL = u.Redacted()
		}
	}
	return clean
}
