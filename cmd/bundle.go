package cmd

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"leakcheck/probe"
	"leakcheck/report"
	"leakcheck/soak"
	"leakcheck/soak/record"
)

// bundleOptions say where a bundle goes.
type bundleOptions struct{ path, dockerHost string }

func (o *bundleOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.path, "bundle", "", "pack the record, all reports, log excerpts and the container's description into this file (.tar.gz)")
	f.StringVar(&o.dockerHost, "docker-host", "", "engine to read the log excerpts from (default: DOCKER_HOST, then the current Docker context)")
}

// bundle is everything about a run that somebody else needs to judge it.
type bundle struct {
	app    *app
	dir    string // what will be packed
	rec    *record.Record
	view   *report.View
	judged soak.Report
	notes  []string // what could not be put in
}

// bundle packs a run into one file that only its owner may read.
func (a *app) bundle(ctx context.Context, path, dockerHost string, rec *record.Record, view *report.View, judged soak.Report) (err error) {
	tmp, err := os.MkdirTemp("", "leakcheck-bundle-*")
	if err != nil {
		return notMeasured(fmt.Errorf("--bundle: %w", err))
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	b := &bundle{app: a, dir: filepath.Join(tmp, "leakcheck-"+safeName(judged.Run.ID)), rec: rec, view: view, judged: judged}
	if err := errors.Join(os.Mkdir(b.dir, 0o700), b.reports(), b.copyRecord()); err != nil {
		return notMeasured(fmt.Errorf("--bundle: %w", err))
	}
	b.containers(ctx, dockerHost)
	if err := errors.Join(b.readme(), pack(path, tmp)); err != nil {
		return notMeasured(fmt.Errorf("--bundle: %w", err))
	}
	if !a.quiet {
		fmt.Fprintf(a.stderr, "Bundle written to %s. It holds log lines, without secrets of well-known forms: look before you send it.\n", path)
		for _, n := range b.notes {
			fmt.Fprintln(a.stderr, "  left out:", n)
		}
	}
	return nil
}

// reports writes every report, the text one too.
func (b *bundle) reports() error {
	var text strings.Builder
	return errors.Join(
		writeReports(b.dir, b.view, b.rec),
		report.Text(&text, b.view, report.TextOptions{Width: 100, Unicode: true, Plain: true}),
		b.write("report.txt", []byte(text.String())),
	)
}

// copyRecord writes the record anew, so that one that is being written is
// whole in the bundle.
func (b *bundle) copyRecord() error {
	m := b.rec.Meta()
	c, err := record.Create(recordPath(b.dir), m)
	if err != nil {
		return err
	}
	err = b.rec.Replay(c)
	if m.Finished {
		err = errors.Join(err, c.Finish(m.Info))
	}
	return errors.Join(err, c.Close())
}

// containers adds, of each container that still exists, its description and
// its log around each event.
func (b *bundle) containers(ctx context.Context, dockerHost string) {
	var engine *probe.Engine
	for _, t := range b.judged.Run.Targets {
		if t.Kind != "container" {
			continue
		}
		if engine == nil {
			var err error
			if engine, err = b.app.connect(ctx, dockerHost); err != nil {
				b.note("%v", err)
				return
			}
			defer engine.Close()
		}
		c, err := engine.Container(ctx, t.ID)
		if err != nil {
			b.note("container %s: %v", t.Name, err)
			continue
		}
		b.container(ctx, t, c)
		_ = c.Close() // it was only read
	}
}

func (b *bundle) container(ctx context.Context, t soak.TargetInfo, c *probe.Container) {
	dir := safeName(t.Name)
	text, err := c.Inspect(ctx)
	if err == nil {
		err = b.write(filepath.Join(dir, "inspect.json"), text)
	}
	if err != nil {
		b.note("the description of %s: %v", t.Name, err)
	}
	for i, x := range excerpts(b.judged, t.Name) {
		text, err := x.read(ctx, c)
		if err == nil {
			err = b.write(filepath.Join(dir, "log", fmt.Sprintf("%02d-%s.log", i+1, x.name())), text)
		}
		if err != nil {
			b.note("the log of %s around %s: %v", t.Name, x.from.UTC().Format(time.RFC3339), err)
		}
	}
}

func (b *bundle) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

func (b *bundle) write(name string, data []byte) error {
	path := filepath.Join(b.dir, name)
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600))
}

// readme says what is where.
func (b *bundle) readme() error {
	text := "Run " + b.judged.Run.ID + ", bundled by leakcheck " + version() + ".\n\n" + strings.Join([]string{
		"run.db          the record: `leakcheck report run.db` judges it again",
		"report.txt      the report; report.html, run.json, junit.xml, summary.md and memory.svg say the same",
		"samples.csv     the memory before, during and after: `leakcheck classify samples.csv`",
		"*/inspect.json  how the engine describes each container; values of environment variables, and what looks",
		"                like a password, token or key, are removed",
		"*/log/*.log     each container's log around each event, without secrets of well-known forms: look before you pass it on",
	}, "\n") + "\n"
	if len(b.notes) > 0 {
		text += "\nLeft out:\n  " + strings.Join(b.notes, "\n  ") + "\n"
	}
	return b.write("README.txt", []byte(text))
}

// pack makes one compressed file of a folder, which appears whole or not at
// all, and which only its owner may read.
func pack(path, dir string) (err error) {
	out, err := os.CreateTemp(filepath.Dir(path), ".leakcheck-bundle-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(out.Name()) // the first error is the one to tell
		}
	}()
	zip := gzip.NewWriter(out)
	archive := tar.NewWriter(zip)
	err = errors.Join(addAll(archive, dir), archive.Close(), zip.Close(), out.Sync(), out.Close())
	if err != nil {
		return err
	}
	return os.Rename(out.Name(), path)
}

func addAll(archive *tar.Writer, dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		h := &tar.Header{Name: filepath.ToSlash(name), Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := archive.WriteHeader(h); err != nil {
			return err
		}
		_, err = io.CopyN(archive, f, info.Size())
		return err
	})
}

// safeName keeps what cannot lead out of a folder.
func safeName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '_'
	}, s)
	return strings.TrimLeft(s, ".")
}
