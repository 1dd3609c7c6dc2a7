package youtubetest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

//go:embed discovery.json
var discovery []byte

// document is what Google's own description says of requests.
type document struct {
	Resources map[string]struct {
		Methods map[string]method `json:"methods"`
	} `json:"resources"`
	Schemas map[string]schema `json:"schemas"`
}

type method struct {
	HTTPMethod  string            `json:"httpMethod"`
	Path        string            `json:"path"`
	Parameters  map[string]schema `json:"parameters"`
	Request     *schema           `json:"request"`
	MediaUpload *struct {
		Accept    []string `json:"accept"`
		Protocols struct {
			Simple struct {
				Path string `json:"path"`
			} `json:"simple"`
		} `json:"protocols"`
	} `json:"mediaUpload"`
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Enum       []string          `json:"enum"`
	Required   bool              `json:"required"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
}

func described(t testing.TB) *document {
	t.Helper()
	d := &document{}
	if err := json.Unmarshal(discovery, d); err != nil {
		t.Fatal(err)
	}
	return d
}

// wrong says what is wrong with a request, "" if nothing is. body is its JSON, nil if there is none.
func (d *document) wrong(r *http.Request, body []byte) string {
	query := r.URL.Query()
	for _, resource := range d.Resources {
		for name, m := range resource.Methods {
			path, more := "/"+m.Path, url.Values{}
			if m.MediaUpload != nil && strings.HasPrefix(r.URL.Path, "/upload/") {
				path, more = m.MediaUpload.Protocols.Simple.Path, url.Values{"uploadType": {"resumable"}}
				switch {
				case m.Request == nil: // the file alone, as it is
					more.Set("uploadType", "media")
				case query.Get("uploadType") == "multipart":
					more.Set("uploadType", "multipart")
				}
			}
			if m.HTTPMethod != r.Method || path != r.URL.Path {
				continue
			}
			if more.Get("uploadType") == "multipart" {
				if body, _ = related(r, body); body == nil {
					return name + " is no multipart/related of JSON and a file"
				}
			}
			if why := asked(m, query, more); why != "" {
				return name + ": " + why
			}
			switch {
			case m.Request == nil && m.MediaUpload != nil && slices.Contains(m.MediaUpload.Accept, r.Header.Get("Content-Type")):
				return ""
			case m.Request == nil && len(body) > 0:
				return name + " has a body"
			case m.Request == nil:
				return ""
			}
			var v any
			if err := json.Unmarshal(body, &v); err != nil {
				return name + ": " + err.Error()
			}
			return d.matches(name, *m.Request, v)
		}
	}
	return r.Method + " " + r.URL.Path + " is not described"
}

// related takes a body of two parts apart (RFC 2387): the JSON, and the file. It returns nil if it is none.
func related(r *http.Request, body []byte) (said, file []byte) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/related" {
		return nil, nil
	}
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for i, want := range []string{"application/json", "application/octet-stream"} {
		part, err := parts.NextRawPart()
		if err != nil || !strings.HasPrefix(part.Header.Get("Content-Type"), want) {
			return nil, nil
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil
		}
		if i == 0 {
			said = content
		} else {
			file = content
		}
	}
	if _, err := parts.NextRawPart(); err != io.EOF {
		return nil, nil
	}
	return said, file
}

// asked says what is wrong with a query. more are the parameters that are not the method's own.
func asked(m method, query, more url.Values) string {
	for name, p := range m.Parameters {
		if p.Required && query.Get(name) == "" {
			return name + " is missing"
		}
	}
	for name, values := range query {
		p, known := m.Parameters[name]
		switch {
		case more.Has(name) && more.Get(name) == query.Get(name):
		case !known || len(values) != 1:
			return "there is no parameter " + name
		case p.Type == "boolean" && values[0] != "true" && values[0] != "false":
			return name + " is " + values[0]
		}
	}
	for name := range more {
		if !query.Has(name) {
			return name + " is missing"
		}
	}
	return ""
}

// matches says what is wrong with a value by a schema. A field that the schema does not have is wrong too.
func (d *document) matches(at string, s schema, v any) string {
	if s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	switch s.Type {
	case "string":
		text, ok := v.(string)
		if !ok || len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
			return fmt.Sprintf("%s is %v", at, v)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return fmt.Sprintf("%s is %v", at, v)
		}
	case "array":
		items, ok := v.([]any)
		if !ok || s.Items == nil {
			return at + " is no list"
		}
		for _, item := range items {
			if why := d.matches(at, *s.Items, item); why != "" {
				return why
			}
		}
	case "object":
		object, ok := v.(map[string]any)
		if !ok {
			return at + " is no object"
		}
		for name, value := range object {
			field, known := s.Properties[name]
			if !known {
				return at + " has no " + name
			}
			if why := d.matches(at+"."+name, field, value); why != "" {
				return why
			}
		}
	default:
		return at + " is of the type " + s.Type + ", which nothing here needs"
	}
	return ""
}
