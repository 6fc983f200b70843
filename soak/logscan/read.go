package logscan

import "io"

// ReadFrom scans a file of lines to its end; [Scanner.Block] says which. It
// reads a piece while it scans the one before. Call Flush after the last file.
func (s *Scanner) ReadFrom(r io.Reader) (int64, error) {
	type piece struct {
		buf []byte
		n   int
		err error
	}
	const ahead, pieceSize = 2, 2 * chunkSize // few handovers, and still in the cache
	free, full := make(chan []byte, ahead), make(chan piece, ahead)
	for range ahead {
		free <- make([]byte, pieceSize)
	}
	go func() { // ends with the first error, and there is always one
		for buf := range free {
			n, err := r.Read(buf)
			full <- piece{buf, n, err}
			if err != nil {
				return
			}
		}
	}()
	var read int64
	for {
		p := <-full
		s.Block(p.buf[:p.n])
		read += int64(p.n)
		if p.err == io.EOF {
			return read, nil
		}
		if p.err != nil {
			return read, p.err
		}
		free <- p.buf
	}
}
