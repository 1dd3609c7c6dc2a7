package network

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Embedded stands in a value for JSONBody where a file belongs: as base64 text in a string of its own.
type Embedded FileRef

// Embed returns the whole file of a medium for a value of JSONBody.
func Embed(m Media) Embedded { return Embedded(m.File()) }

// embedMark begins the string that holds a file's place until JSONBody puts the file there. No other
// string of a document that encoding/json writes begins so: it writes a slash as it is, and a backslash
// as two.
const embedMark = `"\/file `

// MarshalJSON writes what holds the file's place. Only JSONBody can make the file of it.
func (e Embedded) MarshalJSON() ([]byte, error) {
	if sum, err := hex.DecodeString(e.SHA256); err != nil || len(sum) != 32 || e.Offset < 0 || e.Length <= 0 {
		return nil, errors.New("a file without a hash or a length cannot stand in JSON")
	}
	return fmt.Appendf(nil, `%s%s %d %d"`, embedMark, e.SHA256, e.Offset, e.Length), nil
}

// JSONBody returns the JSON of v as a body in which every Embedded is its file as base64 text. The carrier
// streams the files, so that none is held in memory. The same value makes the same bytes.
func JSONBody(v any) (Body, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(string(text), embedMark)
	body := Body{{Bytes: []byte(parts[0])}}
	for _, part := range parts[1:] {
		place, rest, _ := strings.Cut(part, `"`)
		words := strings.Fields(place)
		if len(words) != 3 {
			return nil, errors.New("a file's place in JSON cannot be read")
		}
		ref := FileRef{SHA256: words[0]}
		if ref.Offset, err = strconv.ParseInt(words[1], 10, 64); err == nil {
			ref.Length, err = strconv.ParseInt(words[2], 10, 64)
		}
		if err != nil {
			return nil, errors.New("a file's place in JSON cannot be read")
		}
		last := &body[len(body)-1]
		last.Bytes = append(last.Bytes, '"')
		body = append(body, Piece{File: ref, Base64: true}, Piece{Bytes: []byte(`"` + rest)})
	}
	return body, nil
}
