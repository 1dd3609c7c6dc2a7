package micropubtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// read holds a new post to "JSON Syntax": microformats 2 in which every value is a list.
func (s *Server) read(body []byte) (Post, error) {
	var e struct {
		Type       []string                     `json:"type"`
		Properties map[string][]json.RawMessage `json:"properties"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		return Post{}, fmt.Errorf("the body: %w", err)
	}
	if !slices.Equal(e.Type, []string{"h-entry"}) {
		return Post{}, fmt.Errorf("the type %q", e.Type)
	}
	var p Post
	for name, values := range e.Properties {
		if len(values) == 0 {
			return Post{}, fmt.Errorf("%s has no value", name)
		}
		if name == "photo" {
			for _, v := range values {
				photo, err := s.photo(v)
				if err != nil {
					return Post{}, err
				}
				p.Photos = append(p.Photos, photo)
			}
			continue
		}
		var texts []string
		for _, v := range values {
			var text string
			if err := json.Unmarshal(v, &text); err != nil || text == "" {
				return Post{}, fmt.Errorf("%s is %s", name, v)
			}
			texts = append(texts, text)
		}
		if err := s.set(&p, name, texts); err != nil {
			return Post{}, err
		}
	}
	if p.Text == "" && len(p.Photos) == 0 && len(p.Videos) == 0 {
		return Post{}, errors.New("a post of nothing")
	}
	return p, nil
}

// set takes a property of texts. One that is nobody's is a mistake here; a site would pass over it.
func (s *Server) set(p *Post, name string, texts []string) error {
	one := map[string]*string{
		"name": &p.Title, "content": &p.Text, "post-status": &p.Status, "visibility": &p.Visibility,
		"mp-slug": &p.Slug, "mp-destination": &p.Destination,
	}[name]
	switch {
	case one != nil && len(texts) == 1:
		*one = texts[0]
	case name == "category":
		p.Categories = texts
	case name == "mp-syndicate-to":
		p.SyndicateTo = texts
	case name == "video":
		for _, address := range texts {
			if !s.uploaded(address) {
				return fmt.Errorf("nobody uploaded %s", address)
			}
		}
		p.Videos = texts
	default:
		return fmt.Errorf("the property %s with %d values", name, len(texts))
	}
	switch {
	case name == "post-status" && texts[0] != "published" && texts[0] != "draft",
		name == "visibility" && !slices.Contains(s.Visibilities, texts[0]),
		name == "mp-slug" && strings.Trim(texts[0], "abcdefghijklmnopqrstuvwxyz0123456789-") != "",
		name == "mp-destination" && !slices.Contains(s.Destinations, texts[0]):
		return fmt.Errorf("%s is %q", name, texts[0])
	}
	return nil
}

// photo reads an address, or an object of an address and a description ("Uploading a photo with alt text").
func (s *Server) photo(raw json.RawMessage) (Photo, error) {
	var p Photo
	if json.Unmarshal(raw, &p.URL) != nil {
		var with struct {
			Value *string `json:"value"`
			Alt   *string `json:"alt"`
		}
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&with); err != nil || with.Value == nil || with.Alt == nil {
			return p, fmt.Errorf("the photo %s", raw)
		}
		p = Photo{URL: *with.Value, Alt: *with.Alt}
	}
	if !s.uploaded(p.URL) {
		return p, fmt.Errorf("nobody uploaded %s", p.URL)
	}
	return p, nil
}

func (s *Server) uploaded(address string) bool { return s.File(address) != nil }
