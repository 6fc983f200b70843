package scenarios

import (
	_ "embed"
	"slices"
)

// schema is made from the types and comments of package soak by
// `go test ./scenarios -run Schema -update`; a test holds it to them.
//
//go:embed profile.schema.json
var schema []byte

// Schema returns the JSON schema of a profile, for editors that complete and
// check YAML.
func Schema() ([]byte, error) { return slices.Clone(schema), nil }
