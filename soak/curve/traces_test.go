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

func TestPooled(t *testing.T) {
	s := New(Options{})
	for _, x := range readTrace(t, os.Getenv("TRACES")+"/go-restart-leak.csv") {
		s.Add(x)
	}
	a := s.analyseLives()
	fmt.Println(a.leak, a.vetoed, a.must*3600/1e6)
	for _, m := range a.fits {
		fmt.Printf("     %-20s %8.1f (%.0f)  [%s %s %s]\n", familyNames[m.family], m.score-a.best(), m.best.at, soak.FormatRate(m.rate.quantile(.005)*3600), soak.FormatRate(m.rate.quantile(.5)*3600), soak.FormatRate(m.rate.quantile(.975)*3600))
	}
	for i := range a.series.y {
		if i%(1+a.series.len()/50) == 0 {
			fmt.Printf(" %.0f:%.2f", a.series.t[i], a.series.y[i]/1e6)
		}
	}
}
