package record

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"leakcheck/soak"
)

// querier is a database or a transaction.
type querier interface {
	Query(query string, args ...any) (*sql.Rows, error)
	QueryRow(query string, args ...any) *sql.Row
}

// stream is one table's rows in order of their ids.
type stream struct {
	rows    *sql.Rows
	samples bool
	// id is that of the present row, put adds its content to a batch.
	id   int64
	put  func(*soak.Batch)
	scan func(*stream) error
	done bool
}

func (s *stream) advance() error {
	if s.rows.Next() {
		return s.scan(s)
	}
	s.done = true
	return s.rows.Err()
}

// streams opens a stream on each table, at the first row that was not read yet.
func (c *Cursor) streams(db querier) ([]*stream, error) {
	targets, err := loadTargets(db)
	if err != nil {
		return nil, err
	}
	processes, err := loadProcesses(db)
	if err != nil {
		return nil, err
	}
	d := &decoder{frames: c.frames, targets: targets, processes: processes}
	tables := []struct {
		query string
		scan  func(*stream) error
	}{
		{"SELECT id, body FROM info", scanInfo},
		{"SELECT id, target, at, body, processes FROM sample", d.scanSample},
		{"SELECT id, target, at, life, kind, text, exit, duration FROM event", d.scanEvent},
		{"SELECT id, target, at, name, count, run, captures, text FROM signal", d.scanSignal},
		{"SELECT id, target, since, until, lines, bytes, skipped FROM log", d.scanLog},
		{"SELECT id, at, duration, scenario, phase, due, requests, errors, bytes, latency FROM load", scanLoad},
	}
	var all []*stream
	for i, t := range tables {
		rows, err := db.Query(t.query+" WHERE id >= ? ORDER BY id", c.next)
		if err != nil {
			return all, err
		}
		s := &stream{rows: rows, scan: t.scan, samples: i == 1}
		all = append(all, s)
		if err := s.advance(); err != nil {
			return all, err
		}
	}
	return all, nil
}

func scanInfo(s *stream) error {
	var t soak.TargetInfo
	err := s.rows.Scan(&s.id, jsonValue{&t})
	s.put = func(b *soak.Batch) { b.Targets = append(b.Targets, t) }
	return err
}

func (d *decoder) scanSample(s *stream) error {
	x, err := d.sample(s.rows, &s.id)
	s.put = func(b *soak.Batch) { b.Samples = append(b.Samples, x) }
	return err
}

func (d *decoder) scanEvent(s *stream) error {
	var e soak.Event
	err := s.rows.Scan(&s.id, name{&e.Target, d.targets}, instant{&e.At}, &e.Life, &e.Kind, &e.Text, jsonValue{&e.Exit}, &e.Duration)
	s.put = func(b *soak.Batch) { b.Events = append(b.Events, e) }
	return err
}

func (d *decoder) scanSignal(s *stream) error {
	var x soak.Signal
	var texts map[string]string
	err := s.rows.Scan(&s.id, name{&x.Target, d.targets}, instant{&x.At}, &x.Name, &x.Count, &x.Run, jsonValue{&texts}, &x.Text)
	if texts != nil {
		x.Values = make(map[string]float64, len(texts))
	}
	for k, t := range texts {
		if x.Values[k], err = strconv.ParseFloat(t, 64); err != nil {
			return err
		}
	}
	s.put = func(b *soak.Batch) { b.Signals = append(b.Signals, x) }
	return err
}

func (d *decoder) scanLog(s *stream) error {
	var l soak.LogSpan
	err := s.rows.Scan(&s.id, name{&l.Target, d.targets}, instant{&l.From}, instant{&l.To}, &l.Lines, &l.Bytes, &l.Skipped)
	s.put = func(b *soak.Batch) { b.Logs = append(b.Logs, l) }
	return err
}

func scanLoad(s *stream) error {
	var l soak.LoadInterval
	err := s.rows.Scan(&s.id, instant{&l.At}, &l.Duration, &l.Scenario, &l.Phase, &l.Due, &l.Requests, jsonValue{&l.Errors}, &l.Bytes, &l.Latency)
	s.put = func(b *soak.Batch) { b.Load = append(b.Load, l) }
	return err
}

// instant scans a stored time.
type instant struct{ t *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(v any) error {
	ns, ok := v.(int64)
	if !ok {
		return errFrame
	}
	*i.t = moment(ns)
	return nil
}

// name scans a target's number as its name.
type name struct {
	to    *string
	names map[int64]string
}

// Scan implements sql.Scanner.
func (n name) Scan(v any) error {
	id, _ := v.(int64)
	t, ok := n.names[id]
	if !ok {
		return errFrame
	}
	*n.to = t
	return nil
}

// jsonValue scans JSON text; NULL leaves the value as it is.
type jsonValue struct{ v any }

// Scan implements sql.Scanner.
func (j jsonValue) Scan(v any) error {
	if v == nil {
		return nil
	}
	text, ok := v.(string)
	if !ok {
		return errFrame
	}
	if err := json.Unmarshal([]byte(text), j.v); err != nil {
		return fmt.Errorf("%w: %w", errFrame, err)
	}
	return nil
}
