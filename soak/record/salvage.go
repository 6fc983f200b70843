package record

import (
	"errors"

	"leakcheck/soak"
)

// Salvage opens a damaged record to save what can still be read: its Samples
// go on behind the damage, and end with a [DamagedError] that counts them.
func Salvage(path string) (*Record, error) {
	db, err := forgiving(path)
	if err != nil {
		return nil, err
	}
	r := &Record{path: path, read: db, lenient: true}
	r.meta, _ = loadMeta(db) // the samples matter, and may be there without it
	return r, nil
}

// salvage yields every sample that can still be read. What else went wrong
// than the first damage does not matter any more.
func salvage(db querier, path, target string, yield func(soak.Sample, error) bool) error {
	lost := &DamagedError{Path: path}
	note := func(err error) {
		if lost.Err == nil {
			lost.Err = err
		}
	}
	n, err := loadNames(db) // without names there are no samples, without processes there are
	if err != nil {
		note(err)
	}
	in := reader{db: db, names: n, wanted: target, skip: note}
	stopped := false
	err = in.each(func(_ int64, s soak.Sample) bool {
		if lost.Samples == 0 {
			lost.First = s.At
		}
		lost.Samples, lost.Last = lost.Samples+1, s.At
		stopped = !yield(s, nil)
		return !stopped
	})
	if err != nil {
		note(err)
	}
	if stopped || lost.Err == nil {
		return nil
	}
	return lost
}

// assess counts what is left of a damaged record.
func assess(path string, cause error) error {
	r, err := Salvage(path)
	if err != nil {
		return &DamagedError{Path: path, Err: cause}
	}
	defer r.Close()
	left := &DamagedError{Path: path}
	for s, err := range r.Samples("") {
		if errors.As(err, &left) || err != nil {
			break
		}
		left.Samples++
		if left.First.IsZero() {
			left.First = s.At
		}
		left.Last = s.At
	}
	left.Err = cause
	return left
}
