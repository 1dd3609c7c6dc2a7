package facebooktest

import (
	_ "embed"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

//go:embed page.json
var described []byte

// document is what Meta's own description says of the edges of a Page and of the fields of its posts.
type document struct {
	APIs []struct {
		Method   string   `json:"method"`
		Endpoint string   `json:"endpoint"`
		Params   []string `json:"params"`
	} `json:"apis"`
	PostFields []string `json:"post_fields"`
	PageFields []string `json:"page_fields"`
}

func read(t testing.TB) *document {
	t.Helper()
	d := &document{}
	if err := json.Unmarshal(described, d); err != nil {
		t.Fatal(err)
	}
	return d
}

// What the description leaves to the prose: paging and fields of every edge, the file of a picture, and
// that a post's attachments are an edge of it.
var (
	paging    = []string{"fields", "limit", "after", "before"}
	prose     = map[string][]string{"photos": {"source"}}
	postEdges = []string{"attachments"}
)

// wrong says what is wrong with a request to an edge of a Page, "" if nothing is.
func (d *document) wrong(method, edge string, form url.Values) string {
	for _, api := range d.APIs {
		if api.Method != method || api.Endpoint != edge {
			continue
		}
		for name, values := range form {
			plain, _, _ := strings.Cut(name, "[")
			switch {
			case method == "GET" && slices.Contains(paging, name), slices.Contains(prose[edge], name):
			case !slices.Contains(api.Params, plain):
				return edge + " has no " + name
			case len(values) != 1 || values[0] == "":
				return edge + " with an empty or repeated " + name
			}
		}
		return ""
	}
	return "there is no " + method + " " + edge
}

// fields says which of the fields asked for do not exist, "" if all do.
func fields(asked string, known ...string) string {
	depth, word := 0, ""
	for _, r := range asked + "," {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case r == ',' && depth == 0:
			if !slices.Contains(known, word) {
				return word
			}
			word = ""
		case depth == 0:
			word += string(r)
		}
	}
	return ""
}
