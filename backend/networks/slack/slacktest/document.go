package slacktest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed openapi.json
var description []byte

// document is what openapi.json says of the methods: by path and HTTP method, in lower case.
type document map[string]map[string]struct {
	Parameters []parameter `json:"parameters"`
	Responses  struct {
		Default struct {
			Schema struct {
				Properties struct {
					Error struct {
						Enum []string `json:"enum"`
					} `json:"error"`
				} `json:"properties"`
			} `json:"schema"`
		} `json:"default"`
	} `json:"responses"`
}

type parameter struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Required bool   `json:"required"`
}

// later are the arguments that came after the document (docs.slack.dev, as quoted in 2026).
var later = map[string][]string{
	"chat.postMessage":      {"metadata"},
	"conversations.history": {"include_all_metadata"},
	"conversations.replies": {"include_all_metadata"},
}

func described() (document, error) {
	var d struct {
		Paths document `json:"paths"`
	}
	err := json.Unmarshal(description, &d)
	return d.Paths, err
}

// Codes returns the codes that the document knows of chat.postMessage.
func Codes() ([]string, error) {
	d, err := described()
	if err != nil {
		return nil, err
	}
	return d["/chat.postMessage"]["post"].Responses.Default.Schema.Properties.Error.Enum, nil
}

// check says what is wrong with the arguments of a method, "" if nothing is or the method came later.
func (d document) check(method, verb string, in map[string]any) string {
	ways, known := d["/"+method]
	if !known {
		return ""
	}
	way, known := ways[strings.ToLower(verb)]
	if !known {
		return "this method is not asked for that way"
	}
	if _, has := in["token"]; has {
		return "a token outside its header"
	}
	for _, p := range way.Parameters {
		value, has := in[p.Name]
		switch {
		case !has && p.Required && p.Name != "token":
			return "no " + p.Name
		case has && !p.takes(value):
			return fmt.Sprintf("%s is %v, want a %s", p.Name, value, p.Type)
		}
	}
	for name := range in {
		if !slices.Contains(later[method], name) && !slices.ContainsFunc(way.Parameters, func(p parameter) bool { return p.Name == name }) {
			return "there is no argument " + name
		}
	}
	return ""
}

// takes reports whether a value is of a parameter's type. What is "a JSON-based array, presented as a
// string" in a form is the array itself in JSON.
func (p parameter) takes(value any) bool {
	text, isText := value.(string)
	switch p.Type {
	case "string":
		_, isList := value.([]any)
		return isText || isList && p.Name == "blocks"
	case "boolean":
		_, isFlag := value.(bool)
		return isFlag || text == "true" || text == "false"
	case "integer":
		_, err := strconv.Atoi(text)
		return err == nil
	case "number":
		_, err := strconv.ParseFloat(text, 64)
		return err == nil
	}
	return false
}
