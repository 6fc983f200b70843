package demonode

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leakcheck/soak"
)

var epoch = time.Unix(1_733_616_000, 0)

func model(t testing.TB, o Options, log *strings.Builder) *Model {
	t.Helper()
	m, err := NewModel(o, epoch, log)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// day lets the model answer a workout query each 30 s for a day.
func day(m *Model) {
	for at := 30 * time.Second; at <= 24*time.Hour; at += 30 * time.Second {
		m.Advance(at)
		m.Query(at, "workout", 2, 5)
	}
}

func anonAt(m *Model, at time.Duration) int64 {
	v := m.Values(at)
	x, _ := v.Get(soak.Anon)
	return x
}

func TestModelOfADayWithTheBug(t *testing.T) {
	var log strings.Builder
	m := model(t, Buggy(), &log)
	m.Noise = 0
	day(m)
	const queries = 24 * 120
	want := int64(queries * 56 * 3 * 6000)
	if got := m.Truth(24 * time.Hour); got.Leaked != want || got.Upstream != queries*(8+168) || got.NotFound != queries*168 {
		t.Errorf("%+v, want %d bytes leaked", got, want)
	}
	if grown := anonAt(m, 24*time.Hour) - int64(Buggy().Base); grown != want {
		t.Errorf("grown by %d, want %d", grown, want)
	}
	if n := strings.Count(log.String(), "Error in getRecord after 2 retries: Request failed with status code 404"); n != queries*56 {
		t.Errorf("%d retry lines, want %d", n, queries*56)
	}
	if n := strings.Count(log.String(), "[Memory Monitor]"); n != 24*60 {
		t.Errorf("%d monitor lines, want one a minute", n)
	}
}

func TestModelOfADayWithTheFix(t *testing.T) {
	var log strings.Builder
	o := Fixed()
	o.Rare = 5000
	m := model(t, o, &log)
	day(m)
	got := m.Truth(24 * time.Hour)
	if got.Leaked != 0 {
		t.Errorf("leaked %d", got.Leaked)
	}
	if n := strings.Count(log.String(), "after 2 retries"); n != 0 {
		t.Errorf("%d retry lines", n)
	}
	// The 56 souls of each query expire once an hour; the rare ones are asked
	// for once each and are swept out an hour later.
	if n := strings.Count(log.String(), "Cleaned"); n < 22 || n > 24 {
		t.Errorf("%d sweeps found something, want about one an hour", n)
	}
	rate := hitRates(t, log.String())
	if len(rate) < 100 || rate[len(rate)-1] < 70 || rate[len(rate)-1] > 90 {
		t.Errorf("hit rates %v, want the last between 70 and 90 %%", rate)
	}
}

// statsLine is the documents' line, read as their readers do.
var statsLine = regexp.MustCompile(`📊 \[GUN 404 Cache\] (\d+)/(\d+) hits \((\d+\.\d)% cache hit rate, (\d+) cached souls\)`)

func hitRates(t *testing.T, log string) (rates []float64) {
	t.Helper()
	for _, f := range statsLine.FindAllStringSubmatch(log, -1) {
		lookups, err := strconv.Atoi(f[2])
		if err != nil || lookups%100 != 0 {
			t.Errorf("%s: not at a multiple of 100 lookups", f[0])
		}
		r, err := strconv.ParseFloat(f[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		rates = append(rates, r)
	}
	return rates
}

// Without requests the fixed node says nothing of its cache, and nothing is
// cleaned where nothing has expired.
func TestSilenceProvesNothing(t *testing.T) {
	var log strings.Builder
	m := model(t, Fixed(), &log)
	m.Query(0, "workout", 2, 5)
	m.Advance(59 * time.Minute)
	if strings.Contains(log.String(), "GUN 404 Cache") {
		t.Errorf("a line without a hit or an expiry: %s", log.String())
	}
	m.Advance(time.Hour)
	if !strings.Contains(log.String(), "🧹 [GUN 404 Cache] Cleaned 56 expired entries, 0 remain\n") {
		t.Errorf("no sweep: %s", log.String())
	}
}

func TestLogForms(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Options)
		want   []string
	}{
		"documents": {func(*Options) {}, []string{
			"📡 GUN helper initialized", "✅ Server initialized", "🧹 [GUN 404 Cache] Cleaned 56 expired entries, 0 remain"}},
		"plain":       {func(o *Options) { o.Plain = true }, []string{"\nServer initialized\n", "\n[GUN 404 Cache] Cleaned 56 expired entries, 0 remain\n"}},
		"later":       {func(o *Options) { o.Later = true }, []string{"🧹 [GUN Cache] Cleaned 56 expired entries (404: 0, Del: 0)"}},
		"two retries": {func(o *Options) { o.Fix = false }, []string{"❌ Error in getRecord after 2 retries: Request failed with status code 404\n"}},
		"monitor": {func(o *Options) { o.Grow = soak.Rate(60 * 500 << 20); o.Base = 0 }, []string{
			"\n[Memory Monitor] Heap: 24MB / 32MB (0.59%), RSS: 540MB, External: 500MB\n",
			"🚨 [Memory Leak Tracker] EXTERNAL MEMORY LEAK DETECTED\n   Current: 500MB\n   Growth: +500MB in last 1.0 minutes\n" +
				"   Rate: 500.0 MB/min\n   Time to crash (if 32GB heap): 65 minutes\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := Fixed()
			c.change(&o)
			var log strings.Builder
			m := model(t, o, &log)
			m.Query(0, "workout", 2, 5)
			m.Advance(time.Hour)
			for _, want := range c.want {
				if !strings.Contains(log.String(), want) {
					t.Errorf("%q is not in %.1000s", want, log.String())
				}
			}
		})
	}
}

func TestCacheIsBounded(t *testing.T) {
	o := Fixed()
	o.CacheSize, o.Rare = 100, 1000
	m := model(t, o, &strings.Builder{})
	for i := range 500 {
		m.Query(time.Duration(i)*time.Second, "workout", 2, 5)
	}
	if got := m.Truth(time.Hour); got.Cached != 100 {
		t.Errorf("%d cached souls, want 100", got.Cached)
	}
}

func TestCurves(t *testing.T) {
	const a = 10_000_000
	for name, c := range map[string]struct {
		curve string
		at    time.Duration
		want  level
	}{
		"stable":          {"stable", time.Hour, level{}},
		"linear":          {"linear", 30 * time.Minute, level{anon: 30e6}},
		"staircase":       {"staircase", 95 * time.Minute, level{anon: 9 * a}},
		"warm-up, early":  {"warm-up", 0, level{}},
		"warm-up, late":   {"warm-up", 100 * time.Hour, level{anon: a}},
		"tmpfs":           {"tmpfs", 2 * time.Hour, level{shmem: 120e6}},
		"page cache":      {"page-cache", 6 * time.Minute, level{file: 6e6}},
		"page cache, cap": {"page-cache", 6 * time.Hour, level{file: a}},
		"two":             {"linear+tmpfs", time.Hour, level{anon: 60e6, shmem: 60e6}},
	} {
		o := Fixed()
		o.Base, o.Curve, o.Amplitude, o.Period, o.Rate = 0, c.curve, a, 10*time.Minute, 60e6
		if got := shape(o, c.at); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// A sawtooth rises in each tooth, never above 115 % of its amplitude, and
// starts over at nothing.
func TestSawtooth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Fixed()
		o.Base, o.Curve, o.Seed = 0, CurveSawtooth, rapid.Uint64().Draw(t, "seed")
		at := time.Duration(rapid.Int64Range(0, int64(1000*time.Hour)).Draw(t, "at"))
		got := shape(o, at).anon
		if got < 0 || got > int64(1.15*float64(o.Amplitude)) {
			t.Fatalf("%d at %v", got, at)
		}
		if start := shape(o, at.Truncate(o.Period)).anon; start != 0 {
			t.Fatalf("a tooth starts at %d", start)
		}
	})
}

