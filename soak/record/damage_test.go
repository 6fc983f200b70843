package record_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"leakcheck/soak"
	"leakcheck/soak/record"
)

// recorded makes a closed record of n samples, one batch each minute.
func recorded(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.db")
	r := create(t, path)
	var b soak.Batch
	for i := range n {
		b.Samples = append(b.Samples, sampleAt("node", i))
		if len(b.Samples) == 60 || i == n-1 {
			must(t, r.Record(b))
			b = soak.Batch{}
		}
	}
	must(t, r.Close())
	return path
}

// salvaged reads what is left of a record.
func salvaged(t *testing.T, path string) (n int, err error) {
	t.Helper()
	r, err := record.Salvage(path)
	must(t, err)
	defer r.Close()
	for s, err := range r.Samples("") {
		if err != nil {
			return n, err
		}
		if x, _ := s.Get(soak.Limit); x != 8<<30 {
			t.Fatalf("sample %d has a limit of %d: damage got through", n, x)
		}
		n++
	}
	return n, nil
}

func TestDamage(t *testing.T) {
	const total = 20_000
	whole := recorded(t, total)
	text, err := os.ReadFile(whole)
	must(t, err)
	cases := map[string]struct {
		change func([]byte) []byte
		least  int // samples that must be left
	}{
		"a third is missing":    {func(b []byte) []byte { return b[:len(b)*2/3] }, total / 2},
		"cut within a page":     {func(b []byte) []byte { return b[:len(b)-1000] }, total * 9 / 10},
		"a page of zeros":       {func(b []byte) []byte { clear(b[len(b)/2&^4095:][:4096]); return b }, total * 9 / 10},
		"one bit":               {func(b []byte) []byte { b[len(b)/3] ^= 4; return b }, total * 9 / 10},
		"ten thousand of them":  {func(b []byte) []byte { clear(b[len(b)/2:][:100_000]); return b }, total / 2},
		"everything behind 1 %": {func(b []byte) []byte { return b[:len(b)/100] }, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run.db")
			must(t, os.WriteFile(path, c.change(append([]byte(nil), text...)), 0o600))
			r, err := record.Open(path)
			if err == nil { // the damage shows when it is read
				err = r.Replay(&memory{})
				must(t, r.Close())
			}
			var d *record.DamagedError
			if !errors.As(err, &d) {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(err.Error(), "damaged") || c.least > 0 && !strings.Contains(err.Error(), "leakcheck runs export") {
				t.Errorf("the error says: %v", err)
			}
			n, err := salvaged(t, path)
			if !errors.As(err, &d) {
				t.Errorf("salvage ends with %v", err)
			}
			if n < c.least || n >= total || n != d.Samples {
				t.Errorf("%d samples are left, want %d or more; the error says %d", n, c.least, d.Samples)
			}
			t.Logf("%d of %d left: %v", n, total, err)
		})
	}
}

// TestNothingIsMadeUp cuts short records, whose samples build on each other, at
// every place: what is left are samples that were taken, each once, in order.
func TestNothingIsMadeUp(t *testing.T) {
	for _, total := range []int{100, 400, 600} {
		whole := recorded(t, total)
		text, err := os.ReadFile(whole)
		must(t, err)
		most := 0
		var taken []soak.Sample
		r, err := record.Open(whole)
		must(t, err)
		for s, err := range r.Samples("") {
			must(t, err)
			taken = append(taken, s)
		}
		must(t, r.Close())
		for cut := 20_000; cut < len(text); cut += 1500 {
			path := filepath.Join(t.TempDir(), "run.db")
			must(t, os.WriteFile(path, text[:cut], 0o600))
			r, err := record.Salvage(path)
			must(t, err)
			n, next := 0, 0
			for s, err := range r.Samples("") {
				var d *record.DamagedError
				if errors.As(err, &d) {
					break
				}
				must(t, err)
				i := slices.IndexFunc(taken[next:], func(x soak.Sample) bool { return reflect.DeepEqual(x, s) })
				if i < 0 {
					t.Fatalf("%d of %d bytes: %+v was not taken, or not after the %d before", cut, len(text), s, n)
				}
				n, next = n+1, next+i+1
			}
			must(t, r.Close())
			most = max(most, n)
		}
		if most < 60 { // a block is lost as a whole
			t.Errorf("of %d samples %d are left at best", total, most)
		}
	}
}

