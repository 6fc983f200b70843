package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// files are what a run's folder receives beside its record.
var files = []struct {
	name   string
	render func(io.Writer, *View) error
}{
	{"run.json", func(w io.Writer, v *View) error { return JSON(w, v.raw) }},
	{"report.html", HTML},
	{"junit.xml", JUnit},
	{"summary.md", Markdown},
	{"memory.svg", SVG},
}

// Formats are what [WriteFile] can write.
var Formats = []string{"json", "html", "junit", "markdown"}

// WriteFile writes one report to a file, whole or not at all.
func WriteFile(path, format string, v *View) error {
	render := map[string]func(io.Writer, *View) error{
		"json": func(w io.Writer, v *View) error { return JSON(w, v.raw) }, "html": HTML, "junit": JUnit, "markdown": Markdown,
	}[format]
	if render == nil {
		return fmt.Errorf("report %s: there is no format %q", path, format)
	}
	return writeRendered(path, func(w io.Writer) error { return render(w, v) })
}

// WriteAll writes run.json, report.html, junit.xml, summary.md and memory.svg
// into dir, which it makes if need be. A file is replaced whole or not at all.
// It writes as many as it can; the error names each file that it could not.
func WriteAll(dir string, v *View) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("reports: %w; choose another folder with --out", err)
	}
	var failed []error
	for _, f := range files {
		var b bytes.Buffer
		err := f.render(&b, v)
		if err == nil {
			err = writeFile(filepath.Join(dir, f.name), b.Bytes())
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", filepath.Join(dir, f.name), err))
		}
	}
	return errors.Join(failed...)
}

// writeFile replaces a file by a rename, so that nobody ever reads half of it.
func writeFile(path string, data []byte) (err error) {
	t, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return reason(err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(t.Name()) // the first error is the one to tell
		}
	}()
	if _, err = t.Write(data); err != nil {
		return errors.Join(reason(err), t.Close())
	}
	if err = errors.Join(t.Chmod(0o644), t.Sync(), t.Close()); err != nil {
		return err
	}
	return reason(os.Rename(t.Name(), path))
}

// reason strips the name of the temporary file, which means nothing to people.
func reason(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		return le.Err
	}
	return err
}
