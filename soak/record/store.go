package record

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"leakcheck/soak"
)

// FileName is a record's name in a folder that holds one run; extension is
// that of a record in the store, after its id.
const (
	FileName  = "run.db"
	extension = ".db"
)

// Dir is where runs are stored: leakcheck's folder in $XDG_STATE_HOME, which
// is ~/.local/state unless set (XDG Base Directory Specification).
func Dir(getenv func(string) string) string {
	state := getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // the specification: relative ones are invalid
		state = filepath.Join(getenv("HOME"), ".local", "state")
	}
	return filepath.Join(state, "leakcheck")
}

// Path is where the record of a run is in a store.
func Path(dir, id string) string { return filepath.Join(dir, id+extension) }

// NewID makes a name for a run that is short to type and says its day, such as
// "k3f9-20260301": its first characters, which are random, are enough.
func NewID(now time.Time, random io.Reader) string {
	const alphabet = "abcdefghjkmnpqrstuvwxyz23456789" // none that look alike
	var b [4]byte
	_, _ = io.ReadFull(random, b[:]) // a name that is taken is noticed when its file is made
	for i, x := range b {
		b[i] = alphabet[int(x)%len(alphabet)]
	}
	return string(b[:]) + "-" + now.Format("20060102")
}

// State is how a run stands.
type State string

// The states.
const (
	Running     State = "running"     // a living process writes it
	Finished    State = "finished"    // it ended in order
	Interrupted State = "interrupted" // it was killed; --resume goes on
	Unreadable  State = "unreadable"  // damaged, newer, or something else
	Gone        State = "gone"        // its record was elsewhere, and is there no more
)

// Summary is one line of the list of runs.
type Summary struct {
	ID      string
	Path    string
	State   State
	Profile string
	// Kind is what the run was made for; that of a run that cannot be read is
	// unknown.
	Kind    soak.RunKind
	Targets []string
	Started time.Time
	// Last is when something was last recorded.
	Last time.Time
	// Size is that of the file in bytes.
	Size int64
	// Err says why a run is unreadable or gone.
	Err error

	run string // the id in the record
}

// List describes the runs in a store, the latest first.
func List(dir string) ([]Summary, error) {
	ids, err := runs(dir)
	if err != nil {
		return nil, err
	}
	all := []Summary{}
	for _, id := range ids {
		all = append(all, described(dir, id))
	}
	slices.SortStableFunc(all, func(a, b Summary) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// runs are the ids in a store; a store that does not exist is empty.
func runs(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		for _, suffix := range []string{extension, pointing} {
			if id, ok := strings.CutSuffix(e.Name(), suffix); ok && e.Type().IsRegular() {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// Describe says how the run in one record stands.
func Describe(path string) Summary {
	return summarize(strings.TrimSuffix(filepath.Base(path), extension), path)
}

func summarize(id, path string) Summary {
	s := Summary{ID: id, Path: path, State: Unreadable}
	if info, err := os.Stat(path); err == nil {
		s.Size, s.Started, s.Last = info.Size(), info.ModTime(), info.ModTime()
	}
	r, err := Open(path)
	if err != nil {
		s.Err = err
		return s
	}
	defer r.Close()
	m := r.Meta()
	s.run = m.Info.ID
	s.State, s.Profile, s.Kind, s.Started, s.Last = Interrupted, m.Info.Profile, m.Info.Kind, m.Info.Started, r.Last()
	switch {
	case running(path):
		s.State = Running
	case m.Finished:
		s.State = Finished
	}
	for _, t := range m.Info.Targets {
		s.Targets = append(s.Targets, t.Name)
	}
	return s
}

// Find turns what a user calls a run into the path of its record: "latest", an
// id or a prefix that fits only one, or else a folder or a record file. Where a
// run's record is gone, the path is where it was, and the error wraps ErrGone.
func Find(dir, ref string) (string, error) {
	if ref == "latest" {
		s, err := latest(dir, isThere)
		return s.Path, err
	}
	ids, err := runs(dir)
	if err != nil {
		return "", err
	}
	var fits []string
	for _, id := range ids {
		if id == ref {
			return found(dir, id)
		}
		if ref != "" && strings.HasPrefix(id, strings.ToLower(ref)) {
			fits = append(fits, id)
		}
	}
	if path, ok := file(ref); ok {
		return path, nil
	}
	switch {
	case len(fits) == 1:
		return found(dir, fits[0])
	case len(fits) > 1:
		return "", fmt.Errorf("%w: %q fits %s; give more of it", ErrNoRun, ref, strings.Join(fits, ", "))
	}
	return "", unknown(dir, ref, ids)
}

// file accepts the path of a record or of a folder with one.
func file(ref string) (string, bool) {
	info, err := os.Stat(ref)
	if err != nil {
		return "", false
	}
	if !info.IsDir() {
		return ref, true
	}
	path := filepath.Join(ref, FileName)
	_, err = os.Stat(path)
	return path, err == nil
}

// unknown names the ids that are like what was typed.
func unknown(dir, ref string, ids []string) error {
	if info, err := os.Stat(ref); err == nil && info.IsDir() {
		return fmt.Errorf("%w: the folder %s holds no %s", ErrNoRun, ref, FileName)
	}
	if len(ids) == 0 {
		return fmt.Errorf("%w as %q: it is no file or folder, and no run is stored in %s", ErrNoRun, ref, dir)
	}
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(distance(a, ref), distance(b, ref)) })
	const most = 3
	near := strings.Join(ids[:min(most, len(ids))], ", ")
	return fmt.Errorf("%w as %q: it is no file or folder; the nearest of the %d stored are %s ('leakcheck runs list' shows all)", ErrNoRun, ref, len(ids), near)
}

// distance is the Levenshtein distance of b to the prefix of a that is as long.
func distance(a, b string) int {
	a = a[:min(len(a), len(b))]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// Remove deletes a record with what SQLite keeps beside it. One that is being
// written stays.
func Remove(path string) error {
	if _, err := os.Lstat(path); err != nil {
		return err
	}
	l, err := acquire(path)
	if err != nil {
		return err
	}
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if e := os.Remove(path + suffix); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return errors.Join(err, l.release())
}

var _ soak.Recorder = (*Record)(nil)
