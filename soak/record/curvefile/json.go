package curvefile

import (
	"encoding/json"
	"maps"
	"slices"

	"leakcheck/soak"
)

// maxKeys bounds how many names of keys are remembered.
const maxKeys = 1000

// keys remembers what the keys of JSON lines mean.
type keys struct {
	columns    map[string]*column
	names      map[string]string
	containers containers
}

func newKeys() *keys {
	return &keys{map[string]*column{}, map[string]string{}, containers{}}
}

func (k *keys) column(key []byte) *column {
	if c := k.columns[string(key)]; c != nil {
		return c
	}
	c := columnOf(string(key))
	if d, ok := dockerKeys[c.name]; ok {
		c.kind, c.metric = d, soak.PIDs
	}
	if len(k.columns) < maxKeys {
		k.columns[c.name] = &c
	}
	return &c
}

// json returns what reads JSON lines.
func (p *parser) json(k *keys) lineFunc {
	var r lineFunc
	r = func(line []byte) (lineFunc, error) { return r, p.object(k, line) }
	return r
}

// object reads one JSON line.
func (p *parser) object(k *keys, line []byte) error {
	var r row
	var d stats
	column := ""
	err := fields(line, func(key, value []byte) error {
		c := k.column(key)
		column = c.name
		switch c.kind {
		case targetColumn:
			r.Target = intern(k.names, value)
			return nil
		case dockerUsage, dockerName, dockerID, dockerPIDs:
			return d.set(c, &r, value)
		}
		return c.set(&r, value)
	})
	if err == errSyntax {
		column = ""
	}
	if err != nil {
		return p.wrong(column, err)
	}
	if d.usage {
		r.Target = intern(k.names, []byte(k.containers.name(d.name, d.id)))
	}
	return p.add(&r)
}

var errSyntax = &problem{"the line is not a JSON object", "write one object a line, all lines in the same form"}

// fields calls got for each key of a JSON object with its value: a string
// without its quotes, a number as it stands, nothing for null. Flat objects
// without escapes, which is what curves are, are read in place; anything else
// goes through encoding/json.
func fields(line []byte, got func(key, value []byte) error) error {
	if err := flat(line, got); err != errUnusual {
		return err
	}
	return object(line, got)
}

func object(line []byte, got func(key, value []byte) error) error {
	var all map[string]json.RawMessage
	if json.Unmarshal(line, &all) != nil || all == nil {
		return errSyntax
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if err := got([]byte(key), plain(all[key])); err != nil {
			return err
		}
	}
	return nil
}

// plain is a value as a CSV cell would have it.
func plain(raw json.RawMessage) []byte {
	var text string
	if string(raw) == "null" {
		return nil
	}
	if json.Unmarshal(raw, &text) == nil {
		return []byte(text)
	}
	return raw
}
