package curvefile

import (
	"bytes"
	"encoding/csv"
	"strings"
)

// header reads the line that names the columns.
func (p *parser) header(line []byte) (lineFunc, error) {
	cells, err := split(line, nil)
	if err != nil {
		return nil, p.wrong("", err)
	}
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = string(bytes.TrimSpace(c))
	}
	if len(texts) == 1 && strings.ContainsAny(texts[0], ";\t") {
		return nil, p.wrong("", badf("separate them by commas, and write decimals with a point", "the columns are not separated by commas"))
	}
	if _, isNumber := number(texts[0]); isNumber {
		return nil, p.wrong("", badf("let the first line "+namesToUse, "the first line is no header but %s", quoted(string(line))))
	}
	columns, err := columnsOf(texts, p.order.interval > 0)
	if err != nil {
		return nil, p.wrong("", err)
	}
	names := map[string]string{} // each target's name is kept once
	var r lineFunc
	r = func(line []byte) (lineFunc, error) { return r, p.record(columns, names, line, &cells) }
	return r, nil
}

// record reads one line of values.
func (p *parser) record(columns []column, names map[string]string, line []byte, cells *[][]byte) (err error) {
	if *cells, err = split(line, (*cells)[:0]); err != nil {
		return p.wrong("", err)
	}
	if len(*cells) != len(columns) {
		return p.wrong("", badf("give each row as many cells as the header has", "%d cells, but the header has %d", len(*cells), len(columns)))
	}
	var r row
	for i, value := range *cells {
		c := &columns[i]
		if c.kind == ignored {
			continue
		}
		value = bytes.TrimSpace(value)
		if c.kind == targetColumn {
			r.Target = intern(names, value)
			continue
		}
		if err := c.set(&r, value); err != nil {
			return p.wrong(c.name, err)
		}
	}
	return p.add(&r)
}

// intern returns the one copy of a name.
func intern(names map[string]string, value []byte) string {
	if name, ok := names[string(value)]; ok {
		return name
	}
	name := string(value)
	if len(names) < maxTargets {
		names[name] = name
	}
	return name
}

// split takes a line apart. Quotes are rare, and left to encoding/csv.
func split(line []byte, cells [][]byte) ([][]byte, error) {
	if bytes.IndexByte(line, '"') >= 0 {
		return unquote(line, cells)
	}
	for {
		i := bytes.IndexByte(line, ',')
		if i < 0 {
			return append(cells, line), nil
		}
		cells = append(cells, line[:i])
		line = line[i+1:]
	}
}

func unquote(line []byte, cells [][]byte) ([][]byte, error) {
	texts, err := csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil {
		return nil, badf("close every quote on its line, and double those inside a cell", "the quotes do not match")
	}
	for _, t := range texts {
		cells = append(cells, []byte(t))
	}
	return cells, nil
}
