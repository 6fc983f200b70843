package record

import (
	"database/sql"
	"encoding/binary"
	"iter"
	"slices"
	"time"

	"leakcheck/soak"
)

// decoder reads rows of samples.
type decoder struct {
	frames    map[int64]*frame
	targets   map[int64]string
	processes map[int64]soak.Process
}

// sample reads the present row of id, target, at, body and processes.
func (d *decoder) sample(rows *sql.Rows, id *int64) (soak.Sample, error) {
	var target, at int64
	var body, processes sql.RawBytes
	if err := rows.Scan(id, &target, &at, &body, &processes); err != nil {
		return soak.Sample{}, err
	}
	name, ok := d.targets[target]
	if !ok {
		return soak.Sample{}, errFrame
	}
	f := d.frames[target]
	if f == nil {
		f = &frame{}
		d.frames[target] = f
	}
	if err := f.read(body); err != nil {
		return soak.Sample{}, err
	}
	s := f.sample(name, at)
	var err error
	s.Processes, err = d.processList(processes)
	return s, err
}

func (d *decoder) processList(b []byte) ([]soak.Process, error) {
	if b == nil {
		return nil, nil
	}
	count, n := binary.Uvarint(b)
	if n <= 0 || count > uint64(len(b)) {
		return nil, errFrame
	}
	list := make([]soak.Process, 0, count)
	for b = b[n:]; count > 0; count-- {
		id, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errFrame
		}
		rss, m := binary.Varint(b[n:])
		p, ok := d.processes[int64(id)]
		if m <= 0 || !ok {
			return nil, errFrame
		}
		p.RSS, b = rss, b[n+m:]
		list = append(list, p)
	}
	return list, nil
}

// Samples returns one target's samples, or those of all targets for "", in
// the order in which they were recorded. After an error there are no more.
func (r *Record) Samples(target string) iter.Seq2[soak.Sample, error] {
	return func(yield func(soak.Sample, error) bool) {
		s := scan{r: r, target: target, yield: yield}
		if err := s.run(); err != nil {
			yield(soak.Sample{}, err)
		}
	}
}

// Targets describes the targets, each as it was last seen, in the order in
// which they were first seen.
func (r *Record) Targets() ([]soak.TargetInfo, error) {
	rows, err := r.read.Query("SELECT body FROM info ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	targets := []soak.TargetInfo{}
	for rows.Next() {
		var t soak.TargetInfo
		if err := rows.Scan(jsonValue{&t}); err != nil {
			return nil, err
		}
		i := slices.IndexFunc(targets, func(x soak.TargetInfo) bool { return x.Name == t.Name })
		if i < 0 {
			targets = append(targets, t)
		} else {
			targets[i] = t
		}
	}
	return targets, rows.Err()
}

// Last is when something was last recorded; zero for an empty record.
func (r *Record) Last() time.Time {
	var ns int64
	// An event may be dated back; the last rows are enough.
	err := r.read.QueryRow(`SELECT max(ifnull((SELECT at FROM sample ORDER BY id DESC LIMIT 1), 0),
		ifnull((SELECT max(at) FROM (SELECT at FROM event ORDER BY id DESC LIMIT 10)), 0),
		ifnull((SELECT at FROM load ORDER BY id DESC LIMIT 1), 0))`).Scan(&ns)
	if err != nil {
		return time.Time{}
	}
	return moment(ns)
}

func loadTargets(db querier) (map[int64]string, error) {
	rows, err := db.Query("SELECT id, name FROM target")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := map[int64]string{}
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, err
		}
		names[id] = name
	}
	return names, rows.Err()
}

func loadProcesses(db querier) (map[int64]soak.Process, error) {
	rows, err := db.Query("SELECT id, pid, started, command FROM process")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[int64]soak.Process{}
	for rows.Next() {
		var id int64
		var p soak.Process
		if err := rows.Scan(&id, &p.PID, instant{&p.Started}, &p.Command); err != nil {
			return nil, err
		}
		all[id] = p
	}
	return all, rows.Err()
}
