package instagramtest

import (
	_ "embed"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

//go:embed iguser.json
var described []byte

// document is what Meta's own description says of an account's edges and of its posts.
type document struct {
	APIs []struct {
		Method   string `json:"method"`
		Endpoint string `json:"endpoint"`
		Params   []struct {
			Name     string `json:"name"`
			Type     string `json:"type"`
			Required bool   `json:"required"`
		} `json:"params"`
	} `json:"apis"`
	Fields []string `json:"media_fields"`
}

func read(t testing.TB) *document {
	t.Helper()
	d := &document{}
	if err := json.Unmarshal(described, d); err != nil {
		t.Fatal(err)
	}
	return d
}

// paging are the parameters of every edge of the Graph API (graph-api/results, as known in 2026).
var paging = []string{"fields", "limit", "after", "before"}

// wrong says what is wrong with a request to an edge of an account, "" if nothing is.
func (d *document) wrong(method, edge string, form url.Values) string {
	for _, api := range d.APIs {
		if api.Method != method || api.Endpoint != edge {
			continue
		}
		known := map[string]string{}
		for _, p := range api.Params {
			known[p.Name] = p.Type
			if p.Required && form.Get(p.Name) == "" {
				return edge + " without " + p.Name
			}
		}
		for name, values := range form {
			kind, ok := known[name]
			switch {
			case method == "GET" && slices.Contains(paging, name):
			case !ok:
				return edge + " has no " + name
			case len(values) != 1 || values[0] == "":
				return name + " is said " + strings.Join(values, ", ")
			case !fits(kind, values[0]):
				return name + " is no " + kind + ": " + values[0]
			}
		}
		if edge == "media" && method == "GET" {
			for field := range strings.SplitSeq(form.Get("fields"), ",") {
				if !slices.Contains(d.Fields, field) {
					return "a post has no " + field
				}
			}
		}
		return ""
	}
	return method + " " + edge + " is not described"
}

// fits reports whether a value is of a type, as a form writes it.
func fits(kind, value string) bool {
	switch kind {
	case "bool":
		return value == "true" || value == "false"
	case "unsigned int":
		return strings.Trim(value, "0123456789") == ""
	case "list<string>": // as JSON, or with commas between
		var list []string
		return !strings.HasPrefix(value, "[") || json.Unmarshal([]byte(value), &list) == nil
	}
	return kind == "string"
}
