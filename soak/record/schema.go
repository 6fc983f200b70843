package record

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver, without cgo
)

// A record is known by its application id and its format. A change that older
// readers cannot read gets a new format.
const (
	applicationID = 0x6c65616b // "leak"
	format        = 1
)

// schema is one table for each part of a batch. Every row's id is its batch's
// number times idsPerBatch plus its place in the batch, so that one order runs
// through all tables. Times are Unix nanoseconds, 0 for unknown.
const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE target (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE process (id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, started INTEGER NOT NULL, command TEXT NOT NULL);
CREATE TABLE info (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE block (id INTEGER PRIMARY KEY, last INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE sample (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE event (id INTEGER PRIMARY KEY, target INTEGER NOT NULL, at INTEGER NOT NULL, life INTEGER NOT NULL,
	kind TEXT NOT NULL, text TEXT NOT NULL, exit TEXT, duration INTEGER NOT NULL);
CREATE TABLE signal (id INTEGER PRIMARY KEY, target INTEGER NOT NULL, at INTEGER NOT NULL, name TEXT NOT NULL,
	count INTEGER NOT NULL, run INTEGER NOT NULL, captures TEXT, text TEXT NOT NULL);
CREATE TABLE log (id INTEGER PRIMARY KEY, target INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
	lines INTEGER NOT NULL, bytes INTEGER NOT NULL, skipped INTEGER NOT NULL);
CREATE TABLE load (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, duration INTEGER NOT NULL, scenario TEXT NOT NULL,
	phase TEXT NOT NULL, due INTEGER NOT NULL, requests INTEGER NOT NULL, errors TEXT, bytes INTEGER NOT NULL, latency BLOB);
`

// idsPerBatch leaves room for this many rows in one batch; a larger batch
// takes the numbers of those after it.
const idsPerBatch = 1 << 16

// openDB opens a database with its pragmas in the data source name, so that
// every connection the pool ever makes has them.
func openDB(path string, conns int, mode string, pragmas ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	q := url.Values{"mode": {mode}, "_pragma": append(pragmas, "busy_timeout(5000)")}
	if mode == "rw" {
		q.Set("_txlock", "immediate")
	}
	u := url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	return db, nil
}

// writable opens the one connection that writes. WAL with FULL makes each
// commit durable with one fsync and lets others read meanwhile; the log is kept
// at 1 MB. Rows are only appended, which needs few pages: a larger cache would
// merely fill up with the file, for hours.
func writable(path string) (*sql.DB, error) {
	return openDB(path, 1, "rw", "cache_size(-256)", "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(256)")
}

// readable opens connections that only read.
func readable(path string) (*sql.DB, error) {
	return openDB(path, 4, "ro", "cache_size(-1024)", "query_only(1)")
}

// forgiving opens a file that is shorter than it says: writable_schema waives
// that check, unless a pragma that reads the schema comes before it.
func forgiving(path string) (*sql.DB, error) {
	return openDB(path, 4, "ro", "query_only(1)", "writable_schema(1)")
}

// create makes the tables in an empty file.
func create(db *sql.DB) error {
	head := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, format)
	_, err := db.Exec("BEGIN IMMEDIATE;" + head + strings.TrimSpace(schema) + "COMMIT")
	return err
}

// checkFormat makes sure that a file is a record that this version reads.
func checkFormat(db *sql.DB, path string) error {
	var app, version int
	if err := db.QueryRow("PRAGMA application_id").Scan(&app); err != nil {
		return err
	}
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch {
	case app != applicationID:
		return fmt.Errorf("%s: %w", path, ErrNotRecord)
	case version > format:
		return fmt.Errorf("%s: %w: it has format %d and this version reads up to %d; use the leakcheck that wrote it, or a newer one",
			path, ErrNewer, version, format)
	}
	return nil
}
