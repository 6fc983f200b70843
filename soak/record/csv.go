package record

import (
	"bufio"
	"encoding/csv"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode"

	"leakcheck/soak"
)

// csvMetrics are the columns of samples.csv after unix_ms, target and life. It
// is a contract: scripts read it.
var csvMetrics = []soak.Metric{
	soak.Usage, soak.WorkingSet, soak.Anon, soak.File, soak.InactiveFile, soak.Shmem, soak.Kernel, soak.Limit,
	soak.CPU, soak.Requests, soak.Restarts, soak.OOMKills,
}

// WriteCSV writes samples, one row each, under the header that `leakcheck
// classify` reads back. What was not measured is an empty cell. All samples
// before an error are written.
func WriteCSV(w io.Writer, samples iter.Seq2[soak.Sample, error]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	out.WriteString("unix_ms,target,life")
	for _, m := range csvMetrics {
		out.WriteString("," + m.String())
	}
	out.WriteByte('\n')
	var row []byte
	var failed error
	for s, err := range samples {
		if err != nil {
			failed = err
			break
		}
		row = appendCSV(row[:0], s)
		if _, err := out.Write(row); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return failed
}

func appendCSV(b []byte, s soak.Sample) []byte {
	b = strconv.AppendInt(b, s.At.UnixMilli(), 10)
	b = append(append(b, ','), cell(s.Target)...)
	b = strconv.AppendInt(append(b, ','), int64(s.Life), 10)
	for _, m := range csvMetrics {
		b = append(b, ',')
		if x, ok := s.Get(m); ok {
			b = strconv.AppendInt(b, x, 10)
		}
	}
	return append(b, '\n')
}

// cell quotes a name where it must be, and keeps it on one line.
func cell(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r == ',' || r == '"' || r == ' ' || !unicode.IsPrint(r) }) {
		return name
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, name)
	var b strings.Builder
	w := csv.NewWriter(&b)
	if w.Write([]string{name}) != nil {
		return ""
	}
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}
