package live

import (
	"os"

	"golang.org/x/term"
)

// tty is a terminal of the operating system.
type tty struct{ in, out *os.File }

// Open returns the terminal behind two files, such as standard input and
// output; ok is false if either is none.
func Open(in, out *os.File) (t Terminal, ok bool) {
	return tty{in, out}, term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
}

func (t tty) Read(b []byte) (int, error)  { return t.in.Read(b) }
func (t tty) Write(b []byte) (int, error) { return t.out.Write(b) }

func (t tty) Size() (int, int, error) { return term.GetSize(int(t.out.Fd())) }

func (t tty) Raw() (func() error, error) {
	old, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return nil, err
	}
	return func() error { return term.Restore(int(t.in.Fd()), old) }, nil
}
