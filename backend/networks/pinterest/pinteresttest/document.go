package pinteresttest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed openapi.json
var description []byte

// document is what the official description says of requests: by path and method, in lower case.
type document struct {
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas    map[string]schema    `json:"schemas"`
		Parameters map[string]parameter `json:"parameters"`
	} `json:"components"`

	mu       sync.Mutex // a compiler is nobody's but one caller's
	compiler *jsonschema.Compiler
}

type operation struct {
	Parameters []parameter `json:"parameters"`
}

type schema struct {
	Properties map[string]json.RawMessage `json:"properties"`
}

type parameter struct {
	Ref    string `json:"$ref"`
	Name   string `json:"name"`
	In     string `json:"in"`
	Schema struct {
		Minimum *int `json:"minimum"`
		Maximum *int `json:"maximum"`
	} `json:"schema"`
}

func described(t testing.TB) *document {
	t.Helper()
	d := &document{compiler: jsonschema.NewCompiler()}
	if err := json.Unmarshal(description, d); err != nil {
		t.Fatal(err)
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(description))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.compiler.AddResource("openapi.json", whole); err != nil {
		t.Fatal(err)
	}
	return d
}

// matches says what is wrong with a value by a schema, "" if nothing is.
func (d *document) matches(name string, value any) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := d.compiler.Compile("openapi.json#/components/schemas/" + name)
	if err == nil {
		err = s.Validate(value)
	}
	if err != nil {
		return name + ": " + err.Error()
	}
	return ""
}

// unknown names a field of an object that a schema does not have, "" if there is none. The description
// does not forbid one; that nobody reads it makes it a mistake all the same.
func (d *document) unknown(name string, object map[string]any) string {
	for field := range object {
		if _, known := d.Components.Schemas[name].Properties[field]; !known {
			return name + " has no " + field
		}
	}
	return ""
}

// asked says what is wrong with the path, the method and the query of a request.
func (d *document) asked(r *http.Request) string {
	path, ok := strings.CutPrefix(r.URL.Path, "/v5")
	if !ok {
		return r.URL.Path + " is not below /v5"
	}
	for template, methods := range d.Paths {
		if !fits(template, path) {
			continue
		}
		way, known := methods[strings.ToLower(r.Method)]
		if !known {
			continue
		}
		return d.query(way, r.URL.Query())
	}
	return r.Method + " " + path + " is not described"
}

func (d *document) query(way operation, query url.Values) string {
	for name, values := range query {
		var found *parameter
		for _, p := range way.Parameters {
			if p.Ref != "" {
				p = d.Components.Parameters[strings.TrimPrefix(p.Ref, "#/components/parameters/")]
			}
			if p.In == "query" && p.Name == name {
				found = &p
			}
		}
		if found == nil || len(values) != 1 {
			return "there is no parameter " + name
		}
		if most := found.Schema.Maximum; most != nil {
			if n, err := strconv.Atoi(values[0]); err != nil || n > *most || n < 1 {
				return fmt.Sprintf("%s is %q", name, values[0])
			}
		}
	}
	return ""
}

// fits reports whether a path is one of a template. Ids are numbers.
func fits(template, path string) bool {
	a, b := strings.Split(template, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if strings.HasPrefix(a[i], "{") {
			if b[i] == "" || strings.Trim(b[i], "0123456789") != "" {
				return false
			}
		} else if a[i] != b[i] {
			return false
		}
	}
	return true
}
