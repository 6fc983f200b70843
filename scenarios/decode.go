package scenarios

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// decoder reads a document into a profile. It goes on after a mistake, so that
// one look at a file finds all of them. Read into a profile that holds values
// already, it lays the document over them: that is how profiles extend others.
// Keys of a mapping are laid over one by one; lists whose entries have a name
// or an id are merged by that; other lists, and mappings of plain values,
// replace what was there.
type decoder struct {
	doc      *document
	places   places
	anchors  map[string]ast.Node
	nodes    int
	problems Problems
}

// maxProblems is how many mistakes of one file are told.
const maxProblems = 100

func (d *decoder) fail(n ast.Node, text, remedy string) {
	if len(d.problems) >= maxProblems {
		return
	}
	d.problems = append(d.problems, d.doc.at(n, text, remedy))
}

// decode reads a node into v, which is at a path of the profile.
func (d *decoder) decode(n ast.Node, v reflect.Value, path string, depth int) {
	n = d.resolve(n)
	if d.nodes++; d.nodes > maxNodes || depth > maxNesting {
		if d.nodes <= maxNodes+1 || depth == maxNesting+1 {
			d.fail(n, "the aliases of this file blow it up", "write out what is meant")
		}
		d.nodes = maxNodes + 1
		return
	}
	d.places[path] = place{d.doc, n}
	if n.Type() == ast.NullType {
		v.SetZero()
		return
	}
	if v.CanAddr() {
		if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
			d.text(n, t)
			return
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.decode(n, v.Elem(), path, depth)
	case reflect.Struct:
		d.structure(n, v, path, depth)
	case reflect.Map:
		d.mapping(n, v, path, depth)
	case reflect.Slice:
		d.list(n, v, path, depth)
	default:
		d.scalar(n, v)
	}
}

// resolve takes anchors, aliases and tags off a node.
func (d *decoder) resolve(n ast.Node) ast.Node {
	for range maxNesting {
		switch t := n.(type) {
		case *ast.AnchorNode:
			d.anchors[t.Name.GetToken().Value] = t.Value
			n = t.Value
		case *ast.TagNode:
			n = t.Value
		case *ast.AliasNode:
			name := t.Value.GetToken().Value
			to, ok := d.anchors[name]
			if !ok {
				d.fail(t, fmt.Sprintf("there is no anchor &%s before this", name), "define it above")
				return ast.Null(t.GetToken())
			}
			n = to
		case nil:
			return ast.Null(nil)
		default:
			return n
		}
	}
	d.fail(n, "an alias that leads back to itself", "write out what is meant")
	return ast.Null(n.GetToken())
}

// entries returns a mapping's entries, those of merge keys (<<) first.
func (d *decoder) entries(n ast.Node, what string) []*ast.MappingValueNode {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		d.fail(n, what+" needs keys and values", "write it as a mapping, one key: value on each line")
		return nil
	}
	var merged, own []*ast.MappingValueNode
	for _, e := range m.Values {
		if _, merge := e.Key.(*ast.MergeKeyNode); !merge {
			own = append(own, e)
			continue
		}
		if base, ok := d.resolve(e.Value).(*ast.MappingNode); ok && len(merged) < maxNodes {
			for _, inner := range base.Values {
				if _, nested := inner.Key.(*ast.MergeKeyNode); !nested {
					merged = append(merged, inner)
				}
			}
		} else {
			d.fail(e.Value, "<< needs the alias of a mapping", "write << : *name")
		}
	}
	return append(merged, own...)
}

// otherTools are words for "extends" elsewhere.
var otherTools = []string{"base", "parent", "inherit", "inherits", "include", "from"}

