package scenarios

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"leakcheck/soak"
)

var update = flag.Bool("update", false, "write the golden files anew")

// makeSchema reflects the profile's types; editors show the Go comments.
func makeSchema(t *testing.T) []byte {
	r := jsonschema.Reflector{FieldNameTag: "yaml", Anonymous: true, RequiredFromJSONSchemaTags: true, Mapper: schemaOf}
	if err := r.AddGoComments("leakcheck/scenarios", "../soak"); err != nil {
		t.Fatal(err)
	}
	s := r.Reflect(&soak.Profile{})
	s.Title = "leakcheck profile"
	for name, key := range map[string]string{"SignalRule": "name", "Check": "id", "FileCheck": "id"} {
		s.Definitions[name].Required = []string{key}
	}
	load, _ := s.Definitions["Profile"].Properties.Get("load")
	load.PropertyNames = &jsonschema.Schema{Enum: []any{soak.LoadGentle, soak.LoadFull}}
	for _, key := range []string{"query", "headers"} {
		m, _ := s.Definitions["Step"].Properties.Get(key)
		m.AdditionalProperties = &jsonschema.Schema{Extras: map[string]any{"type": []string{"string", "number", "boolean"}}}
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// schemaOf gives the schema of types that are written as text.
func schemaOf(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[soak.Size]():
		return &jsonschema.Schema{Extras: map[string]any{"type": []string{"string", "integer"}}, Examples: []any{"5GB", "512MiB"}}
	case reflect.TypeFor[soak.Duration]():
		return &jsonschema.Schema{Extras: map[string]any{"type": []string{"string", "integer"}}, Examples: []any{"90s", "15m", "24h", "7d"}}
	case reflect.TypeFor[soak.Severity]():
		return &jsonschema.Schema{Type: "string", Enum: []any{soak.SeverityFail, soak.SeverityWarn}}
	}
	return nil
}

func TestSchemaIsUpToDate(t *testing.T) {
	want := makeSchema(t)
	if *update {
		if err := os.WriteFile("profile.schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the schema is not that of package soak; run: go test ./scenarios -run Schema -update")
	}
}

// TestSchemaKnowsEveryKey compares the schema with the keys that the decoder
// takes.
func TestSchemaKnowsEveryKey(t *testing.T) {
	if *update {
		return // what is embedded is still the old one
	}
	var s struct {
		Defs map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[soak.Profile](), reflect.TypeFor[soak.Match](), reflect.TypeFor[soak.Service](), reflect.TypeFor[soak.TLS](),
		reflect.TypeFor[soak.Scenario](), reflect.TypeFor[soak.Step](), reflect.TypeFor[soak.Expect](), reflect.TypeFor[soak.Phase](),
		reflect.TypeFor[soak.Firing](), reflect.TypeFor[soak.SignalRule](), reflect.TypeFor[soak.Check](), reflect.TypeFor[soak.Window](),
		reflect.TypeFor[soak.FileCheck](), reflect.TypeFor[soak.Drop](),
	} {
		var have []string
		for key := range s.Defs[typ.Name()].Properties {
			have = append(have, key)
		}
		want := keysOf(fieldsOf(typ))
		slices.Sort(have)
		slices.Sort(want)
		if !slices.Equal(have, want) {
			t.Errorf("%s: the schema has %s, the decoder takes %s", typ.Name(), strings.Join(have, " "), strings.Join(want, " "))
		}
	}
}