func TestWholeRecordIsNotDamaged(t *testing.T) {
	if n, err := salvaged(t, recorded(t, 1000)); n != 1000 || err != nil {
		t.Errorf("%d samples, %v", n, err)
	}
}

func TestOtherFiles(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	database := func(name, statements string) string {
		path := filepath.Join(dir, name)
		db, err := sql.Open("sqlite", path)
		must(t, err)
		_, err = db.Exec(statements)
		must(t, err)
		must(t, db.Close())
		return path
	}
	newer := recorded(t, 1)
	database(filepath.Join("..", filepath.Base(filepath.Dir(newer)), "run.db"), "PRAGMA user_version = 99")
	cases := map[string]struct {
		path string
		want error
		text string
	}{
		"text":             {put("a.csv", "t,bytes\n0,1\n"), record.ErrNotRecord, "not a leakcheck record"},
		"nothing":          {put("empty.db", ""), record.ErrNotRecord, "not a leakcheck record"},
		"a folder":         {dir, record.ErrNotRecord, "it is not a file"},
		"another database": {database("other.db", "CREATE TABLE a (b)"), record.ErrNotRecord, "not a leakcheck record"},
		"a newer record":   {newer, record.ErrNewer, "it has format 99 and this version reads up to 1; use the leakcheck that wrote it, or a newer one"},
		"no file":          {filepath.Join(dir, "none.db"), os.ErrNotExist, "none.db"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for what, open := range map[string]func(string) (*record.Record, error){"open": record.Open, "resume": record.Resume} {
				if _, err := open(c.path); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
					t.Errorf("%s: %v", what, err)
				}
			}
			if left, _ := filepath.Glob(c.path + ".lock"); len(left) > 0 {
				t.Errorf("%q is left behind", left)
			}
		})
	}
	if _, err := record.Create(put("there.db", "x"), record.Meta{}); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("create over a file: %v", err)
	}
}

func TestCreateFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	must(t, os.WriteFile(victim, []byte("x"), 0o600))
	for _, name := range []string{"run.db", "run.db.lock"} {
		folder := filepath.Join(dir, "for-"+name)
		must(t, os.Mkdir(folder, 0o700))
		must(t, os.Symlink(victim, filepath.Join(folder, name)))
		if _, err := record.Create(filepath.Join(folder, "run.db"), record.Meta{}); err == nil {
			t.Errorf("%s: a link was followed", name)
		}
	}
	if b, _ := os.ReadFile(victim); string(b) != "x" {
		t.Errorf("the link's target is now %q", b)
	}
}

func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	r := create(f, filepath.Join(dir, "run.db"))
	for i := range 600 {
		must(f, r.Record(soak.Batch{Samples: []soak.Sample{sampleAt("node", i)}, Events: []soak.Event{{Text: "x"}}}))
	}
	must(f, r.Close())
	whole, err := os.ReadFile(r.Path())
	must(f, err)
	f.Add(uint32(0), []byte{1})
	f.Add(uint32(5000), []byte("xyz"))
	f.Fuzz(func(t *testing.T, at uint32, patch []byte) {
		b := append([]byte(nil), whole...)
		copy(b[int(at)%len(b):], patch)
		path := filepath.Join(t.TempDir(), "run.db")
		must(t, os.WriteFile(path, b, 0o600))
		if r, err := record.Open(path); err == nil {
			_ = r.Replay(&memory{})
			r.Close()
		}
		if r, err := record.Salvage(path); err == nil {
			for range r.Samples("") {
			}
			r.Close()
		}
	})
}