func (d *decoder) structure(n ast.Node, v reflect.Value, path string, depth int) {
	fields := fieldsOf(v.Type())
	for _, e := range d.entries(n, called(path)) {
		key := keyText(e.Key)
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == key })
		if i < 0 {
			remedy := didYouMean(key, keysOf(fields))
			if path == "" && slices.Contains(otherTools, key) {
				remedy = `did you mean "extends"?`
			}
			d.fail(e.Key, fmt.Sprintf("unknown key %q in %s", key, called(path)), remedy)
			continue
		}
		d.decode(e.Value, v.Field(fields[i].index), join(path, key), depth+1)
	}
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, path string, depth int) {
	named := v.Type().Elem().Kind() == reflect.Pointer || v.Type().Elem().Kind() == reflect.Slice
	if v.IsNil() || !named {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for _, e := range d.entries(n, called(path)) {
		key := reflect.ValueOf(keyText(e.Key)).Convert(v.Type().Key())
		value := reflect.New(v.Type().Elem()).Elem()
		if old := v.MapIndex(key); old.IsValid() {
			value.Set(old)
		}
		d.decode(e.Value, value, join(path, key.String()), depth+1)
		v.SetMapIndex(key, value)
	}
}

func (d *decoder) list(n ast.Node, v reflect.Value, path string, depth int) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fail(n, called(path)+" needs a list", "write each entry on a line of its own that begins with \"- \", or all as [a, b]")
		return
	}
	if key, ok := identities[path]; ok {
		d.keyed(seq, v, key, path, depth)
		return
	}
	v.SetZero()
	for i, item := range seq.Values {
		value := reflect.New(v.Type().Elem()).Elem()
		d.decode(item, value, fmt.Sprintf("%s[%d]", path, i), depth+1)
		v.Set(reflect.Append(v, value))
	}
}

// keyed lays a list over another whose entries are known by name or id.
func (d *decoder) keyed(seq *ast.SequenceNode, v reflect.Value, key, path string, depth int) {
	seen := map[string]bool{}
	for i, item := range seq.Values {
		id := d.valueOf(item, key)
		if id == "" {
			d.fail(item, fmt.Sprintf("%s needs %s", called(fmt.Sprintf("%s[%d]", path, i)), article(key)), fmt.Sprintf("add %s: ...", key))
			d.decode(item, reflect.New(v.Type().Elem()).Elem(), fmt.Sprintf("%s[%d]", path, i), depth+1)
			continue
		}
		if seen[id] {
			d.fail(item, fmt.Sprintf("%s %q stands here a second time", called(path+"[]"), id), "give each "+key+" once")
			continue
		}
		seen[id] = true
		at := indexOf(v, key, id)
		if at < 0 {
			v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
			at = v.Len() - 1
		}
		d.decode(item, v.Index(at), fmt.Sprintf("%s[%s]", path, id), depth+1)
	}
}

// valueOf returns the text of one key of a mapping.
func (d *decoder) valueOf(n ast.Node, key string) string {
	if _, ok := d.nodeOf(n, key).(ast.ScalarNode); !ok {
		return ""
	}
	text, _ := scalarText(d.nodeOf(n, key))
	return text
}

// nodeOf returns the value of one key of a mapping, nil without it.
func (d *decoder) nodeOf(n ast.Node, key string) ast.Node {
	m, ok := d.resolve(n).(*ast.MappingNode)
	if !ok {
		return nil
	}
	for _, e := range m.Values {
		if keyText(e.Key) == key {
			return d.resolve(e.Value)
		}
	}
	return nil
}

// text reads sizes and durations.
func (d *decoder) text(n ast.Node, v encoding.TextUnmarshaler) {
	s, ok := d.scalarOf(n, "a single value")
	if !ok {
		return
	}
	if err := v.UnmarshalText([]byte(s)); err != nil {
		text, remedy, _ := strings.Cut(err.Error(), ": ")
		d.fail(n, "bad "+text, remedy)
	}
}

func (d *decoder) scalarOf(n ast.Node, want string) (string, bool) {
	if _, ok := n.(ast.ScalarNode); !ok {
		d.fail(n, "this needs "+want, "write it after the key, on the same line")
		return "", false
	}
	s, _ := scalarText(n)
	return s, true
}

func (d *decoder) scalar(n ast.Node, v reflect.Value) {
	want := map[reflect.Kind]string{reflect.String: "text", reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Float64: "a number"}[v.Kind()]
	s, ok := d.scalarOf(n, want)
	if !ok {
		return
	}
	var err error
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		b, isBool := n.(*ast.BoolNode)
		if !isBool {
			d.fail(n, fmt.Sprintf("%q is not true or false", s), "write true or false, without quotes")
			return
		}
		v.SetBool(b.Value)
	case reflect.Int:
		var x int64
		x, err = strconv.ParseInt(s, 0, 32)
		v.SetInt(x)
	case reflect.Float64:
		var x float64
		if x, err = strconv.ParseFloat(s, 64); err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
			err = strconv.ErrRange
		}
		v.SetFloat(x)
	}
	if err != nil {
		d.fail(n, fmt.Sprintf("%q is not %s", s, want), "write "+want)
	}
}
