package main

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// exitCode is a finished command's exit code as text.
func exitCode(err error) string {
	var e *exec.ExitError
	if errors.As(err, &e) {
		return strconv.Itoa(e.ExitCode())
	}
	return err.Error()
}

// room is one rule of the house: code under dir must not import what starts
// with any of never, and must not call any of calls.
type room struct {
	dir   string
	never []string
	calls []string
	why   string
}

var clock = []string{"time.Now", "time.Since", "time.Until", "time.After", "time.Sleep", "time.NewTimer", "time.NewTicker"}

var rooms = []room{
	{dir: "soak", never: []string{"leakcheck/"}, why: "the vocabulary imports nothing of ours"},
	{dir: "soak/runner/", never: []string{"leakcheck/probe", "leakcheck/soak/record"}, why: "the runner knows only soak's interfaces"},
	{dir: "soak/record/", never: []string{"leakcheck/soak/curve", "leakcheck/soak/checklist"}, why: "a record holds measurements, never conclusions"},
	{dir: "soak/curve/", never: []string{"os", "net", "net/http", "database/sql", "github.com/fatih/color"}, calls: clock, why: "the curve is pure"},
	{dir: "soak/checklist/", never: []string{"os", "net", "net/http", "database/sql", "github.com/fatih/color"}, calls: clock, why: "the checklist is pure"},
	{dir: "soak/experiment/", never: []string{"leakcheck/probe", "leakcheck/soak/record", "leakcheck/soak/load"}, why: "an experiment knows only soak's interfaces"},
	{dir: "report/", never: []string{"leakcheck/soak/runner", "leakcheck/probe", "leakcheck/soak/load", "leakcheck/soak/record"}, why: "a report tells, it does not do"},
	{dir: "probe/", never: []string{"leakcheck/scenarios"}, why: "how we look does not depend on what we fire"},
}

func TestTheRulesOfTheHouse(t *testing.T) {
	files := 0
	for path, file := range production(t) {
		files++
		dir := filepath.ToSlash(filepath.Dir(path)) + "/"
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if strings.Contains(name, "cobra") && dir != "cmd/" {
				t.Errorf("%s imports %s: only cmd knows the command line", path, name)
			}
			if helper := name == "testing" || strings.HasPrefix(name, "leakcheck/") && strings.HasSuffix(name, "test"); helper && !strings.Contains(dir, "test/") {
				t.Errorf("%s imports %s: production code imports no test helpers", path, name)
			}
			for _, r := range rooms {
				if r.holds(dir) && slices.ContainsFunc(r.never, func(n string) bool {
					return name == n || strings.HasSuffix(n, "/") && strings.HasPrefix(name, n) || strings.HasPrefix(name, n+"/") && strings.HasPrefix(n, "leakcheck/")
				}) {
					t.Errorf("%s imports %s: %s", path, name, r.why)
				}
			}
		}
		for _, r := range rooms {
			if r.holds(dir) {
				for _, call := range calls(file, r.calls) {
					t.Errorf("%s uses %s: %s", path, call, r.why)
				}
			}
		}
	}
	if files < 20 {
		t.Fatalf("only %d files were looked at", files)
	}
}

// holds reports whether the rule is about files of dir. A rule for a folder
// without a final slash is about that folder alone.
func (r room) holds(dir string) bool {
	if strings.HasSuffix(r.dir, "/") {
		return strings.HasPrefix(dir, r.dir) && !strings.HasSuffix(dir, "test/")
	}
	return dir == r.dir+"/"
}

// calls lists which of the named functions a file uses.
func calls(file *ast.File, names []string) (used []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if pkg, ok := sel.X.(*ast.Ident); ok {
				if name := pkg.Name + "." + sel.Sel.Name; slices.Contains(names, name) {
					used = append(used, name)
				}
			}
		}
		return true
	})
	return used
}

func TestExportedNamesAreDocumented(t *testing.T) {
	for path, file := range production(t) {
		for _, decl := range file.Decls {
			for _, name := range undocumented(decl) {
				t.Errorf("%s: exported %s has no doc comment", path, name)
			}
		}
	}
}

// undocumented lists the exported names that a declaration makes without a
// doc comment. Constants and variables may be documented as a group.
func undocumented(decl ast.Decl) (names []string) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && d.Doc == nil {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if n.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	return names
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	name, ok := t.(*ast.Ident)
	return ok && name.IsExported()
}

// longest is how many lines a file may have.
const longest = 400

func TestFilesStayShort(t *testing.T) {
	seen := 0
	err := walk(func(path string) error {
		text, err := os.ReadFile(path)
		n := bytes.Count(text, []byte("\n"))
		seen += n
		if n > longest {
			t.Errorf("%s has %d lines, at most %d please: split it by idea", path, n, longest)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 10_000 {
		t.Fatalf("only %d lines were counted", seen)
	}
}

// production parses every Go file that is not a test.
func production(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	fset := token.NewFileSet()
	err := walk(func(path string) error {
		if strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution|parser.ParseComments)
		files[path] = file
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func walk(visit func(path string) error) error {
	return filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && (name == "testdata" || len(name) > 1 && name[0] == '.') {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		return visit(path)
	})
}
