package scenarios

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"leakcheck/soak"
)

// maxExtends is how many profiles one may stand on.
const maxExtends = 16

// loader reads a profile and what it extends into one, the base first.
type loader struct {
	profile  *soak.Profile
	places   places
	problems Problems
	chain    []string // the profiles being read, the one asked for first
}

func newLoader() *loader {
	return &loader{profile: &soak.Profile{}, places: places{}}
}

// open finds a profile by its embedded name or as a file.
func open(nameOrFile string) (*document, error) {
	if text, err := embedded.ReadFile(nameOrFile + ".yaml"); err == nil {
		return newDocument(nameOrFile+".yaml (built in)", text), nil
	}
	f, err := os.Open(nameOrFile)
	if errors.Is(err, fs.ErrNotExist) && !isPath(nameOrFile) {
		return nil, fmt.Errorf("there is no profile %q; name a YAML file, or %s", nameOrFile, didYouMean(nameOrFile, Names()))
	}
	if err != nil {
		return nil, unreadable(err)
	}
	defer f.Close() // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, unreadable(err)
	}
	return newDocument(nameOrFile, text), nil
}

func unreadable(err error) error {
	return fmt.Errorf("cannot read the profile: %w; name a YAML file that can be read, or one of %s", err, strings.Join(Names(), ", "))
}

// isPath tells a file's name from a profile's.
func isPath(s string) bool {
	return strings.ContainsAny(s, `/\`) || strings.HasSuffix(s, ".yaml") || strings.HasSuffix(s, ".yml")
}

// load reads the profile that was asked for. The error is for one that cannot
// be read at all.
func (l *loader) load(nameOrFile string) error {
	doc, err := open(nameOrFile)
	if err != nil {
		return err
	}
	l.chain = []string{nameOrFile}
	l.read(doc)
	l.finish(nameOrFile)
	return nil
}

// read lays a document over the profile, after what it extends.
func (l *loader) read(doc *document) {
	l.places[""] = place{doc, ast.Null(nil)}
	root, problems := doc.parse()
	if len(problems) > 0 {
		l.problems = append(l.problems, problems...)
		return
	}
	d := &decoder{doc: doc, places: places{}, anchors: map[string]ast.Node{}}
	if base := d.valueOf(root, "extends"); base != "" {
		l.extend(base, doc, d.nodeOf(root, "extends"))
	}
	p := l.profile // what is a profile's own is not handed down
	p.Name, p.Extends, p.Summary, p.Match, p.Drop = "", "", "", soak.Match{}, soak.Drop{}
	l.drop(d, root)
	d.places = l.places
	d.decode(root, reflect.ValueOf(l.profile).Elem(), "", 0)
	l.places[""] = place{doc, root}
	l.problems = append(l.problems, d.problems...)
}

// extend reads the base of a document.
func (l *loader) extend(base string, doc *document, at ast.Node) {
	if _, err := embedded.Open(base + ".yaml"); err != nil && isPath(base) && !filepath.IsAbs(base) {
		base = filepath.Join(filepath.Dir(doc.file), base)
	}
	fail := func(text, remedy string) { l.problems = append(l.problems, doc.at(at, text, remedy)) }
	if slices.ContainsFunc(l.chain, func(c string) bool { return filepath.Clean(c) == filepath.Clean(base) }) {
		fail("profiles that extend each other: "+strings.Join(append(l.chain, base), " -> "), "let one of them stand on its own")
		return
	}
	if len(l.chain) >= maxExtends {
		fail(fmt.Sprintf("more than %d profiles on top of each other", maxExtends), "put some of them together")
		return
	}
	under, err := openBase(base)
	if err != nil {
		text, remedy, _ := strings.Cut(err.Error(), "; ")
		fail(text, remedy)
		return
	}
	l.chain = append(l.chain, base)
	l.read(under)
	l.chain = l.chain[:len(l.chain)-1]
}

// openBase is open for what a profile names: it must not make leakcheck wait
// for a pipe or a device.
func openBase(base string) (*document, error) {
	if info, err := os.Stat(base); err == nil && !info.Mode().IsRegular() && !slices.Contains(Names(), base) {
		return nil, fmt.Errorf("%s is not a file; name a built-in profile or a YAML file", base)
	}
	return open(base)
}

// drop takes away what a document does not want to inherit, before the
// document's own values come: so a part can also be written anew from nothing.
func (l *loader) drop(d *decoder, root ast.Node) {
	at := d.nodeOf(root, "drop")
	if at == nil {
		return
	}
	var drop soak.Drop
	first := &decoder{doc: d.doc, places: places{}, anchors: map[string]ast.Node{}}
	first.decode(at, reflect.ValueOf(&drop).Elem(), "drop", 0)
	p := l.profile
	p.Signals = remove(l, first.places, "signals", drop.Signals, p.Signals, func(s soak.SignalRule) string { return s.Name })
	p.Checks = remove(l, first.places, "checks", drop.Checks, p.Checks, func(c soak.Check) string { return c.ID })
	for i := range p.Checks {
		if slices.Contains(drop.Checks, p.Checks[i].Later) {
			p.Checks[i].Later = ""
		}
	}
	p.Files = remove(l, first.places, "files", drop.Files, p.Files, func(f soak.FileCheck) string { return f.ID })
	for i, name := range drop.Scenarios {
		if p.Scenarios[name] == nil {
			l.notThere(first.places, fmt.Sprintf("drop.scenarios[%d]", i), name, sortedKeys(p.Scenarios))
		}
		delete(p.Scenarios, name)
	}
}

func (l *loader) notThere(at places, path, name string, known []string) {
	l.problems = append(l.problems, at.problem(path, fmt.Sprintf("the extended profile has no %q to drop", name), didYouMean(name, known)))
}

// remove takes the named entries out of a list.
func remove[T any](l *loader, at places, kind string, names []string, list []T, name func(T) string) []T {
	for i, n := range names {
		j := slices.IndexFunc(list, func(t T) bool { return name(t) == n })
		if j < 0 {
			known := make([]string, len(list))
			for k, t := range list {
				known[k] = name(t)
			}
			l.notThere(at, fmt.Sprintf("drop.%s[%d]", kind, i), n, known)
			continue
		}
		list = slices.Delete(list, j, j+1)
	}
	return list
}

// healthPath in a step's path stands for the service's health path, / without
// one.
const healthPath = "{health}"

// finish fills in what follows from the rest.
func (l *loader) finish(nameOrFile string) {
	p := l.profile
	p.Drop = soak.Drop{}
	if p.Name == "" {
		p.Name = strings.TrimSuffix(strings.TrimSuffix(filepath.Base(nameOrFile), ".yaml"), ".yml")
	}
	health := p.Service.Health
	if health == "" {
		health = "/"
	}
	for name, s := range p.Scenarios {
		if s == nil {
			delete(p.Scenarios, name)
			continue
		}
		s.Name = name
		for i := range s.Steps {
			if s.Steps[i].Path == healthPath {
				s.Steps[i].Path = health
			}
		}
	}
}
