package record

import (
	"iter"
	"strconv"
	"strings"

	"leakcheck/soak"
)

// stream is what one table holds, in order of ids.
type stream struct {
	samples bool
	// id is that of the present row, put adds its content to a batch.
	id    int64
	put   func(*soak.Batch)
	done  bool
	next  func(*stream) error
	close func()
}

// table is how one part of a batch is read.
type table struct {
	query string
	// row returns where to scan a row's columns after its id, and what to do
	// with a row that was scanned.
	row func() (to []any, put func(*soak.Batch))
}

func tables(n names) []table {
	return []table{
		{"SELECT id, body FROM info", infoRow},
		{"SELECT id, target, at, life, kind, text, exit, duration FROM event", n.eventRow},
		{"SELECT id, target, at, name, count, run, captures, text FROM signal", n.signalRow},
		{"SELECT id, target, since, until, lines, bytes, skipped FROM log", n.logRow},
		{"SELECT id, at, duration, scenario, phase, due, requests, errors, bytes, latency FROM load", loadRow},
	}
}

// streams opens a stream on each table, at the first row that was not read yet.
func (c *Cursor) streams(db querier) ([]*stream, error) {
	n, err := loadNames(db)
	if err != nil {
		return nil, err
	}
	all := []*stream{c.sampleStream(db, n)}
	for _, t := range tables(n) {
		s, err := t.stream(db, c.next)
		if err != nil {
			return all, err
		}
		all = append(all, s)
	}
	for _, s := range all {
		if err := s.next(s); err != nil {
			return all, err
		}
	}
	return all, nil
}

// sampleStream turns the reader's loop into steps.
func (c *Cursor) sampleStream(db querier, n names) *stream {
	var failed error
	in := reader{db: db, names: n, from: c.next}
	next, stop := iter.Pull2(func(yield func(int64, soak.Sample) bool) { failed = in.each(yield) })
	var x soak.Sample
	put := func(b *soak.Batch) { b.Samples = append(b.Samples, x) }
	return &stream{samples: true, put: put, close: stop, next: func(s *stream) error {
		var ok bool
		s.id, x, ok = next()
		s.done = !ok
		return failed
	}}
}

// stream reads a table from an id on.
func (t table) stream(db querier, from int64) (*stream, error) {
	rows, err := db.Query(t.query+" WHERE id >= ? ORDER BY id", from)
	if err != nil {
		return nil, err
	}
	return &stream{close: func() { rows.Close() }, next: func(s *stream) error {
		if !rows.Next() {
			s.done = true
			return rows.Err()
		}
		var to []any
		to, s.put = t.row()
		return rows.Scan(append([]any{&s.id}, to...)...)
	}}, nil
}

func infoRow() ([]any, func(*soak.Batch)) {
	t := &soak.TargetInfo{}
	return []any{jsonValue{t}}, func(b *soak.Batch) { b.Targets = append(b.Targets, *t) }
}

func (n names) eventRow() ([]any, func(*soak.Batch)) {
	e := &soak.Event{}
	return []any{name{&e.Target, n.targets}, instant{&e.At}, &e.Life, &e.Kind, &e.Text, jsonValue{&e.Exit}, &e.Duration},
		func(b *soak.Batch) { b.Events = append(b.Events, *e) }
}

func (n names) signalRow() ([]any, func(*soak.Batch)) {
	x := &soak.Signal{}
	return []any{name{&x.Target, n.targets}, instant{&x.At}, &x.Name, &x.Count, &x.Run, numbers{x}, &x.Text},
		func(b *soak.Batch) { b.Signals = append(b.Signals, *x) }
}

func (n names) logRow() ([]any, func(*soak.Batch)) {
	l := &soak.LogSpan{}
	return []any{name{&l.Target, n.targets}, instant{&l.From}, instant{&l.To}, &l.Lines, &l.Bytes, &l.Skipped},
		func(b *soak.Batch) { b.Logs = append(b.Logs, *l) }
}

func loadRow() ([]any, func(*soak.Batch)) {
	l := &soak.LoadInterval{}
	return []any{instant{&l.At}, &l.Duration, &l.Scenario, &l.Phase, &l.Due, &l.Requests, jsonValue{&l.Errors}, &l.Bytes, &l.Latency},
		func(b *soak.Batch) { b.Load = append(b.Load, *l) }
}

// numbers scans a signal's captures, which are stored as text.
type numbers struct{ to *soak.Signal }

// Scan implements sql.Scanner.
func (n numbers) Scan(v any) error {
	var texts map[string]string
	if err := (jsonValue{&texts}).Scan(v); err != nil || texts == nil {
		return err
	}
	n.to.Values = make(map[string]float64, len(texts))
	for key, t := range texts {
		x, err := strconv.ParseFloat(t, 64)
		if err != nil {
			return errDamaged
		}
		name, part, _ := strings.Cut(key, ".")
		if !n.spread(name, part, x) {
			n.to.Values[key] = x
		}
	}
	return nil
}

// spread puts one number of a value's spread in its place, if it is one.
func (n numbers) spread(name, part string, x float64) bool {
	s := n.to.Spread[name]
	switch part {
	case "min":
		s.Min = x
	case "max":
		s.Max = x
	case "sum":
		s.Sum = x
	case "n":
		s.N = int(x)
	default:
		return false
	}
	if n.to.Spread == nil {
		n.to.Spread = map[string]soak.Spread{}
	}
	n.to.Spread[name] = s
	return true
}
