package network

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Field is one part of a Form: a value, or a medium under its own file name.
type Field struct {
	Name  string // of the field; plain ASCII, no quotes
	Value string
	Type  string // MIME type of Value, "" for plain text
	Media *Media // instead of Value
}

// Form returns the body of a multipart/form-data request (RFC 7578) and its Content-Type. The same
// seed and fields make the same bytes, so that a repeated request has the same hash; the seed says
// what the request is for, and no two of one plan may share it.
func Form(seed string, fields ...Field) (contentType string, body Body) {
	sum := sha256.Sum256([]byte(seed))
	boundary := "postbag-" + hex.EncodeToString(sum[:16])
	var b strings.Builder
	flush := func() {
		body = append(body, Piece{Bytes: []byte(b.String())})
		b.Reset()
	}
	for _, f := range fields {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"%s\"", boundary, f.Name)
		switch {
		case f.Media != nil:
			fmt.Fprintf(&b, "; filename=\"%s\"\r\nContent-Type: %s\r\n\r\n", FormFileName(*f.Media), formType(f.Media.Type))
			flush()
			body = append(body, Piece{File: f.Media.File()})
		case f.Type != "":
			fmt.Fprintf(&b, "\r\nContent-Type: %s\r\n\r\n%s", formType(f.Type), f.Value)
		default:
			b.WriteString("\r\n\r\n" + f.Value)
		}
		b.WriteString("\r\n")
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	flush()
	return "multipart/form-data; boundary=" + boundary, body
}

// FormFileName returns the name a medium has in a Form: its own, with nothing in it that a header
// could stumble over.
func FormFileName(m Media) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/%`, r) {
			return '-'
		}
		return r
	}, m.Name)
	if name == "" || len(name) > 100 {
		_, ending, _ := strings.Cut(formType(m.Type), "/")
		return "file." + ending
	}
	return name
}

// formType returns t if it can stand in a header.
func formType(t string) string {
	if t == "" || len(t) > 200 || !Visible(t) {
		return "application/octet-stream"
	}
	return t
}

// Visible reports whether a text has nothing but visible ASCII characters, so that it can stand in a header.
// That is true of an empty one.
func Visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
