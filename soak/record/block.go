package record

import (
	"database/sql"
	"encoding/binary"

	"leakcheck/soak"
)

// Each sample is a row of its own when it is taken, so that it is durable at
// once. Every samplesPerBlock rows are then packed into one block, which takes
// a third of the room and is read ten times as fast. The first frame of each
// target in a block, and in the rows after the last block, stands alone, so
// that damage spoils one block and no more.
const samplesPerBlock = 512

// pack moves all rows of samples into a block: their frames, each after the
// difference of its row's id to the one before.
func pack(db execer) error {
	rows, err := db.Query("SELECT id, at, body FROM sample ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	var first, last, since, until int64
	var block []byte
	for rows.Next() {
		var id, at int64
		var body sql.RawBytes
		if err := rows.Scan(&id, &at, &body); err != nil {
			return err
		}
		frame, err := unseal(body)
		if err != nil {
			return err
		}
		if block == nil {
			first, last, since = id, id, at
		}
		block = append(binary.AppendUvarint(block, uint64(id-last)), frame...)
		last, until = id, at
	}
	if err := rows.Err(); err != nil || block == nil {
		return err
	}
	rows.Close()
	if _, err := db.Exec("INSERT INTO block (id, last, since, until, body) VALUES (?, ?, ?, ?, ?)", first, last, since, until, seal(block)); err != nil {
		return err
	}
	_, err = db.Exec("DELETE FROM sample")
	return err
}

// names are what numbers in frames stand for.
type names struct {
	targets   map[int64]string
	processes map[int64]soak.Process
}

// decoder reads the frames of one block, or of the rows after the last.
type decoder struct {
	names
	frames map[int64]*frame
}

func newDecoder(n names) *decoder { return &decoder{n, map[int64]*frame{}} }

// sample reads the next frame. A sample of another target than the one that is
// wanted ("" for all) is passed over.
func (d *decoder) sample(in *input, wanted string) (s soak.Sample, ok bool, err error) {
	number := int64(in.uvarint())
	target, known := d.targets[number]
	f := d.frames[number]
	if f == nil {
		f = &frame{}
		d.frames[number] = f
	}
	f.read(in)
	processes := d.processList(in)
	if in.bad || !known {
		return s, false, errDamaged
	}
	if wanted != "" && wanted != target {
		return s, false, nil
	}
	s = f.sample(target)
	s.Processes = processes
	return s, true, nil
}

// processList reads one more than the number of processes, 0 for a sample that
// did not look, and for each process its number and resident set.
func (d *decoder) processList(in *input) []soak.Process {
	n := in.uvarint()
	if n == 0 || n > uint64(len(in.b))+1 {
		in.bad = in.bad || n != 0
		return nil
	}
	list := make([]soak.Process, 0, n-1)
	for range n - 1 {
		p := d.processes[int64(in.uvarint())]
		p.RSS = in.varint()
		list = append(list, p)
	}
	return list
}
