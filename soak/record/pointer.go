package record

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leakcheck/soak"
)

// pointing is the extension of a pointer: a file in the store, named by a run's
// id, that holds the absolute path of a record which is somewhere else.
const pointing = ".at"

// ErrGone means that the record which a pointer names is not there any more, or
// is that of another run.
var ErrGone = fmt.Errorf("%w any more", ErrNoRun)

// Point notes in a store where the record of a run is, so that the run is found
// by its id.
func Point(dir, id, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, id+pointing), []byte(path+"\n"), 0o600)
}

// Forget removes the pointers to a path at which the run is not any more.
func Forget(dir, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	ids, err := runs(dir)
	for _, id := range ids {
		if s := described(dir, id); s.State == Gone && s.Path == path {
			err = errors.Join(err, os.Remove(filepath.Join(dir, id+pointing)))
		}
	}
	return err
}

// described tells of a run of the store, wherever its record is.
func described(dir, id string) Summary {
	path, pointer := Path(dir, id), filepath.Join(dir, id+pointing)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return summarize(id, path)
	}
	text, err := os.ReadFile(pointer)
	path = strings.TrimSpace(string(text))
	if err != nil || !filepath.IsAbs(path) {
		return Summary{ID: id, Path: pointer, State: Unreadable, Err: cmp.Or(err, fmt.Errorf("%s names no record", pointer))}
	}
	s := summarize(id, path)
	if _, missing := os.Stat(path); missing != nil || s.Err == nil && s.run != id {
		s = Summary{ID: id, Path: path, State: Gone, Err: fmt.Errorf("%w: the record of %s was %s", ErrGone, id, path)}
		if info, err := os.Stat(pointer); err == nil {
			s.Started, s.Last = info.ModTime(), info.ModTime()
		}
	}
	return s
}

// found is the path of a run's record; the error wraps ErrGone where a pointer
// names one that is not there.
func found(dir, id string) (string, error) {
	s := described(dir, id)
	if s.State == Gone {
		return s.Path, s.Err
	}
	return s.Path, nil
}

// isThere reports whether the record of a listed run is.
func isThere(s Summary) bool { return s.State != Gone }

// LatestOf describes the run of one kind that began last, of those that are
// there and can be read. The error wraps ErrNoRun where there is none.
func LatestOf(dir string, kind soak.RunKind) (Summary, error) {
	return latest(dir, func(s Summary) bool { return s.Err == nil && s.Kind == kind })
}

// latest describes the run that began last, of those that fit.
func latest(dir string, fits func(Summary) bool) (Summary, error) {
	all, err := List(dir)
	if err != nil {
		return Summary{}, err
	}
	i := slices.IndexFunc(all, fits)
	if i < 0 {
		return Summary{}, fmt.Errorf("%w: none is stored in %s yet", ErrNoRun, dir)
	}
	return all[i], nil
}
