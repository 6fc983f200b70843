package scenarios

import (
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// field is a key of a mapping that is read into a struct.
type field struct {
	key   string
	index int
}

func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if key != "" && key != "-" {
			fields = append(fields, field{key, i})
		}
	}
	return fields
}

func keysOf(fields []field) []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}

// identities are the lists whose entries are known by a key of theirs.
var identities = map[string]string{"signals": "name", "checks": "id", "files": "id"}

// indexOf finds the entry of a list by its identity.
func indexOf(list reflect.Value, key, id string) int {
	fields := fieldsOf(list.Type().Elem())
	at := fields[slices.Index(keysOf(fields), key)].index
	for i := range list.Len() {
		if list.Index(i).Field(at).String() == id {
			return i
		}
	}
	return -1
}

func keyText(n ast.Node) string {
	text, _ := scalarText(n)
	return text
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// called names what is at a path for people.
func called(path string) string {
	if path == "" {
		return "a profile"
	}
	word, inside := path, false
	if i := strings.LastIndexAny(path, ".["); i >= 0 {
		word, inside = path[:i], path[i] == '['
		if !inside {
			word = path[i+1:]
		}
	}
	if inside {
		if i := strings.LastIndexByte(word, '.'); i >= 0 {
			word = word[i+1:]
		}
		if one, ok := singular[word]; ok {
			return one
		}
		return "an entry of " + word
	}
	if strings.HasPrefix(path, "scenarios.") && strings.Count(path, ".") == 1 {
		return "a scenario"
	}
	return word
}

var singular = map[string]string{
	"signals": "a signal", "checks": "a check", "files": "a file check", "steps": "a step", "fire": "a firing",
	"load.gentle": "a phase", "load.full": "a phase", "gentle": "a phase", "full": "a phase",
}

func article(key string) string {
	if key == "id" {
		return "an id"
	}
	return "a " + key
}
