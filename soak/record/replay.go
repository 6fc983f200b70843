package record

import (
	"context"
	"database/sql"

	"leakcheck/soak"
)

// Replay sends all that was recorded to sink, in the order in which it was
// recorded. A batch comes back as it went in, except that batches of nothing
// but samples are joined, and that what watching has cost comes once, at the end.
func (r *Record) Replay(sink soak.Recorder) error { return r.Cursor().Replay(sink) }

// Cursor reads a record on and on while it grows.
type Cursor struct {
	r    *Record
	next int64 // the first row that was not read yet
}

// Cursor returns a cursor at the record's start.
func (r *Record) Cursor() *Cursor { return &Cursor{r: r} }

// maxReplay bounds how many samples are joined to one batch.
const maxReplay = 1024

// Replay sends what was recorded since the last call.
func (c *Cursor) Replay(sink soak.Recorder) error {
	tx, err := c.r.read.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	streams, err := c.streams(tx)
	defer func() {
		for _, s := range streams {
			s.close()
		}
	}()
	if err == nil {
		err = c.merge(streams, sink)
	}
	if damaged(err) {
		return assess(c.r.path, err)
	}
	if err != nil {
		return err
	}
	return observed(tx, sink)
}

// merge sends the rows of all streams in order of their ids.
func (c *Cursor) merge(streams []*stream, sink soak.Recorder) error {
	j := joiner{sink: sink}
	for {
		s := least(streams)
		if s == nil {
			return j.flush()
		}
		if err := j.begin(s.id, s.samples); err != nil {
			return err
		}
		s.put(&j.batch)
		c.next = s.id + 1
		if err := s.next(s); err != nil {
			return err
		}
	}
}

// least is the stream whose row comes first, nil when all are at their end.
func least(streams []*stream) (first *stream) {
	for _, s := range streams {
		if !s.done && (first == nil || s.id < first.id) {
			first = s
		}
	}
	return first
}

// joiner puts batches together again.
type joiner struct {
	sink  soak.Recorder
	batch soak.Batch
	// number is the recorded batch being read, whose samples begin at start;
	// those before are of batches that held samples only.
	number int64
	start  int
	mixed  bool // the batch holds other things than samples
	joined bool // the last batch joined many, so that this one may
}

// begin makes ready for a row: a batch that is complete goes out.
func (j *joiner) begin(id int64, sample bool) error {
	if n := id / idsPerBatch; n != j.number {
		if j.mixed || !sample || len(j.batch.Samples) >= maxReplay {
			if err := j.flush(); err != nil {
				return err
			}
		}
		j.number, j.start = n, len(j.batch.Samples)
	}
	if sample && j.batch.Samples == nil && j.joined {
		j.batch.Samples = make([]soak.Sample, 0, maxReplay)
	}
	if sample || j.mixed {
		return nil
	}
	return j.split()
}

// split sends the samples of earlier batches on their own, before a batch
// that turns out to hold more than samples.
func (j *joiner) split() error {
	whole, start := j.batch, j.start
	j.batch.Samples = whole.Samples[:start]
	if err := j.flush(); err != nil {
		return err
	}
	j.batch, j.mixed = whole, true
	j.batch.Samples = whole.Samples[start:len(whole.Samples):len(whole.Samples)]
	return nil
}

// flush sends what there is.
func (j *joiner) flush() error {
	b := j.batch
	full := j.mixed || len(b.Samples) > 0
	j.joined = len(b.Samples) >= maxReplay
	j.batch, j.start, j.mixed = soak.Batch{}, 0, false
	if !full {
		return nil
	}
	return j.sink.Record(b)
}

// observed sends what watching has cost, if it was noted.
func observed(db querier, sink soak.Recorder) error {
	var o soak.Observer
	if found, err := metaValue(db, "observer", &o); err != nil || !found {
		return err
	}
	return sink.Record(soak.Batch{Observer: &o})
}
