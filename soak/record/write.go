package record

import (
	"database/sql"
	"errors"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"

	"leakcheck/soak"
)

// writer is the one connection that writes a record.
type writer struct {
	path    string
	db      *sql.DB
	lock    *lock
	stmts   map[string]*sql.Stmt
	state   *state // nil when it has to be read from the file again
	backlog backlog
	full    bool // the last commit found no room
}

func newWriter(path string, l *lock, prepare func(*sql.DB) error) (*writer, error) {
	db, err := writable(path)
	if err != nil {
		return nil, err
	}
	w := &writer{path: path, db: db, lock: l, stmts: map[string]*sql.Stmt{}, backlog: backlog{max: maxBacklog}}
	if prepare != nil {
		err = prepare(db)
	}
	for _, q := range inserts {
		if err == nil {
			w.stmts[q], err = db.Prepare(q)
		}
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return w, nil
}

// Record appends a batch; it is durable when Record returns nil. On an error
// the batch waits in memory, up to a bound, and a later call writes it: the
// record keeps the batch's slices. A full disk wraps ErrFull.
func (r *Record) Record(b soak.Batch) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.w == nil {
		return ErrReadOnly
	}
	w := r.w
	if !w.backlog.fits(b) {
		if err := w.flush(); err != nil {
			w.backlog.lose(b)
			return err
		}
	}
	w.backlog.push(b)
	return w.flush()
}

// flush writes all that waits, in transactions of a bounded size so that a try
// on a disk that is still full costs little.
func (w *writer) flush() error {
	for {
		next := w.backlog.next()
		if len(next) == 0 {
			return nil
		}
		if w.full {
			// The log beside the file holds many versions of each page. Room
			// that was made goes to moving the last ones into the file first:
			// that gives back what the log takes.
			_, _ = w.db.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
		}
		err := w.commit(next)
		w.full = code(err) == sqlite3.SQLITE_FULL
		if err != nil {
			return explain(w.path, err)
		}
		w.backlog.written(len(next))
	}
}

func (w *writer) commit(batches []soak.Batch) (err error) {
	defer func() {
		if err != nil {
			// What the failed transaction numbered is void: start from the file.
			w.state = nil
			_, _ = w.db.Exec("ROLLBACK") // in case a failed commit left it open
		}
	}()
	tx, err := w.db.Begin()
	if err != nil {
		return err
	}
	if err := w.insert(tx, batches); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (w *writer) insert(tx *sql.Tx, batches []soak.Batch) (err error) {
	if w.state == nil {
		if w.state, err = loadState(tx); err != nil {
			return err
		}
	}
	in := &insert{state: w.state, exec: func(query string, args ...any) error {
		_, err := tx.Stmt(w.stmts[query]).Exec(args...)
		return err
	}}
	for i := range batches {
		if err := in.batch(&batches[i]); err != nil {
			return err
		}
	}
	if w.state.loose < samplesPerBlock {
		return nil
	}
	w.state.loose, w.state.frames = 0, map[int64]*frame{}
	return pack(tx)
}

// close leaves one plain file behind, without SQLite's files beside it. A
// reader may hinder that; it does no harm.
func (w *writer) close() error {
	err := w.flush()
	_, _ = w.db.Exec("PRAGMA busy_timeout(100); PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode(DELETE)")
	for _, s := range w.stmts {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, w.db.Close(), w.lock.release())
}

// explain says what a failed write means for the user.
func explain(path string, err error) error {
	if code(err) == sqlite3.SQLITE_FULL {
		return fmt.Errorf("%s: %w; make room: until then measurements wait in memory (%w)", path, ErrFull, err)
	}
	return fmt.Errorf("write %s: %w", path, err)
}
