package curve

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"leakcheck/soak"
)

func readTrace(t testing.TB, file string) []soak.Sample {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []soak.Sample
	for _, row := range rows[1:] {
		var x soak.Sample
		for i, name := range rows[0] {
			if name == "unix" {
				v, _ := strconv.ParseFloat(row[i], 64)
				x.At = time.UnixMicro(int64(v * 1e6))
				continue
			}
			m, ok := soak.ParseMetric(name)
			if !ok {
				continue
			}
			if v, err := strconv.ParseInt(row[i], 10, 64); err == nil {
				x.Set(m, v)
			}
		}
		out = append(out, x)
	}
	return out
}

func TestPrintTraces(t *testing.T) {
	files, _ := filepath.Glob(os.Getenv("TRACES") + "/*.csv")
	for _, file := range files {
		xs := readTrace(t, file)
		s := New(Options{Source: filepath.Base(file)})
		for _, x := range xs {
			s.Add(x)
		}
		r := s.Result()
		fmt.Println("==", r.Source, r.Traits)
		describe(s, r)
	}
}
