package remind

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"postbag/backend/network"
)

// readyFile is the record that counts.
const readyFile = "ready.json"

// endings are the file endings of the media types.
var endings = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "video/mp4": ".mp4",
}

// record is what ready.json says. Its form is stable: scripts may read it.
type record struct {
	Delivery string       `json:"delivery"`
	Due      string       `json:"due"` // RFC 3339, UTC
	Language string       `json:"language,omitempty"`
	Parts    []recordPart `json:"parts"`
}

type recordPart struct {
	Text  *recordFile  `json:"text,omitempty"`
	Media []recordFile `json:"media,omitempty"`
}

type recordFile struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Type   string `json:"type"`
	Alt    string `json:"alt,omitempty"`
}

// folderOf is the name of a plan's own folder: its day, then what no other delivery has.
func folderOf(p network.Plan) string {
	return p.CreatedAt.UTC().Format(time.DateOnly) + "-" + hash([]byte(p.Delivery))[:12]
}

// layout lists what is written first, and the record that is written last.
func layout(p network.Plan) (files []network.FilePut, ready network.FilePut) {
	folder := folderOf(p) + "/"
	rec := record{Delivery: p.Delivery, Due: p.CreatedAt.UTC().Format(time.RFC3339), Language: p.Language}
	var shown strings.Builder
	for i, part := range p.Parts {
		var to recordPart
		if text := p.TextWithLink(i); text != "" {
			name := "text.txt"
			if len(p.Parts) > 1 {
				name = fmt.Sprintf("part-%02d.txt", i+1)
			}
			to.Text = &recordFile{File: name, SHA256: hash([]byte(text)), Bytes: int64(len(text)), Type: "text/plain"}
			files = append(files, network.FilePut{Path: folder + name, Body: network.Bytes([]byte(text))})
		}
		for k, m := range part.Media {
			f := recordFile{
				File: fmt.Sprintf("%02d-%02d%s", i+1, k+1, endings[m.Type]), SHA256: m.SHA256, Bytes: m.Bytes, Type: m.Type, Alt: m.Alt,
			}
			to.Media = append(to.Media, f)
			files = append(files, network.FilePut{Path: folder + f.File, Body: network.Body{{File: m.File()}}})
			if m.Alt != "" {
				fmt.Fprintf(&shown, "%s: %s\n", f.File, m.Alt)
			}
		}
		rec.Parts = append(rec.Parts, to)
	}
	if shown.Len() > 0 {
		files = append(files, network.FilePut{Path: folder + "descriptions.txt", Body: network.Bytes([]byte(shown.String()))})
	}
	body, err := json.MarshalIndent(rec, "", "  ")
	if err != nil { // strings and numbers always marshal
		panic(err)
	}
	return files, network.FilePut{Path: folder + readyFile, Body: network.Bytes(append(body, '\n'))}
}
