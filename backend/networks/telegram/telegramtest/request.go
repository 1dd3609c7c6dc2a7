package telegramtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

//go:embed bot-api.json
var document []byte

// description is the machine-readable form of the documentation.
type description struct {
	Methods map[string]object `json:"methods"`
	Types   map[string]object `json:"types"`
}

type object struct {
	Fields []field `json:"fields"`
}

type field struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required"`
}

// check holds a request to the description, and says what is wrong with it, "" for nothing.
func (d description) check(method string, fields map[string]any, files map[string][]byte) string {
	m, ok := d.Methods[method]
	if !ok {
		return "there is no such method here"
	}
	given := map[string]any{}
	for name, v := range fields {
		given[name] = v
	}
	for name := range files {
		if slices.ContainsFunc(m.Fields, func(f field) bool { return f.Name == name }) {
			given[name] = upload{}
		} else if !bytes.Contains([]byte(fmt.Sprint(fields["media"])), []byte("attach://"+name)) {
			return "the file " + name + " is asked for by nothing"
		}
	}
	return d.object(m, given)
}

// upload stands for a file in the request itself.
type upload struct{}

func (d description) object(o object, given map[string]any) string {
	for name := range given {
		if !slices.ContainsFunc(o.Fields, func(f field) bool { return f.Name == name }) {
			return name + " is unknown"
		}
	}
	for _, f := range o.Fields {
		v, ok := given[f.Name]
		if !ok {
			if f.Required {
				return f.Name + " is missing"
			}
			continue
		}
		why := "it has no type"
		for _, t := range f.Types {
			if why = d.value(t, v); why == "" {
				break
			}
		}
		if why != "" {
			return f.Name + ": " + why
		}
	}
	return ""
}

// value holds a value to one type. A form has strings where JSON has others: they are read as they are
// meant.
func (d description) value(kind string, v any) string {
	if each, ok := strings.CutPrefix(kind, "Array of "); ok {
		list, is := v.([]any)
		if !is {
			return "it is no list"
		}
		for _, one := range list {
			if why := d.value(each, one); why != "" && !d.other(each, one) {
				return why
			}
		}
		return ""
	}
	switch kind {
	case "InputFile":
		if _, ok := v.(upload); ok {
			return ""
		}
		return "it is no file"
	case "String":
		if _, ok := v.(string); ok {
			return ""
		}
	case "Integer":
		if _, err := strconv.ParseInt(text(v), 10, 64); err == nil {
			return ""
		}
	case "Boolean":
		if _, err := strconv.ParseBool(text(v)); err == nil {
			return ""
		}
	default:
		o, known := d.Types[kind]
		m, is := v.(map[string]any)
		if known && is {
			return d.object(o, m)
		}
	}
	return fmt.Sprintf("%v is no %s", v, kind)
}

// other reports whether an item of an album is of one of its other kinds.
func (d description) other(kind string, v any) bool {
	m, _ := v.(map[string]any)
	want := map[string]string{"photo": "InputMediaPhoto", "video": "InputMediaVideo"}[text(m["type"])]
	return want != "" && want != kind && d.value(want, v) == ""
}

// text is a value as a form would write it.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// taken reads the two forms of a request: JSON alone, or with files.
func taken(r *http.Request) (fields map[string]any, files map[string][]byte, err error) {
	fields, files = map[string]any{}, map[string][]byte{}
	if r.Header.Get("Content-Type") == "" {
		return fields, files, nil
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil, err
	}
	if kind == "application/json" {
		d := json.NewDecoder(r.Body)
		d.UseNumber()
		return fields, files, d.Decode(&fields)
	}
	parts := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, files, nil
		}
		if err != nil {
			return nil, nil, err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, err
		}
		if part.FileName() != "" {
			files[part.FormName()] = content
			continue
		}
		fields[part.FormName()] = string(content)
		if s := string(content); strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
			d := json.NewDecoder(bytes.NewReader(content))
			d.UseNumber()
			var v any
			if part.FormName() != "caption" && d.Decode(&v) == nil {
				fields[part.FormName()] = v // "JSON-serialized", as the documentation says of objects in a form
			}
		}
	}
}

// messagesOf makes the messages that a request asks for, or says why there are none.
func (s *Server) messagesOf(method string, fields map[string]any, files map[string][]byte) (list []Message, why string) {
	_, chat := chatOf(fields)
	if chat == 0 || chat == Elsewhere {
		return nil, "need administrator rights in the channel chat"
	}
	m := Message{
		Chat: chat, Text: strings.TrimSpace(text(fields["caption"])),
		Silent: text(fields["disable_notification"]) == "true", Protect: text(fields["protect_content"]) == "true",
		Spoiler: text(fields["has_spoiler"]) == "true",
	}
	if p, ok := fields["reply_parameters"].(map[string]any); ok {
		m.Parent, _ = strconv.ParseInt(text(p["message_id"]), 10, 64)
		if !slices.ContainsFunc(s.messages, func(o Message) bool { return o.ID == m.Parent && o.Chat == chat }) {
			return nil, "message to be replied not found"
		}
	}
	if p, ok := fields["link_preview_options"]; ok {
		encoded, err := json.Marshal(p)
		if err != nil {
			return nil, err.Error()
		}
		m.Preview = string(encoded)
	}
	if length(m.Text) > 1024 {
		return nil, "message caption is too long"
	}
	switch method {
	case "sendMessage":
		m.Kind, m.Text = "text", strings.TrimSpace(text(fields["text"]))
		switch n := length(text(fields["text"])); {
		case m.Text == "":
			return nil, "message text is empty"
		case n > 4096:
			return nil, "message is too long"
		}
	case "sendPoll":
		m.Kind, m.Text = "poll", text(fields["question"])
		options, _ := fields["options"].([]any)
		for _, o := range options {
			option, _ := o.(map[string]any)
			m.Options = append(m.Options, text(option["text"]))
		}
		if n := length(m.Text); n < 1 || n > 300 || len(m.Options) < 1 || len(m.Options) > 12 {
			return nil, "wrong poll"
		}
	case "sendMediaGroup":
		return s.album(m, fields, files)
	default:
		m.Kind = strings.ToLower(strings.TrimPrefix(method, "send"))
		if m.File = files[m.Kind]; len(m.File) == 0 {
			return nil, "there is no " + m.Kind + " in the request"
		}
	}
	return []Message{m}, ""
}

// album makes the messages of sendMediaGroup.
func (s *Server) album(m Message, fields map[string]any, files map[string][]byte) (list []Message, why string) {
	items, _ := fields["media"].([]any)
	if len(items) < 2 || len(items) > 10 {
		return nil, "group must have 2 to 10 items"
	}
	for _, v := range items {
		item, _ := v.(map[string]any)
		one := m
		one.Kind, one.Text, one.Spoiler = text(item["type"]), strings.TrimSpace(text(item["caption"])), text(item["has_spoiler"]) == "true"
		one.File = files[strings.TrimPrefix(text(item["media"]), "attach://")]
		if len(one.File) == 0 {
			return nil, "a file of the group is missing"
		}
		if length(one.Text) > 1024 {
			return nil, "message caption is too long"
		}
		list = append(list, one)
	}
	return list, ""
}
