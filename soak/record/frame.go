package record

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"

	"leakcheck/soak"
)

// A sample is stored as a frame: the target's number, the set of numbers that
// are other than in the target's frame before, as a uvarint, and for each of
// them the difference as a zigzag varint. What a target did not report keeps
// its last number, which costs nothing. The list of processes follows.

// The numbers of a frame; the metrics follow in record order.
const (
	fieldStep = iota // time since the frame before
	fieldLate
	fieldLife
	fieldStarted
	fieldPresent
	fieldDerived
	fieldMetrics
	fieldCount = fieldMetrics + 32
)

type fields [fieldCount]int64

// frame is what a target's next sample is stored against.
type frame struct {
	at int64
	fields
}

var metrics = soak.Metrics()

var errDamaged = errors.New("what is stored does not match its checksum")

// after takes a sample apart.
func (f *frame) after(s *soak.Sample) frame {
	next := *f
	next.at = nanos(s.At)
	next.fields[fieldStep] = next.at - f.at
	next.fields[fieldLate], next.fields[fieldLife], next.fields[fieldStarted] = int64(s.Late), int64(s.Life), nanos(s.Started)
	next.fields[fieldPresent], next.fields[fieldDerived] = 0, 0
	for i, m := range metrics {
		x, ok := s.Get(m)
		if !ok {
			continue
		}
		next.fields[fieldMetrics+i] = x
		next.fields[fieldPresent] |= 1 << i
		if s.Derived(m) {
			next.fields[fieldDerived] |= 1 << i
		}
	}
	return next
}

// appendTo appends a sample's numbers to b and becomes its frame.
func (f *frame) appendTo(b []byte, s *soak.Sample) []byte {
	next := f.after(s)
	var changed uint64
	for i := range next.fields {
		if next.fields[i] != f.fields[i] {
			changed |= 1 << i
		}
	}
	b = binary.AppendUvarint(b, changed)
	for i := range next.fields {
		if changed&(1<<i) != 0 {
			b = binary.AppendVarint(b, next.fields[i]-f.fields[i])
		}
	}
	*f = next
	return b
}

// read reads the next numbers over those before.
func (f *frame) read(in *input) {
	changed := in.uvarint()
	for i := 0; changed != 0 && i < fieldCount; i, changed = i+1, changed>>1 {
		if changed&1 != 0 {
			f.fields[i] += in.varint()
		}
	}
	f.at += f.fields[fieldStep]
}

// sample puts a sample together again.
func (f *frame) sample(target string) soak.Sample {
	s := soak.Sample{
		Target: target, At: moment(f.at), Life: int(f.fields[fieldLife]),
		Started: moment(f.fields[fieldStarted]), Late: time.Duration(f.fields[fieldLate]),
	}
	present, derived := f.fields[fieldPresent], f.fields[fieldDerived]
	for i, m := range metrics {
		switch x := f.fields[fieldMetrics+i]; {
		case present&(1<<i) == 0:
		case derived&(1<<i) != 0:
			s.SetDerived(m, x)
		default:
			s.Set(m, x)
		}
	}
	return s
}

// input reads varints; after a damaged one it yields zeros and bad is true.
type input struct {
	b   []byte
	bad bool
}

func (in *input) uvarint() uint64 {
	x, n := binary.Uvarint(in.b)
	return x * in.skip(n)
}

func (in *input) varint() int64 {
	x, n := binary.Varint(in.b)
	return x * int64(in.skip(n))
}

// skip passes n bytes and returns 1, or 0 when there are none.
func (in *input) skip(n int) uint64 {
	if n <= 0 {
		in.b, in.bad = nil, true
		return 0
	}
	in.b = in.b[n:]
	return 1
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal puts a checksum before stored bytes: SQLite has none of its own, and
// differences turn one wrong bit into a wrong curve.
func seal(b []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(b)), crc32.Checksum(b, castagnoli)), b...)
}

// unseal checks and removes the checksum.
func unseal(b []byte) ([]byte, error) {
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) {
		return nil, errDamaged
	}
	return b[4:], nil
}

// nanos is a time as it is stored.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// moment reads a stored time.
func moment(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}
