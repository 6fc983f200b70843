package load

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"math"
	"sync"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// deflater compresses. There is one, and it is used again: it weighs 800 kB,
// and the library makes a new one for each histogram, of which a soak encodes
// some each second.
var deflater struct {
	mu sync.Mutex
	w  *zlib.Writer
}

// The library's cookies, with its word size.
const (
	plainCookie  = uint32(hdrhistogram.V2EncodingCookieBase | 0x10)
	packedCookie = uint32(hdrhistogram.V2CompressedEncodingCookieBase | 0x10)
)

// encode writes a histogram exactly as the library's Encode does: base64 of
// HdrHistogram's compressed V2 format.
func encode(h *hdrhistogram.Histogram) ([]byte, error) {
	s := h.Export()
	counts := countsOf(s.Counts)
	b := binary.BigEndian.AppendUint32(nil, plainCookie)
	b = binary.BigEndian.AppendUint32(b, uint32(len(counts)))
	b = binary.BigEndian.AppendUint32(b, 0) // nothing is shifted
	b = binary.BigEndian.AppendUint32(b, uint32(s.SignificantFigures))
	b = binary.BigEndian.AppendUint64(b, uint64(s.LowestTrackableValue))
	b = binary.BigEndian.AppendUint64(b, uint64(s.HighestTrackableValue))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(1)) // one unit is one microsecond
	packed, err := deflate(append(b, counts...))
	if err != nil {
		return nil, err
	}
	out := binary.BigEndian.AppendUint32(nil, packedCookie)
	out = append(binary.BigEndian.AppendUint32(out, uint32(len(packed))), packed...)
	return base64.StdEncoding.AppendEncode(nil, out), nil
}

// countsOf lists the counts up to the last that is not 0, as zigzag varints;
// a run of zeros is its length, negative.
func countsOf(counts []int64) (b []byte) {
	zeros := int64(0)
	for _, n := range counts {
		if n == 0 {
			zeros++
			continue
		}
		switch {
		case zeros == 1:
			b = append(b, 0)
		case zeros > 1:
			b = binary.AppendVarint(b, -zeros)
		}
		b, zeros = binary.AppendVarint(b, n), 0
	}
	return b
}

func deflate(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	deflater.mu.Lock()
	defer deflater.mu.Unlock()
	if deflater.w == nil {
		deflater.w, _ = zlib.NewWriterLevel(&b, zlib.BestCompression) // a level that there is
	} else {
		deflater.w.Reset(&b)
	}
	if _, err := deflater.w.Write(plain); err != nil {
		return nil, err
	}
	err := deflater.w.Close()
	return b.Bytes(), err
}
