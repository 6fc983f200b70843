package live

import (
	"context"
	"io"
)

// key is what a press means.
type key int

const (
	keyNone key = iota
	keyQuit
	keyInterrupt
	keyNext
	keyBack
	keyWindow
	keyHelp
)

// read delivers keys until the input or ctx ends. A read that waits for a key
// cannot be called off: its goroutine ends with the next key or the input.
func read(ctx context.Context, in io.Reader) <-chan key {
	out := make(chan key)
	go func() {
		defer close(out)
		buf := make([]byte, 32)
		for {
			n, err := in.Read(buf)
			for _, k := range parse(buf[:n]) {
				select {
				case out <- k:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// parse turns what a terminal sends into keys. Arrows come as ESC [ C or
// ESC O C; whatever else begins with ESC is passed over.
func parse(b []byte) []key {
	var out []key
	for i := 0; i < len(b); i++ {
		k := keyNone
		switch b[i] {
		case 'q', 'Q':
			k = keyQuit
		case 3:
			k = keyInterrupt
		case '\t', 'n':
			k = keyNext
		case 'p':
			k = keyBack
		case 'w', 'W':
			k = keyWindow
		case '?', 'h':
			k = keyHelp
		case 0x1b:
			var used int
			k, used = escape(b[i+1:])
			i += used
		}
		if k != keyNone {
			out = append(out, k)
		}
	}
	return out
}

// escape reads what follows an ESC and returns how many bytes that was.
func escape(b []byte) (key, int) {
	if len(b) == 0 || b[0] != '[' && b[0] != 'O' {
		return keyNone, 0
	}
	for i, c := range b[1:] {
		if c < 0x40 || c > 0x7e {
			continue
		}
		switch c {
		case 'C':
			return keyNext, i + 2
		case 'D', 'Z': // left, shift-tab
			return keyBack, i + 2
		}
		return keyNone, i + 2
	}
	return keyNone, len(b)
}
