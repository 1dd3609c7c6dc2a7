package blueskytest

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ipfs/go-cid"
	"github.com/rivo/uniseg"
)

//go:embed lexicons/*.json
var lexiconFiles embed.FS

// schema is one definition of a lexicon, as far as the records of posts use the language
// (AT Protocol specification, "Lexicon", 2026-04).
type schema struct {
	Type         string            `json:"type"`
	Record       *schema           `json:"record"`
	Required     []string          `json:"required"`
	Properties   map[string]schema `json:"properties"`
	Items        *schema           `json:"items"`
	Ref          string            `json:"ref"`
	Refs         []string          `json:"refs"`
	Format       string            `json:"format"`
	MaxLength    *int              `json:"maxLength"`
	MaxGraphemes *int              `json:"maxGraphemes"`
	Minimum      *int64            `json:"minimum"`
	Accept       []string          `json:"accept"`
	MaxSize      *int64            `json:"maxSize"`
}

// lexicons are the definitions by name: "app.bsky.feed.post#main".
type lexicons map[string]schema

func loadLexicons() (lexicons, error) {
	files, err := lexiconFiles.ReadDir("lexicons")
	if err != nil {
		return nil, err
	}
	all := lexicons{}
	for _, f := range files {
		b, err := lexiconFiles.ReadFile("lexicons/" + f.Name())
		if err != nil {
			return nil, err
		}
		var doc struct {
			ID   string            `json:"id"`
			Defs map[string]schema `json:"defs"`
		}
		if err := json.Unmarshal(b, &doc); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		for name, def := range doc.Defs {
			all[doc.ID+"#"+name] = def
		}
	}
	return all, nil
}

// check holds a record to the lexicon of its collection, and returns the server's sentence.
func (l lexicons) check(collection string, record map[string]any, path string) error {
	def, ok := l[collection+"#main"]
	if !ok || def.Record == nil {
		return nil // unknown collections are stored as they are
	}
	if err := l.value(collection, *def.Record, record, path); err != nil {
		return fmt.Errorf("Invalid %s record: %w", collection, err) //nolint:staticcheck // the server's own words
	}
	return nil
}

