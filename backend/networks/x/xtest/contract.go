package xtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"postbag/backend/network/networktest"
)

// descriptionFile names the environment variable with the path of X's own openapi.json. Its licence does
// not let it be passed on, so whoever has it can have every request held to it, besides what this package
// restates of it.
const descriptionFile = "POSTBAG_X_OPENAPI"

// contract is the official description of the API.
type contract struct{ operations []operation }

type operation struct {
	method     string
	segments   []string
	parameters map[string]parameter // of the query
	body       *jsonschema.Schema   // nil where there is none
}

type parameter struct {
	list, number bool
	schema       *jsonschema.Schema
}

// document is the part of the description that is read by name; the schemas are compiled in place.
type document struct {
	Paths map[string]map[string]struct {
		Parameters []struct {
			Ref      string `json:"$ref"`
			Name, In string
			Schema   struct{ Type string }
		}
		RequestBody struct{ Content map[string]any }
	}
	Components struct {
		Parameters map[string]struct {
			Name   string
			Schema struct{ Type string }
		}
	}
}

// official reads the description, nil if nobody has named it.
func official(t testing.TB) *contract {
	t.Helper()
	file := os.Getenv(descriptionFile)
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file) //nolint:gosec // named by who runs the test
	if err != nil {
		t.Fatal(err)
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
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
	c := &contract{}
	for path, methods := range d.Paths {
		if !strings.HasPrefix(path, "/2/tweets") && !strings.HasPrefix(path, "/2/users") && !strings.HasPrefix(path, "/2/media") {
			continue
		}
		for method, m := range methods {
			o := operation{method: strings.ToUpper(method), segments: strings.Split(path, "/"), parameters: map[string]parameter{}}
			for i, p := range m.Parameters {
				if name, shared := strings.CutPrefix(p.Ref, "#/components/parameters/"); shared {
					q := d.Components.Parameters[name]
					o.parameters[q.Name] = parameter{list: q.Schema.Type == "array", schema: compile("components", "parameters", name, "schema")}
				} else if p.In == "query" {
					schema := compile("paths", path, method, "parameters", fmt.Sprint(i), "schema")
					o.parameters[p.Name] = parameter{list: p.Schema.Type == "array", number: p.Schema.Type == "integer", schema: schema}
				}
			}
			if _, ok := m.RequestBody.Content["application/json"]; ok {
				o.body = compile("paths", path, method, "requestBody", "content", "application/json", "schema")
			}
			c.operations = append(c.operations, o)
		}
	}
	networktest.Verified(t, "x", networktest.Description, "OpenAPI description of X API v2, 2.167")
	return c
}

// check says what is wrong with a request. A form is left to the server: its parts are no JSON.
func (c *contract) check(r *http.Request) error {
	asked := strings.Split(r.URL.Path, "/")
	i := slices.IndexFunc(c.operations, func(o operation) bool {
		return o.method == r.Method && slices.EqualFunc(o.segments, asked, func(want, got string) bool {
			return want == got || strings.HasPrefix(want, "{") && idForm.MatchString(got)
		})
	})
	if i < 0 {
		return fmt.Errorf("there is no %s %s", r.Method, r.URL.Path)
	}
	o := c.operations[i]
	for name, given := range r.URL.Query() {
		p, ok := o.parameters[name]
		if !ok {
			return fmt.Errorf("%s %s has no parameter %s", r.Method, r.URL.Path, name)
		}
		var value any = given[0]
		if p.number {
			value = json.Number(given[0])
		}
		if p.list { // a form of values with commas between
			var list []any
			for _, v := range strings.Split(given[0], ",") {
				list = append(list, v)
			}
			value = list
		}
		if err := p.schema.Validate(value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if o.body == nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return nil
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return o.body.Validate(value)
}
