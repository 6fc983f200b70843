package record

import (
	"context"
	"database/sql"
	"iter"

	"leakcheck/soak"
)

// reader reads all samples of a record in order of their ids: the blocks and
// then the rows that are not packed yet.
type reader struct {
	db     querier
	names  names
	wanted string // a target, "" for all
	// from is the first id that is wanted.
	from int64
	// skip, if set, is told of damage and lets the reader go on behind it.
	skip func(error)
}

// each yields samples with their ids until yield returns false.
func (r *reader) each(yield func(int64, soak.Sample) bool) error {
	more := true
	counted := func(id int64, s soak.Sample) bool { more = yield(id, s); return more }
	err := r.blocks("SELECT id, body FROM block WHERE id >= ? AND last >= ? ORDER BY id", func(id int64, body []byte) error {
		return r.block(id, body, counted)
	}, &more)
	if err != nil || !more {
		return err
	}
	d := newDecoder(r.names)
	_, err = r.rows("SELECT id, body FROM sample WHERE id >= ? AND ? >= 0 ORDER BY id", 0, func(id int64, body []byte) error {
		return r.row(d, id, body, counted)
	}, &more)
	if err != nil && r.skip != nil { // what stands behind builds on what is lost
		r.skip(err)
		return nil
	}
	return err
}

// blocks reads the table of blocks. When damage may be skipped it goes on behind
// it, trying further and further ahead until the ids must have ended.
func (r *reader) blocks(query string, row func(int64, []byte) error, more *bool) error {
	const end = 1 << 62
	for start, step := int64(0), int64(1); start < end; {
		last, err := r.rows(query, start, row, more)
		if err == nil || r.skip == nil {
			return err
		}
		r.skip(err)
		if last >= start {
			start, step = last, 1
		}
		start, step = start+step, 2*step
	}
	return nil
}

// rows reads a table's rows from an id on and returns the last it saw. A damaged
// index can lead to rows before that; they were read, or are not to be trusted.
func (r *reader) rows(query string, start int64, row func(int64, []byte) error, more *bool) (last int64, err error) {
	last = -1
	rows, err := r.db.Query(query, start, r.from)
	if err != nil {
		return last, err
	}
	defer rows.Close()
	for *more && rows.Next() {
		var body sql.RawBytes
		var id int64
		if err := rows.Scan(&id, &body); err != nil {
			return last, err
		}
		if id < start || id <= last {
			return last, errDamaged
		}
		last = id
		b, err := unseal(body)
		if err == nil {
			err = row(last, b)
		}
		if err != nil {
			return last, err
		}
	}
	if !*more {
		return last, nil
	}
	return last, rows.Err()
}

func (r *reader) block(id int64, body []byte, yield func(int64, soak.Sample) bool) error {
	d, in := newDecoder(r.names), &input{b: body}
	for len(in.b) > 0 {
		id += int64(in.uvarint())
		s, ok, err := d.sample(in, r.wanted)
		if err != nil {
			return err
		}
		if ok && id >= r.from && !yield(id, s) {
			return nil
		}
	}
	return nil
}

func (r *reader) row(d *decoder, id int64, body []byte, yield func(int64, soak.Sample) bool) error {
	s, ok, err := d.sample(&input{b: body}, r.wanted)
	if ok && id >= r.from {
		yield(id, s)
	}
	return err
}

// Samples returns one target's samples, or those of all targets for "", in
// the order in which they were recorded. After an error there are no more.
func (r *Record) Samples(target string) iter.Seq2[soak.Sample, error] {
	return func(yield func(soak.Sample, error) bool) {
		tx, err := r.read.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
		if err == nil {
			defer tx.Rollback()
			err = r.samples(tx, target, yield)
		}
		if err != nil {
			yield(soak.Sample{}, err)
		}
	}
}

func (r *Record) samples(db querier, target string, yield func(soak.Sample, error) bool) error {
	if r.lenient {
		return salvage(db, r.path, target, yield)
	}
	n, err := loadNames(db)
	if err == nil {
		in := reader{db: db, names: n, wanted: target}
		err = in.each(func(_ int64, s soak.Sample) bool { return yield(s, nil) })
	}
	if damaged(err) {
		return assess(r.path, err)
	}
	return err
}

func loadNames(db querier) (n names, err error) {
	if n.targets, err = loadTargets(db); err == nil {
		n.processes, err = loadProcesses(db)
	}
	return n, err
}

func loadTargets(db querier) (map[int64]string, error) {
	all := map[int64]string{}
	var id int64
	var name string
	err := each(db, "SELECT id, name FROM target", func() { all[id] = name }, &id, &name)
	return all, err
}

func loadProcesses(db querier) (map[int64]soak.Process, error) {
	all := map[int64]soak.Process{}
	var id int64
	var p soak.Process
	err := each(db, "SELECT id, pid, started, command FROM process", func() { all[id] = p }, &id, &p.PID, instant{&p.Started}, &p.Command)
	return all, err
}
