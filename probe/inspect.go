package probe

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
)

// removed stands in for what nobody but the container's owner may read.
const removed = "(removed)"

// Inspect returns the engine's description of the container as indented JSON
// that can be handed to others: without the values of environment variables,
// and without whatever a name or its form gives away as a password, token or
// key, in labels, commands and options.
func (c *Container) Inspect(ctx context.Context) ([]byte, error) {
	_, raw, err := c.e.cli.ContainerInspectWithRaw(ctx, c.seen().ID, false)
	if err != nil {
		return nil, c.e.explain(err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, unavailablef("the Docker engine at %s describes container %s in a way that cannot be read: %v", c.e.end.address, c.name, err)
	}
	return json.MarshalIndent(scrub("", tree), "", "  ")
}

const secretWords = `pass(?:word|wd|phrase)?|pwd|secret|token|credential|auth|cookie|session|bearer|api[._-]?key|access[._-]?key|private[._-]?key|signature|dsn`

var (
	secretName = regexp.MustCompile(`(?i)(?:` + secretWords + `)`)
	secretFlag = regexp.MustCompile(`(?i)^--?[\w.-]*(?:` + secretWords + `)[\w.-]*$`)
	// secretPair is NAME=value, --name=value or "name: value" within a text.
	secretPair = regexp.MustCompile(`(?i)([\w.-]*(?:` + secretWords + `)[\w.-]*["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s&;,]+)`)
	secretArg  = regexp.MustCompile(`(?i)(--?[\w.-]*(?:` + secretWords + `)[\w.-]*\s+)("[^"]*"|'[^']*'|[^\s&;,]+)`)
	scheme     = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[\w.~+/=-]+`)
	userinfo   = regexp.MustCompile(`://[^/@\s]+@`)
)

// scrub goes through a JSON tree; key is the name under which node stands.
func scrub(key string, node any) any {
	switch x := node.(type) {
	case map[string]any:
		for k, v := range x {
			x[k] = scrub(k, v)
		}
	case []any:
		return scrubList(key, x)
	case string:
		if x != "" && secretName.MatchString(key) {
			return removed
		}
		return scrubText(x)
	}
	return node
}

// scrubList also takes the value after a flag of its own, and all values of
// environment variables.
func scrubList(key string, list []any) []any {
	flag := false
	for i, v := range list {
		text, is := v.(string)
		switch {
		case is && key == "Env":
			name, _, _ := strings.Cut(text, "=")
			list[i] = name + "=" + removed
		case is && flag:
			list[i] = removed
		default:
			list[i] = scrub(key, v)
		}
		flag = is && !flag && secretFlag.MatchString(text)
	}
	return list
}

func scrubText(s string) string {
	s = userinfo.ReplaceAllString(s, "://"+removed+"@")
	s = scheme.ReplaceAllString(s, "$1 "+removed)
	s = secretArg.ReplaceAllString(s, "${1}"+removed)
	return secretPair.ReplaceAllString(s, "${1}"+removed)
}
