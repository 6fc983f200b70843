package load

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

var placeholder = regexp.MustCompile(`\$\{(env|file):([^}]*)\}`)

// secrets expands placeholders and hides what they held.
type secrets struct {
	getenv   func(string) string
	readFile func(string) ([]byte, error)
	pairs    []string // old, new for a strings.Replacer
}

// expand replaces each ${env:NAME} and ${file:PATH} in s. A missing or empty
// one is an error that names it, never its value.
func (x *secrets) expand(s string) (string, error) {
	var failed error
	out := placeholder.ReplaceAllStringFunc(s, func(m string) string {
		parts := placeholder.FindStringSubmatch(m)
		value, err := x.value(parts[1], parts[2])
		if err != nil && failed == nil {
			failed = err
		}
		return value
	})
	return out, failed
}

func (x *secrets) value(kind, name string) (string, error) {
	value := ""
	if kind == "env" {
		if value = x.getenv(name); value == "" {
			return "", fmt.Errorf("the environment variable %s is not set: set it, or remove ${env:%s}", name, name)
		}
	} else {
		b, err := x.readFile(name)
		if err != nil {
			return "", fmt.Errorf("${file:%s}: %w", name, err)
		}
		if value = strings.TrimRight(string(b), "\r\n"); value == "" {
			return "", fmt.Errorf("${file:%s}: the file is empty", name)
		}
	}
	x.hide(value)
	return value, nil
}

// hide keeps a value, as it is and as it stands in URLs, out of all texts.
func (x *secrets) hide(value string) {
	for _, form := range []string{value, url.QueryEscape(value), url.PathEscape(value)} {
		if form != "" {
			x.pairs = append(x.pairs, form, "[redacted]")
		}
	}
}

// redact takes every secret out of a text.
func (x *secrets) redact(s string) string {
	return strings.NewReplacer(x.pairs...).Replace(s)
}