func (l lexicons) value(home string, s schema, v any, path string) error {
	switch s.Type {
	case "object":
		return l.object(home, s, v, path)
	case "array":
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("expected array at %s", path)
		}
		if s.MaxLength != nil && len(list) > *s.MaxLength {
			return fmt.Errorf("array too big (maximum %d, got %d) at %s", *s.MaxLength, len(list), path)
		}
		for i, item := range list {
			if err := l.value(home, *s.Items, item, fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
		return nil
	case "ref":
		home, def, err := l.find(home, s.Ref)
		if err != nil {
			return err
		}
		return l.value(home, def, v, path)
	case "union":
		return l.union(home, s, v, path)
	case "string":
		return text(s, v, path)
	case "integer":
		n, ok := v.(json.Number)
		i, err := n.Int64()
		if !ok || err != nil || s.Minimum != nil && i < *s.Minimum {
			return fmt.Errorf("expected integer at %s", path)
		}
		return nil
	case "blob":
		return checkBlob(s, v, path)
	}
	return fmt.Errorf("the stand-in knows no type %q at %s", s.Type, path)
}

// find returns the definition that ref names from inside the lexicon home.
func (l lexicons) find(home, ref string) (string, schema, error) {
	id, name, _ := strings.Cut(ref, "#")
	if id == "" {
		id = home
	}
	if name == "" {
		name = "main"
	}
	def, ok := l[id+"#"+name]
	if !ok {
		return "", schema{}, fmt.Errorf("the stand-in has no lexicon %s#%s", id, name)
	}
	return id, def, nil
}

func (l lexicons) object(home string, s schema, v any, path string) error {
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("expected object at %s", path)
	}
	for _, name := range s.Required {
		if _, ok := m[name]; !ok {
			return fmt.Errorf("missing required key %q at %s", name, path)
		}
	}
	for name, value := range m {
		if def, known := s.Properties[name]; known {
			if err := l.value(home, def, value, path+"."+name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l lexicons) union(home string, s schema, v any, path string) error {
	m, _ := v.(map[string]any)
	name, ok := m["$type"].(string)
	if !ok {
		return fmt.Errorf("expected an object with a $type at %s", path)
	}
	for _, ref := range s.Refs {
		full := ref
		if strings.HasPrefix(ref, "#") {
			full = home + ref
		}
		if full == name {
			home, def, err := l.find(home, ref)
			if err != nil {
				return err
			}
			return l.value(home, def, v, path)
		}
	}
	return nil // unions are open: an unknown type is stored as it is
}

func text(s schema, v any, path string) error {
	str, ok := v.(string)
	if !ok || !utf8.ValidString(str) {
		return fmt.Errorf("expected string at %s", path)
	}
	if s.MaxLength != nil && len(str) > *s.MaxLength {
		return fmt.Errorf("string too big (maximum %d, got %d) at %s", *s.MaxLength, len(str), path)
	}
	if n := uniseg.GraphemeClusterCount(str); s.MaxGraphemes != nil && n > *s.MaxGraphemes {
		return fmt.Errorf("grapheme too big (maximum %d, got %d) at %s", *s.MaxGraphemes, n, path)
	}
	if !formatted(s.Format, str) {
		return fmt.Errorf("invalid %s at %s", s.Format, path)
	}
	return nil
}

var (
	uriFormat      = regexp.MustCompile(`^\w+:(?://)?[^\s/]\S*$`)
	didFormat      = regexp.MustCompile(`^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$`)
	atFormat       = regexp.MustCompile(`^at://did:[a-z]+:[a-zA-Z0-9._:%-]+/[a-zA-Z0-9.-]+/[a-zA-Z0-9._:~-]+$`)
	languageFormat = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
	keyFormat      = regexp.MustCompile(`^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$`)
)

func formatted(format, s string) bool {
	switch format {
	case "uri":
		return len(s) <= 8192 && uriFormat.MatchString(s)
	case "did":
		return didFormat.MatchString(s)
	case "at-uri":
		return atFormat.MatchString(s)
	case "cid":
		_, err := cid.Decode(s)
		return err == nil
	case "language":
		return languageFormat.MatchString(s)
	case "datetime":
		_, err := time.Parse(time.RFC3339Nano, s)
		return err == nil
	}
	return true
}

func checkBlob(s schema, v any, path string) error {
	b, err := blobOf(v)
	if err != nil {
		return fmt.Errorf("%w at %s", err, path)
	}
	if s.MaxSize != nil && b.size > *s.MaxSize {
		return fmt.Errorf("blob too big (maximum %d, got %d) at %s", *s.MaxSize, b.size, path)
	}
	if len(s.Accept) > 0 && !slices.ContainsFunc(s.Accept, func(a string) bool {
		return strings.HasPrefix(b.mime, strings.TrimSuffix(a, "*"))
	}) {
		return fmt.Errorf("blob of type %s is not accepted at %s", b.mime, path)
	}
	return nil
}

// blobRef is what a record says of a blob.
type blobRef struct {
	id   string
	mime string
	size int64
}

func blobOf(v any) (blobRef, error) {
	m, _ := v.(map[string]any)
	ref, _ := m["ref"].(map[string]any)
	id, _ := ref["$link"].(string)
	mime, _ := m["mimeType"].(string)
	n, _ := m["size"].(json.Number)
	size, err := n.Int64()
	if m["$type"] != "blob" || id == "" || mime == "" || err != nil {
		return blobRef{}, errors.New("expected blob")
	}
	return blobRef{id, mime, size}, nil
}

// blobsIn lists every blob a record refers to.
func blobsIn(v any) []blobRef {
	switch v := v.(type) {
	case map[string]any:
		if b, err := blobOf(v); err == nil {
			return []blobRef{b}
		}
		var all []blobRef
		for _, item := range v {
			all = append(all, blobsIn(item)...)
		}
		return all
	case []any:
		var all []blobRef
		for _, item := range v {
			all = append(all, blobsIn(item)...)
		}
		return all
	}
	return nil
}
