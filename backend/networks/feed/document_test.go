package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"postbag/backend/network"
)

// FuzzDocuments writes any text, description and warning into every document: XML stays
// well-formed, the words survive in JSON, and no mark-up but our own comes out.
func FuzzDocuments(f *testing.F) {
	for _, s := range []string{"hello", "]]>", "<script>", "\x00\x1b\ufffe", "\u202e\u2066", "https://a.example/\"'<>", "\r\n\r", "&#x0;", "{{.}}"} {
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, text, alt, warning string) {
		if !utf8.ValidString(text) || !utf8.ValidString(alt) || !utf8.ValidString(warning) {
			return // refused by Check
		}
		p := network.Plan{
			Delivery: "d", CreatedAt: time.Unix(0, 0), Warning: warning,
			Parts: []network.Part{{Text: text, Media: []network.Media{{
				Kind: network.Image, Type: "image/png", SHA256: strings.Repeat("0", 64), Alt: alt,
			}}}},
		}
		feed := &feed{base: "file:///data/channels/a/", doc: document{Postbag: state{Format: format, Page: 1}}}
		feed.add(itemOf(p))
		files, err := feed.publication(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if len(file.Body) == 0 || file.Body[0].File.SHA256 != "" {
				continue
			}
			b := file.Body[0].Bytes
			switch {
			case strings.HasSuffix(file.Path, ".xml"):
				wellFormed(t, file.Path, b)
			case strings.HasSuffix(file.Path, ".html"):
				if lower := bytes.ToLower(b); bytes.Contains(lower, []byte("<script")) || bytes.Count(lower, []byte("<img ")) != 1 {
					t.Errorf("%s has mark-up that is not ours", file.Path)
				}
			case file.Path == feedFile:
				d, err := decode(b)
				if err != nil || d.Items[0].ContentText != text || d.Items[0].Postbag.Parts[0].Media[0].Alt != alt {
					t.Errorf("feed.json does not keep the words: %v", err)
				}
			case !json.Valid(b):
				t.Errorf("%s is not JSON", file.Path)
			}
		}
	})
}

func wellFormed(t *testing.T, name string, b []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s is not well-formed: %v", name, err)
		}
	}
}
