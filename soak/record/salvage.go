package record

import (
	"database/sql"
	"errors"
	"math"

	"leakcheck/soak"
)

// Salvage opens a damaged record to save what can still be read: its Samples
// go on behind the damage, and end with a [DamagedError] that counts them.
func Salvage(path string) (*Record, error) {
	// The pragma makes SQLite open a file that is shorter than it says.
	db, err := readable(path, "writable_schema(1)")
	if err != nil {
		return nil, err
	}
	r := &Record{path: path, read: db, lenient: true}
	r.meta, _ = loadMeta(db) // the samples matter, and may be there without it
	return r, nil
}

// assess counts what is left of a damaged record.
func assess(path string, cause error) error {
	lost := &DamagedError{Path: path, Err: cause}
	r, err := Salvage(path)
	if err != nil {
		return lost
	}
	defer r.Close()
	for _, err := range r.Samples("") {
		if d := (*DamagedError)(nil); errors.As(err, &d) {
			d.Err = cause
			return d
		}
	}
	return lost
}

// scan goes through the table of samples.
type scan struct {
	r       *Record
	target  string
	yield   func(soak.Sample, error) bool
	dec     decoder
	next    int64
	stopped bool
	found   DamagedError // its Err is the first damage
}

func (s *scan) run() error {
	names, err := loadTargets(s.r.read)
	if err != nil {
		return s.r.broken(err)
	}
	// A process list that is lost is no reason to lose the samples.
	processes, err := loadProcesses(s.r.read)
	if err != nil && !s.r.lenient {
		return s.r.broken(err)
	}
	s.dec = decoder{frames: map[int64]*frame{}, targets: names, processes: processes}
	if !s.r.lenient {
		return s.r.broken(s.part(math.MaxInt64))
	}
	return s.around()
}

// around reads on behind each damaged stretch, trying further and further
// ahead until a page can be read again or the ids end.
func (s *scan) around() error {
	const far = 1 << 62
	for step := int64(1); !s.stopped && s.next < far; {
		before := s.found.Samples
		err := s.part(math.MaxInt64)
		if err == nil {
			break
		}
		if s.found.Err == nil {
			s.found.Err = err
		}
		if s.found.Samples > before {
			step = 1
		}
		s.next += step
		step *= 2
	}
	if s.stopped || s.found.Err == nil {
		return nil
	}
	s.found.Path = s.r.path
	return &s.found
}

// part reads rows from next on until an error or the end.
func (s *scan) part(to int64) error {
	query, args := "SELECT id, target, at, body, processes FROM sample WHERE id >= ? AND id < ?", []any{s.next, to}
	if s.target != "" {
		query += " AND target = (SELECT id FROM target WHERE name = ?)"
		args = append(args, s.target)
	}
	rows, err := s.r.read.Query(query+" ORDER BY id", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() && !s.stopped {
		if err := s.row(rows); err != nil {
			return err
		}
	}
	if s.stopped {
		return nil
	}
	return rows.Err()
}

// row hands one sample on. A damaged one is passed over when salvaging: the
// target's next key frame makes the following ones whole again.
func (s *scan) row(rows *sql.Rows) error {
	x, err := s.dec.sample(rows, &s.next)
	s.next++
	if errors.Is(err, errFrame) && s.r.lenient {
		if s.found.Err == nil {
			s.found.Err = err
		}
		return nil
	}
	if err != nil {
		return err
	}
	if s.found.Samples == 0 {
		s.found.First = x.At
	}
	s.found.Samples++
	s.found.Last = x.At
	s.stopped = !s.yield(x, nil)
	return nil
}

// broken makes clear what an error while reading means.
func (r *Record) broken(err error) error {
	if damaged(err) && !r.lenient {
		return assess(r.path, err)
	}
	return err
}
