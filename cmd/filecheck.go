package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"leakcheck/probe"
	"leakcheck/soak"
)

// filesWithin bounds how long a container's files may take to read.
const filesWithin = 20 * time.Second

// fileCheck looks once, beside a run, into the files that the profile names
// inside a container. It sends no load; it is a soak.Load because that is a
// part of a run that goes on beside the sampling and is asked what it found.
type fileCheck struct {
	container *probe.Container
	target    string
	checks    []soak.FileCheck

	mu    sync.Mutex
	found soak.Batch
	done  bool
}

// fileChecks are those of the containers among the nodes.
func fileChecks(nodes []node) (all []soak.Load) {
	for _, n := range nodes {
		if c, ok := n.Target.(*probe.Container); ok && len(n.profile.Files) > 0 {
			all = append(all, &fileCheck{container: c, target: n.info.Name, checks: n.profile.Files})
		}
	}
	return all
}

// Run looks and is done.
func (f *fileCheck) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, filesWithin)
	defer cancel()
	for _, c := range f.checks {
		s, err := look(ctx, f.container, c)
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil // the run ended before anything was found
		}
		f.note(s, c.ID, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done = true
	return nil
}

// note keeps what was found. What could only be read in part is believed if it
// holds the text.
func (f *fileCheck) note(s soak.Signal, id string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s.Target = f.target
	if err != nil {
		f.found.Events = append(f.found.Events, soak.Event{At: s.At, Target: f.target, Kind: soak.EventWarning,
			Text: fmt.Sprintf("the files for %s could not be read to the end: %v", id, err)})
	}
	if err == nil || s.Values["holding"] > 0 {
		f.found.Signals = append(f.found.Signals, s)
	}
}

// looked reports whether all files have been looked into.
func (f *fileCheck) looked() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.done
}

// Stop does nothing: a look is short.
func (f *fileCheck) Stop(string) {}

// Take returns what was found since the last call.
func (f *fileCheck) Take() soak.Batch {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.found
	f.found = soak.Batch{}
	return b
}

// reader reads files inside a container by their globs.
type reader interface {
	Read(ctx context.Context, globs ...string) ([]probe.File, error)
}

// look goes through the paths in their order, exact ones being cheap, until a
// file is there.
func look(ctx context.Context, in reader, c soak.FileCheck) (soak.Signal, error) {
	s := soak.Signal{At: time.Now(), Name: soak.FileSignal + c.ID, Count: 1, Values: map[string]float64{"files": 0, "holding": 0}}
	for _, path := range c.Paths {
		files, err := in.Read(ctx, path)
		var said []string
		for _, file := range files {
			s.Values["files"]++
			word := "does not hold"
			if strings.Contains(string(file.Data), c.Contains) {
				s.Values["holding"]++
				word = "holds"
			} else if int64(len(file.Data)) < file.Size {
				word = fmt.Sprintf("does not hold, in its first %s of %s,", soak.FormatBytes(float64(len(file.Data))), soak.FormatBytes(float64(file.Size)))
			}
			said = append(said, fmt.Sprintf("%s %s %q", file.Path, word, c.Contains))
		}
		s.Text = strings.Join(said, "; ")
		if err != nil || len(files) > 0 {
			return s, err
		}
	}
	s.Text = "the container has none of " + strings.Join(c.Paths, ", ")
	return s, nil
}
