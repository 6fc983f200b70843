package record

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"leakcheck/soak"
)

// Meta is what a run was asked to do.
type Meta struct {
	Info soak.RunInfo
	// Profiles are the profiles the run was started with, by target.
	Profiles map[string]*soak.Profile
	// Flags are the flags of the command line that a resumed run takes over,
	// as NAME=VALUE. They stay in the record and reach no report.
	Flags []string
	// Finished tells a run that ended in order from one that was killed.
	Finished bool
}

// Record is one run on disk. Its methods may be used at the same time.
type Record struct {
	path string
	read *sql.DB

	mu   sync.Mutex // guards what follows
	meta Meta
	w    *writer // nil when the record is open for reading only
	// lenient reads on behind damage.
	lenient bool
}

// Create starts a new record. The file must not exist; its folder is made.
func Create(path string, m Meta) (*Record, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	l, err := acquire(path)
	if err != nil {
		return nil, err
	}
	// Made here and not by SQLite: 0600 whatever the umask, and never through
	// a symlink. SQLite gives its own files beside it the same mode.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%s exists already: choose another folder, or go on with it with --resume", path)
	}
	if err != nil {
		return nil, errors.Join(err, l.release())
	}
	f.Close()
	r, err := write(path, l, create)
	if err != nil {
		return nil, err
	}
	if err := r.setMeta(m); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Open opens a record for reading, also while another process writes it.
func Open(path string) (*Record, error) {
	r, err := open(path)
	if damaged(err) {
		return nil, assess(path, err)
	}
	return r, err
}

// Resume opens a record to go on with it and notes, in its meta data, the
// interruption since its last entry.
func Resume(path string) (*Record, error) {
	old, err := Open(path)
	if err != nil {
		return nil, err
	}
	m, last := old.Meta(), old.Last()
	if err := old.Close(); err != nil {
		return nil, err
	}
	l, err := acquire(path)
	if err != nil {
		return nil, err
	}
	r, err := write(path, l, nil)
	if err != nil {
		return nil, err
	}
	reason := "leakcheck was killed, or the machine went down"
	if m.Finished {
		reason = "leakcheck was stopped"
	}
	m.Finished = false
	m.Info.Interruptions = interrupted(m.Info.Interruptions, soak.Interruption{From: last, To: time.Now().UTC(), Reason: reason})
	if err := r.setMeta(m); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// interrupted adds an interruption. One during which a run was resumed and
// killed again before it recorded anything goes on.
func interrupted(known []soak.Interruption, i soak.Interruption) []soak.Interruption {
	if n := len(known); n > 0 && known[n-1].From.Equal(i.From) {
		known[n-1].To = i.To
		return known
	}
	return append(known, i)
}

// open opens a record for reading and tells other files apart from it.
func open(path string) (*Record, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w: it is not a file", path, ErrNotRecord)
	}
	db, err := readable(path)
	if err != nil {
		return nil, err
	}
	r := &Record{path: path, read: db}
	err = checkFormat(db, path)
	if err == nil {
		r.meta, err = loadMeta(db)
	}
	if code(err) == sqlite3.SQLITE_NOTADB {
		err = fmt.Errorf("%s: %w: %w", path, ErrNotRecord, err)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return r, nil
}

// write opens a record for writing under its lock; prepare, if given, comes first.
func write(path string, l *lock, prepare func(*sql.DB) error) (*Record, error) {
	w, err := newWriter(path, l, prepare)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), l.release())
	}
	db, err := readable(path)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	r := &Record{path: path, read: db, w: w}
	if prepare == nil {
		if r.meta, err = loadMeta(db); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	return r, nil
}

// Path is where the record's file is.
func (r *Record) Path() string { return r.path }

// Meta is what the run was asked to do, as of when the record was opened or
// last finished.
func (r *Record) Meta() Meta {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.meta
}

// Finish stores the state a run ended in.
func (r *Record) Finish(info soak.RunInfo) error {
	m := r.Meta()
	m.Info, m.Finished = info, true
	return r.setMeta(m)
}

// Plan stores that the run was given another length, in seconds from its start.
func (r *Record) Plan(seconds float64) error {
	m := r.Meta()
	m.Info.Planned = seconds
	return r.setMeta(m)
}

// Close writes what is still waiting and closes the record, which is one
// plain file then. Closing twice does nothing.
func (r *Record) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.read.Close()
	if r.w != nil {
		err = errors.Join(err, r.w.close())
		r.w = nil
	}
	return err
}

func (r *Record) setMeta(m Meta) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.w == nil {
		return ErrReadOnly
	}
	m.Info.Targets = withoutPasswords(m.Info.Targets)
	values := map[string]any{"info": m.Info, "profiles": m.Profiles, "flags": m.Flags, "finished": m.Finished}
	for key, v := range values {
		b, err := json.Marshal(v)
		if err == nil {
			_, err = r.w.db.Exec(insertMeta, key, string(b))
		}
		if err != nil {
			return explain(r.path, err)
		}
	}
	r.meta = m
	return nil
}

func loadMeta(db *sql.DB) (m Meta, err error) {
	for key, v := range map[string]any{"info": &m.Info, "profiles": &m.Profiles, "flags": &m.Flags, "finished": &m.Finished} {
		if _, err := metaValue(db, key, v); err != nil {
			return m, err
		}
	}
	// Before runs had a kind it stood where the load level does.
	if k := soak.RunKind(m.Info.LoadLevel); m.Info.Kind == "" && (k == soak.KindDiagnose || k == soak.KindFire) {
		m.Info.Kind, m.Info.LoadLevel = k, ""
	}
	return m, nil
}
