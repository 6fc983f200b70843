package curvefile

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"leakcheck/soak"
)

// Options say what a file cannot.
type Options struct {
	// Interval is the time between rows of one target, for files whose rows
	// carry no time. 0 means that they must.
	Interval time.Duration
}

// ErrEmpty means that a file holds no memory figure at all.
var ErrEmpty = errors.New("could not measure: it holds no memory figure at all")

// RowError is a row that cannot be understood.
type RowError struct {
	File string
	Line int
	// Column is the column or key as the file names it; empty when the whole
	// row is wrong.
	Column string
	// Problem says what is wrong and Remedy what to do.
	Problem, Remedy string
}

// Error prints "a.csv:17: column anon: what is wrong: what to do".
func (e *RowError) Error() string {
	column := ""
	if e.Column != "" {
		column = "column " + e.Column + ": "
	}
	return fmt.Sprintf("%s:%d: %s%s: %s", e.File, e.Line, column, e.Problem, e.Remedy)
}

// Read reads a curve file; name stands in errors. Times of one target must not
// go back; of several rows of a target with the same time the first counts. A
// row without a memory figure is a gap. Lives are numbered by the column life
// or else by changes of restarts. Times in seconds from 0 count from 1970.
//
// After an error, a [RowError], [ErrEmpty] or one from r, there are no more
// samples.
func Read(name string, r io.Reader, o Options) iter.Seq2[soak.Sample, error] {
	return func(yield func(soak.Sample, error) bool) {
		p := &parser{name: name, order: newOrder(o.Interval), yield: yield}
		err := p.file(r)
		if err == nil && p.samples == 0 && !p.stopped {
			err = fmt.Errorf("%s: %w", name, ErrEmpty)
		}
		if err != nil {
			yield(soak.Sample{}, err)
		}
	}
}

// parser reads one file.
type parser struct {
	name    string
	line    int
	order   *order
	yield   func(soak.Sample, error) bool
	samples int
	stopped bool
}

// file tells the formats apart by the first character: JSON lines begin with
// a brace.
func (p *parser) file(r io.Reader) error {
	in, err := newLines(r)
	if err != nil {
		return p.wrong("", err)
	}
	parse := p.header
	for !p.stopped {
		line, err := in.next()
		p.line = in.number
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return p.wrong("", err)
		}
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if p.line == in.first && line[0] == '{' {
			parse = p.json(newKeys())
		}
		next, err := parse(line)
		if err != nil {
			return err
		}
		parse = next
	}
	return nil
}

// lineFunc reads one line and returns what reads the next.
type lineFunc func(line []byte) (lineFunc, error)

// row is a row taken apart.
type row struct {
	soak.Sample
	hasTime, hasLife bool
}

// add hands a complete row on.
func (p *parser) add(r *row) error {
	fresh, err := p.order.place(r)
	if err != nil {
		return p.wrong("", err)
	}
	if !fresh {
		return nil
	}
	p.samples++
	p.stopped = !p.yield(r.Sample, nil)
	return nil
}

// problem is what is wrong with a value, and the remedy.
type problem struct{ what, remedy string }

func (p *problem) Error() string { return p.what + ": " + p.remedy }

func badf(remedy, format string, args ...any) error {
	return &problem{fmt.Sprintf(format, args...), remedy}
}

// wrong says where a problem is. Errors of the reader itself stay what they are.
func (p *parser) wrong(column string, err error) error {
	var b *problem
	if errors.As(err, &b) {
		return &RowError{p.name, p.line, column, b.what, b.remedy}
	}
	return fmt.Errorf("%s: %w", p.name, err)
}
