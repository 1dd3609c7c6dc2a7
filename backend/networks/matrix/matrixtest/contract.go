package matrixtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed openapi.json
var description []byte

// contract is the official description of the API, which every request and every answer is held to.
type contract struct {
	operations []operation
	contents   map[string]*jsonschema.Schema // of messages, by msgtype
	relation   *jsonschema.Schema
	mentions   *jsonschema.Schema
	problem    *jsonschema.Schema
}

// operation is one method of one path.
type operation struct {
	method, path string
	segments     []string
	parameters   []parameter
	body, answer *jsonschema.Schema // nil where there is no JSON
}

type parameter struct {
	name, in, kind string
	required       bool
	schema         *jsonschema.Schema
}

// document is the part of the description that is read by name; the schemas are compiled in place.
type document struct {
	Paths map[string]map[string]struct {
		Parameters []struct {
			Name, In string
			Required bool
			Schema   struct{ Type string }
		}
		RequestBody struct{ Content map[string]any }
		Responses   map[string]struct{ Content map[string]any }
	}
	Components struct{ Schemas map[string]any }
}

func readContract(t testing.TB) contract {
	t.Helper()
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(description))
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(description, &d); err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("openapi.json", whole); err != nil {
		t.Fatal(err)
	}
	compile := func(where ...string) *jsonschema.Schema {
		at := "openapi.json#"
		for _, w := range where {
			at += "/" + url.PathEscape(strings.ReplaceAll(strings.ReplaceAll(w, "~", "~0"), "/", "~1"))
		}
		schema, err := compiler.Compile(at)
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
	c := contract{contents: map[string]*jsonschema.Schema{}}
	const asJSON = "application/json"
	for path, methods := range d.Paths {
		for method, m := range methods {
			o := operation{method: strings.ToUpper(method), path: path, segments: strings.Split(path, "/")}
			for i, p := range m.Parameters {
				o.parameters = append(o.parameters, parameter{
					name: p.Name, in: p.In, kind: p.Schema.Type, required: p.Required,
					schema: compile("paths", path, method, "parameters", fmt.Sprint(i), "schema"),
				})
			}
			if _, ok := m.RequestBody.Content[asJSON]; ok {
				o.body = compile("paths", path, method, "requestBody", "content", asJSON, "schema")
			}
			if _, ok := m.Responses["200"].Content[asJSON]; ok {
				o.answer = compile("paths", path, method, "responses", "200", "content", asJSON, "schema")
			}
			c.operations = append(c.operations, o)
		}
	}
	for name := range d.Components.Schemas {
		switch schema := compile("components", "schemas", name); name {
		case "m.relates_to":
			c.relation = schema
		case "m.mentions":
			c.mentions = schema
		case "Error":
			c.problem = schema
		default:
			c.contents[name] = schema
		}
	}
	return c
}

// find returns the operation that a request is for, with the values in its path.
func (c contract) find(method string, u *url.URL) (operation, map[string]string, bool) {
	asked := strings.Split(u.EscapedPath(), "/")
	for _, o := range c.operations {
		if o.method != method || len(o.segments) != len(asked) {
			continue
		}
		values, same := map[string]string{}, true
		for i, segment := range o.segments {
			value, err := url.PathUnescape(asked[i])
			if name, ok := strings.CutPrefix(segment, "{"); ok {
				values[strings.TrimSuffix(name, "}")] = value
			} else if same = same && value == segment; !same {
				break
			}
			same = same && err == nil
		}
		if same {
			return o, values, true
		}
	}
	return operation{}, nil, false
}

// check holds a request to its operation's description.
func (o operation) check(values map[string]string, query url.Values, header map[string][]string, body []byte) error {
	known := []string{}
	for _, p := range o.parameters {
		var given []string
		switch p.in {
		case "path":
			given = []string{values[p.name]}
		case "query":
			known = append(known, p.name)
			given = query[p.name]
		case "header":
			given = header[p.name]
		}
		if len(given) == 0 && p.required {
			return fmt.Errorf("%s %s without %s", o.method, o.path, p.name)
		}
		if len(given) > 0 {
			if err := p.schema.Validate(p.value(given)); err != nil {
				return fmt.Errorf("%s %s, %s: %w", o.method, o.path, p.name, err)
			}
		}
	}
	for name := range query {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%s %s has no parameter %s", o.method, o.path, name)
		}
	}
	if o.body == nil {
		return nil
	}
	return valid(o.body, body)
}

// value is what a parameter says, in the type that it is described with.
func (p parameter) value(given []string) any {
	switch p.kind {
	case "integer":
		return json.Number(given[0])
	case "array":
		list := make([]any, len(given))
		for i := range given {
			list[i] = given[i]
		}
		return list
	}
	return given[0]
}

// valid holds a JSON text to a schema.
func valid(schema *jsonschema.Schema, text []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// message holds the content of an m.room.message event to the description of its msgtype.
func (c contract) message(text []byte) error {
	var in struct {
		Type     string          `json:"msgtype"`
		Format   string          `json:"format"`
		HTML     string          `json:"formatted_body"`
		Mentions json.RawMessage `json:"m.mentions"`
		Relation json.RawMessage `json:"m.relates_to"`
	}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	schema, ok := c.contents[in.Type]
	if !ok {
		return fmt.Errorf("there is no msgtype %q here", in.Type)
	}
	if err := valid(schema, text); err != nil {
		return err
	}
	if (in.Format == "") != (in.HTML == "") || in.Format != "" && in.Format != "org.matrix.custom.html" {
		return fmt.Errorf("format %q with %d bytes of HTML", in.Format, len(in.HTML))
	}
	if in.Mentions != nil {
		if err := valid(c.mentions, in.Mentions); err != nil {
			return err
		}
	}
	if in.Relation == nil {
		return nil
	}
	var relation map[string]json.RawMessage
	if err := json.Unmarshal(in.Relation, &relation); err != nil {
		return err
	}
	if _, reply := relation["m.in_reply_to"]; reply && len(relation) == 1 {
		return nil // a rich reply is the one relation without a rel_type
	}
	return valid(c.relation, in.Relation)
}
