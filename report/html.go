package report

import "io"

// HTML prints one self-contained page.
func HTML(w io.Writer, v *View) error { return nil }

// SVG prints the memory chart as a picture of its own.
func SVG(w io.Writer, v *View) error { return nil }
