package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"leakcheck/soak"
)

// JSON prints the leakcheck.run/1 contract. Empty lists are [] and never null.
// Characters that a terminal would obey are written as JSON escapes, so that
// the bytes are harmless and the content is unchanged.
func JSON(w io.Writer, r soak.Report) error {
	if r.Schema == "" {
		r.Schema = soak.ReportSchema
	}
	return writeJSON(w, complete(r))
}

// writeJSON prints any value indented, harmless on a terminal.
func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("report as JSON: %w", err)
	}
	_, err := w.Write(escapeUnsafe(b.Bytes()))
	return err
}

// escapeUnsafe spells out what Clean would, in JSON's own way. Such characters
// can only stand inside JSON strings; the line breaks between them stay.
func escapeUnsafe(b []byte) []byte {
	if !needsCleaning(string(bytes.ReplaceAll(b, []byte("\n"), nil))) {
		return b
	}
	out := make([]byte, 0, len(b)+64)
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == '\n' || !unsafeRune(r) {
			out = append(out, b[:size]...)
		} else if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
			out = appendEscape(appendEscape(out, hi), lo)
		} else {
			out = appendEscape(out, r)
		}
		b = b[size:]
	}
	return out
}

func appendEscape(out []byte, r rune) []byte {
	hex := strconv.FormatInt(int64(r), 16)
	return append(append(append(out, `\u`...), "0000"[len(hex):]...), hex...)
}

// complete copies a report with empty lists in place of missing ones.
func complete(r soak.Report) soak.Report {
	r.Run.Targets = list(r.Run.Targets)
	r.Run.Interruptions = list(r.Run.Interruptions)
	r.Checks, r.Signals, r.Events, r.Warnings = list(r.Checks), list(r.Signals), list(r.Events), list(r.Warnings)
	r.Errors = list(r.Errors)
	r.Memory = each(list(r.Memory), func(m *soak.MemoryResult) {
		m.Traits, m.Models, m.Warnings = list(m.Traits), list(m.Models), list(m.Warnings)
		if m.Components == nil {
			m.Components = map[string]soak.Range{}
		}
	})
	r.Load.Scenarios = each(list(r.Load.Scenarios), func(s *soak.ScenarioResult) {
		if s.Errors == nil {
			s.Errors = map[soak.ErrorKind]int64{}
		}
	})
	return r
}

func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}
