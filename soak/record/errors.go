package record

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The ways in which a record cannot be used.
var (
	// ErrNotRecord means that a file is something else.
	ErrNotRecord = errors.New("not a leakcheck record")
	// ErrNewer means that a newer leakcheck wrote the record.
	ErrNewer = errors.New("written by a newer leakcheck")
	// ErrInUse means that a living process writes the record.
	ErrInUse = errors.New("another leakcheck is writing this record")
	// ErrFull means that the disk is full. The batch is kept in memory and
	// written with a later one, as long as there is room for it.
	ErrFull = errors.New("the disk is full")
	// ErrReadOnly means that the record was opened for reading.
	ErrReadOnly = errors.New("the record is open for reading only")
	// ErrNoRun means that nothing is stored under a name.
	ErrNoRun = errors.New("no such run")
)

// DamagedError says that a record is truncated or corrupted, and what of it
// can still be read.
type DamagedError struct {
	Path string
	// Samples is how many samples can still be read, from First to Last.
	Samples     int
	First, Last time.Time
	Err         error
}

// Error says what is left and how to save it.
func (e *DamagedError) Error() string {
	if e.Samples == 0 {
		return fmt.Sprintf("%s is damaged and no sample in it can be read (%v); restore it from a copy, or run the soak again", e.Path, e.Err)
	}
	return fmt.Sprintf("%s is damaged (%v); %d samples from %s to %s can still be read: save them with 'leakcheck runs export %s > samples.csv' and judge them with 'leakcheck classify samples.csv'",
		e.Path, e.Err, e.Samples, e.First.Format(time.RFC3339), e.Last.Format(time.RFC3339), e.Path)
}

// Unwrap returns what SQLite or the decoder said.
func (e *DamagedError) Unwrap() error { return e.Err }

// code is SQLite's primary result code of an error, 0 for other errors.
func code(err error) int { return extendedCode(err) & 0xff }

func extendedCode(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code()
}

// shortRead reports whether a file ends within a page.
func shortRead(err error) bool { return extendedCode(err) == sqlite3.SQLITE_IOERR_SHORT_READ }

// damaged reports whether an error means that the file's content is broken. A
// row whose values are not what the schema promises is, too; database/sql has
// no type for that, only words.
func damaged(err error) bool {
	return code(err) == sqlite3.SQLITE_CORRUPT || shortRead(err) || errors.Is(err, errDamaged) ||
		err != nil && strings.HasPrefix(err.Error(), "sql: Scan error")
}
