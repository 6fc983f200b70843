package record

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"

	"leakcheck/soak"
)

// A sample is stored as a frame: the differences of its numbers to those of
// the target's sample before. A key frame stands alone; one comes at least
// every framesPerKey samples, so that damage spoils a bounded stretch.
//
// Layout: two bytes of checksum, one byte of place (0 for a key frame), the
// set of numbers that changed as a uvarint, then a zigzag varint for each.
const framesPerKey = 256

// The numbers of a frame; the metrics follow in record order.
const (
	fieldLate = iota
	fieldLife
	fieldStarted
	fieldPresent
	fieldDerived
	fieldMetrics
	fieldCount = fieldMetrics + 32
)

// frame is what a target's next sample is stored against.
type frame struct {
	place  byte
	fields [fieldCount]int64
}

var metrics = soak.Metrics()

var errFrame = errors.New("a stored sample is damaged")

// fieldsOf takes a sample apart. A metric that is absent keeps its number from
// the sample before, which costs nothing.
func fieldsOf(s *soak.Sample, before *[fieldCount]int64) [fieldCount]int64 {
	f := *before
	f[fieldLate], f[fieldLife], f[fieldStarted] = int64(s.Late), int64(s.Life), nanos(s.Started)
	f[fieldPresent], f[fieldDerived] = 0, 0
	for i, m := range metrics {
		x, ok := s.Get(m)
		if !ok {
			continue
		}
		f[fieldMetrics+i] = x
		f[fieldPresent] |= 1 << i
		if s.Derived(m) {
			f[fieldDerived] |= 1 << i
		}
	}
	return f
}

// appendTo appends a sample's frame to b and becomes that frame.
func (f *frame) appendTo(b []byte, s *soak.Sample) []byte {
	if f.place == 0 {
		f.fields = [fieldCount]int64{}
	}
	next := fieldsOf(s, &f.fields)
	var changed uint64
	for i := range next {
		if next[i] != f.fields[i] {
			changed |= 1 << i
		}
	}
	start := len(b)
	b = append(b, 0, 0, f.place)
	b = binary.AppendUvarint(b, changed)
	for i := range next {
		if changed&(1<<i) != 0 {
			b = binary.AppendVarint(b, next[i]-f.fields[i])
		}
	}
	binary.LittleEndian.PutUint16(b[start:], checksum(b[start+2:]))
	f.fields, f.place = next, f.place+1 // wraps to a key frame
	return b
}

// read reads a stored frame over the one before. After an error only a key
// frame will do.
func (f *frame) read(b []byte) (err error) {
	defer func() {
		if err != nil {
			f.place = 0
		}
	}()
	if len(b) < 4 || binary.LittleEndian.Uint16(b) != checksum(b[2:]) {
		return errFrame
	}
	switch b[2] {
	case 0:
		f.fields = [fieldCount]int64{}
	case f.place:
	default:
		return errFrame // the frame before is missing
	}
	f.place = b[2] + 1
	changed, n := binary.Uvarint(b[3:])
	if n <= 0 {
		return errFrame
	}
	b = b[3+n:]
	for i := 0; changed != 0; i, changed = i+1, changed>>1 {
		if changed&1 == 0 {
			continue
		}
		d, n := binary.Varint(b)
		if n <= 0 || i >= fieldCount {
			return errFrame
		}
		f.fields[i] += d
		b = b[n:]
	}
	return nil
}

// sample puts a sample together again.
func (f *frame) sample(target string, at int64) soak.Sample {
	s := soak.Sample{
		Target: target, At: moment(at), Life: int(f.fields[fieldLife]),
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

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint16 { return uint16(crc32.Checksum(b, castagnoli)) }

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
