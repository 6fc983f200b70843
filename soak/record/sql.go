package record

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// querier is a database or a transaction.
type querier interface {
	Query(query string, args ...any) (*sql.Rows, error)
	QueryRow(query string, args ...any) *sql.Row
}

// execer is one that can be written to.
type execer interface {
	querier
	Exec(query string, args ...any) (sql.Result, error)
}

// each scans every row of a query into to and calls got.
func each(db querier, query string, got func(), to ...any) error {
	rows, err := db.Query(query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return err
		}
		got()
	}
	return rows.Err()
}

// metaValue reads one entry of the meta table and reports whether it is there.
func metaValue(db querier, key string, v any) (bool, error) {
	err := db.QueryRow("SELECT value FROM meta WHERE key = ?", key).Scan(jsonValue{v})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// instant scans a stored time.
type instant struct{ t *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(v any) error {
	ns, ok := v.(int64)
	if !ok {
		return errDamaged
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
		return errDamaged
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
		return errDamaged
	}
	if err := json.Unmarshal([]byte(text), j.v); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}