// The model's sample adds up, and is the same each time it is asked for.
func TestModelValues(t *testing.T) {
	o := Buggy()
	o.Curve, o.SelfLoad = "sawtooth+page-cache+tmpfs", 1
	m := model(t, o, &strings.Builder{})
	m.Limit = 512 << 20
	m.Advance(time.Minute)
	v := m.Values(time.Minute)
	if again := m.Values(time.Minute); again != v {
		t.Error("two samples of one instant differ")
	}
	get := func(x soak.Metric) int64 { n, _ := v.Get(x); return n }
	if get(soak.Usage) != get(soak.Anon)+get(soak.File)+get(soak.Kernel) {
		t.Error("usage is not the sum of its parts")
	}
	if get(soak.WorkingSet) != get(soak.Usage)-get(soak.InactiveFile) || get(soak.Limit) != 512<<20 {
		t.Error("the working set is not usage without inactive file pages")
	}
	if got := m.Truth(time.Minute).Leaked; got != 60*1_008_000 {
		t.Errorf("leaked %d in a minute of one query a second", got)
	}
}

// The process's own tmpfs and page-cache files hold what the curve says, and
// the file is gone afterwards.
func TestFilesFollowTheCurve(t *testing.T) {
	o := Fixed()
	o.Base, o.Curve, o.Amplitude, o.Rate, o.Dir = 0, "page-cache+tmpfs", 3_000_001, soak.Rate(3600e6), t.TempDir()
	h := &held{}
	for _, at := range []time.Duration{time.Second, 2 * time.Second, time.Minute} {
		if err := h.follow(o, at); err != nil {
			t.Fatal(err)
		}
		want := shape(o, at)
		if h.file.size != want.file || h.shmem.size != want.shmem {
			t.Errorf("%v: %d and %d, want %+v", at, h.file.size, h.shmem.size, want)
		}
	}
	h.close()
	if left, err := os.ReadDir(o.Dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestCheck(t *testing.T) {
	for want, change := range map[string]func(*Options){
		"choose one of":    func(o *Options) { o.Curve = "sawtooth+spiral" },
		"at least 1":       func(o *Options) { o.Attempts = 0 },
		"a cache lifetime": func(o *Options) { o.Fix = true; o.CacheTTL = 0 },
		"period":           func(o *Options) { o.Period = 0 },
	} {
		o := Buggy()
		change(&o)
		if err := o.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Whatever is written and resized, the arena holds what was asked for.
func TestPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m pages
		defer m.close()
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			n := rapid.Int64Range(0, 3*regionSize).Draw(t, "n")
			if rapid.Bool().Draw(t, "small") {
				n /= 1 << 10
			}
			if err := m.resize(n); err != nil {
				t.Fatal(err)
			}
			if m.size() != n || m.touched%pageSize != 0 || m.touched < n || m.touched-n >= pageSize {
				t.Fatalf("resized to %d: %d used, %d touched", n, m.size(), m.touched)
			}
		}
	})
}
