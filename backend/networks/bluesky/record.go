package bluesky

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"postbag/backend/network"
)

const (
	postCollection = "app.bsky.feed.post"
	linkTag        = 42 // CBOR tag of a link (IANA registry "CBOR tags"; DAG-CBOR specification)
)

// The record of a post, as the lexicons app.bsky.feed.post, app.bsky.embed.* and
// app.bsky.richtext.facet describe it (2026-08-20). The same values make the JSON that is sent
// and the CBOR whose hash is the record's address, so the two cannot differ.
type (
	post struct {
		Type      string      `json:"$type"`
		Text      string      `json:"text"`
		CreatedAt string      `json:"createdAt"`
		Langs     []string    `json:"langs,omitempty"`
		Facets    []facet     `json:"facets,omitempty"`
		Reply     *replyRef   `json:"reply,omitempty"`
		Labels    *selfLabels `json:"labels,omitempty"`
		Embed     any         `json:"embed,omitempty"` // imagesEmbed, galleryEmbed, videoEmbed or externalEmbed
	}
	facet struct {
		Index    byteSlice `json:"index"`
		Features []feature `json:"features"`
	}
	byteSlice struct {
		Start int `json:"byteStart"`
		End   int `json:"byteEnd"`
	}
	feature struct {
		Type string `json:"$type"`
		URI  string `json:"uri,omitempty"`
		DID  string `json:"did,omitempty"`
		Tag  string `json:"tag,omitempty"`
	}
	replyRef struct {
		Root   strongRef `json:"root"`
		Parent strongRef `json:"parent"`
	}
	strongRef struct {
		URI string `json:"uri"`
		CID string `json:"cid"`
	}
	selfLabels struct {
		Type   string      `json:"$type"`
		Values []selfLabel `json:"values"`
	}
	selfLabel struct {
		Val string `json:"val"`
	}
	imagesEmbed struct {
		Type   string  `json:"$type"`
		Images []image `json:"images"`
	}
	image struct {
		Alt         string       `json:"alt"`
		Image       blob         `json:"image"`
		AspectRatio *aspectRatio `json:"aspectRatio,omitempty"`
	}
	aspectRatio struct {
		Width  int `json:"width"`
		Height int `json:"height"`
	}
	externalEmbed struct {
		Type     string   `json:"$type"`
		External external `json:"external"`
	}
	external struct {
		URI         string `json:"uri"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Thumb       *blob  `json:"thumb,omitempty"`
	}
	blob struct {
		Type     string `json:"$type"`
		Ref      link   `json:"ref"`
		MimeType string `json:"mimeType"`
		Size     int64  `json:"size"`
	}
)

// usable reports whether a record can refer to b.
func (b blob) usable() bool {
	return b.Type == "blob" && b.Ref.id.Defined() && b.Size > 0 && b.MimeType != ""
}

// link is a reference by content address: {"$link": "bafk…"} in JSON, tag 42 in CBOR.
type link struct{ id cid.Cid }

// MarshalJSON writes the JSON form (AT Protocol specification, "Data model", 2026-04).
func (l link) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"$link": l.id.String()})
}

// UnmarshalJSON reads the JSON form.
func (l *link) UnmarshalJSON(b []byte) error {
	var v struct {
		Link string `json:"$link"`
	}
	err := json.Unmarshal(b, &v)
	if err == nil {
		l.id, err = cid.Decode(v.Link)
	}
	return err
}

// MarshalCBOR writes the binary form: tag 42 around the address with a zero byte before it.
func (l link) MarshalCBOR() ([]byte, error) {
	return cbor.Marshal(cbor.Tag{Number: linkTag, Content: append([]byte{0}, l.id.Bytes()...)})
}

// address returns the content address of a record: a version 1 CID of its DAG-CBOR form,
// whose map keys are sorted by length and then by bytes (DAG-CBOR specification, 2026-04).
func address(record any) (string, error) {
	mode, err := cbor.EncOptions{Sort: cbor.SortLengthFirst, IndefLength: cbor.IndefLengthForbidden}.EncMode()
	if err != nil {
		return "", fmt.Errorf("prepare the encoder: %w", err)
	}
	b, err := mode.Marshal(record)
	if err != nil {
		return "", fmt.Errorf("encode the record: %w", err)
	}
	id, err := cid.V1Builder{Codec: cid.DagCBOR, MhType: multihash.SHA2_256}.Sum(b)
	if err != nil {
		return "", fmt.Errorf("hash the record: %w", err)
	}
	return id.String(), nil
}

// encode writes a value as JSON, the same way every time.
func encode(v any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a sixth of the length for texts full of them
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}

// timestamp writes a time as records hold it.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// languageTag is the shape of what the server accepts as a language (BCP 47, roughly; the
// server refuses the whole post for another).
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$`)

// newPost makes the record of part i, without what needs an answer of the server: pictures,
// mentions and what it replies to.
func newPost(p network.Plan, i int) post {
	r := post{
		Type: postCollection, Text: p.Parts[i].Text,
		CreatedAt: timestamp(p.CreatedAt.Add(time.Duration(i) * time.Millisecond)), // parts sort by it
	}
	if languageTag.MatchString(p.Language) {
		r.Langs = []string{p.Language}
	}
	if label := p.Options[labelOption]; label != "" && label != noLabel {
		r.Labels = &selfLabels{Type: "com.atproto.label.defs#selfLabels", Values: []selfLabel{{Val: label}}}
	}
	return r
}

// makeFacets turns what was found into facets. A handle without a DID stays plain text.
func makeFacets(pieces []found, dids map[string]string) []facet {
	var facets []facet
	for _, f := range pieces {
		var what feature
		switch f.kind {
		case linkFeature:
			what = feature{Type: "app.bsky.richtext.facet#link", URI: f.value}
		case tagFeature:
			what = feature{Type: "app.bsky.richtext.facet#tag", Tag: f.value}
		case mentionFeature:
			if dids[f.value] == "" {
				continue
			}
			what = feature{Type: "app.bsky.richtext.facet#mention", DID: dids[f.value]}
		}
		facets = append(facets, facet{Index: byteSlice{f.start, f.end}, Features: []feature{what}})
	}
	return facets
}
