package logscan

import (
	"bytes"
	"regexp"
)

// removed stands in for a secret.
const removed = "(removed)"

// shape is one kind of secret that is known by its form.
type shape struct {
	// hints are in every line that the form is in: looking for them is what
	// keeps the search cheap.
	hints   [][]byte
	form    *regexp.Regexp
	replace []byte
}

func newShape(form, replace string, hints ...string) shape {
	s := shape{form: regexp.MustCompile(form), replace: []byte(replace)}
	for _, h := range hints {
		s.hints = append(s.hints, []byte(h))
	}
	return s
}

// shapes are the forms of credentials as their issuers document them (RFC 7519
// for JWT, RFC 7468 for PEM, RFC 9110 for Authorization), cut short or not.
var shapes = []shape{
	newShape(`(?i)((?:authorization|cookie)\\?["']?\s*[=:]\s*)(?:\\?"[^"]*"|'[^']*'|[^\s,;&"']+(?: [^\s,;&"']{8,})?)`, "${1}"+removed,
		"uthorization", "UTHORIZATION", "ookie", "OOKIE"),
	newShape(`eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*`, removed, "eyJ"),
	newShape(`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}`, removed, "AKIA", "ASIA", "ABIA", "ACCA"),
	newShape(`\b(?:gh[pousr]_|github_pat_|glpat-|npm_|dop_v1_|xox[abeoprs]-|(?:sk|rk|pk)_(?:live|test)_)[A-Za-z0-9_-]{8,}`, removed,
		"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "npm_", "dop_v1_", "xox", "k_live_", "k_test_"),
	newShape(`\bsk-[A-Za-z0-9_-]{16,}`, removed, "sk-"),
	newShape(`\bAIza[A-Za-z0-9_-]{16,}|\bya29\.[A-Za-z0-9_-]{8,}`, removed, "AIza", "ya29."),
	newShape(`(-----BEGIN [A-Z ]*PRIVATE KEY-----).*`, "${1}"+removed, "PRIVATE KEY-----"),
	newShape(`://[^/@\s"'<>]+@`, "://"+removed+"@", "://"),
	newShape(`\b((?i:bearer|basic))\s+[a-z]*[A-Z0-9._~+/=-][A-Za-z0-9._~+/=-]{7,}`, "${1} "+removed, "earer", "EARER", "asic", "ASIC"),
	newShape(`(?i)((?:passw(?:or)?d|passphrase|pwd|secret|api[._-]?key|access[._-]?key|private[._-]?key|secret[._-]?key)[\w.-]{0,20}\\?["']?\s*[=:]\s*)(?:\\?"[^"]*"|'[^']*'|[^\s&;,"'})\]]+)`,
		"${1}"+removed, "ass", "ASS", "pwd", "PWD", "ecret", "ECRET", "key", "Key", "KEY"),
	// A token is a secret if there is a digit in it and enough of it; "tokens: 512" is a count.
	newShape(`(?i)(token\\?["']?\s*[=:]\s*\\?["']?)(?:[A-Za-z_./+~-]+[0-9]|[0-9]+[A-Za-z_./+~-])[A-Za-z0-9_./+=~-]{6,}`, "${1}"+removed, "oken", "OKEN"),
}

// Redact takes credentials of well-known forms out of a line: JWTs, keys of
// clouds and code hosts, Authorization headers, passwords in URLs and what
// stands behind a name such as password or api_key. It returns the line itself
// where there are none. A secret of no known form stays.
func Redact(line []byte) []byte {
	for i := range shapes {
		if s := &shapes[i]; s.hinted(line) {
			line = s.form.ReplaceAll(line, s.replace)
		}
	}
	return line
}

func (s *shape) hinted(line []byte) bool {
	for _, h := range s.hints {
		if bytes.Contains(line, h) {
			return true
		}
	}
	return false
}
