package network_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"postbag/backend/network"
)

// sentAs returns the bytes of a body as a carrier writes them.
func sentAs(t *testing.T, b network.Body, files map[string][]byte) string {
	t.Helper()
	var sent strings.Builder
	for _, p := range b {
		switch {
		case p.File.SHA256 == "":
			sent.Write(p.Bytes)
		case p.Base64:
			part := files[p.File.SHA256][p.File.Offset : p.File.Offset+p.File.Length]
			sent.WriteString(base64.StdEncoding.EncodeToString(part))
		default:
			t.Fatal("a file goes out as it is")
		}
	}
	if int64(sent.Len()) != b.Len() {
		t.Errorf("%d bytes, announced %d", sent.Len(), b.Len())
	}
	return sent.String()
}

func TestAFileStandsInJSONAsBase64(t *testing.T) {
	one, two := strings.Repeat("a1", 32), strings.Repeat("b2", 32)
	files := map[string][]byte{one: []byte("fo"), two: []byte("xfoobar")}
	type item struct {
		Text string           `json:"text"`
		Data network.Embedded `json:"data"`
	}
	// Words that look like what holds a file's place stay words.
	tricky := `"\/file ` + one + ` 0 2" \/file "\\/file`
	for _, text := range []string{"plain", "", `\/file x`, `/file`, tricky, "<é\u2028&>"} {
		value := map[string]any{"caption": text, "items": []item{
			{text, network.Embed(network.Media{SHA256: one, Bytes: 2})},
			{"b", network.Embedded{SHA256: two, Offset: 1, Length: 6}},
		}}
		body, err := network.JSONBody(value)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Caption string
			Items   []struct {
				Text string
				Data []byte
			}
		}
		if err := json.Unmarshal([]byte(sentAs(t, body, files)), &got); err != nil {
			t.Fatal(err)
		}
		if got.Caption != text || len(got.Items) != 2 || got.Items[0].Text != text || string(got.Items[0].Data) != "fo" || string(got.Items[1].Data) != "foobar" {
			t.Errorf("%q arrives as %+v", text, got)
		}
	}
	for name, file := range map[string]network.Embedded{
		"no hash": {Length: 2}, "no length": {SHA256: one}, "a hash that is none": {SHA256: `"` + one[1:], Length: 2},
		"a start before the first byte": {SHA256: one, Offset: -1, Length: 2},
	} {
		if _, err := network.JSONBody(file); err == nil {
			t.Errorf("%s: it has a place", name)
		}
	}
	if body, err := network.JSONBody("a"); err != nil || string(body[0].Bytes) != `"a"` || len(body) != 1 {
		t.Errorf("without a file: %v, %v", body, err)
	}
}

func TestAFileAsBase64IsAnotherRequest(t *testing.T) {
	file := network.FileRef{SHA256: "f", Length: 4}
	plain, text := network.Request{Body: network.Body{{File: file}}}, network.Request{Body: network.Body{{File: file, Base64: true}}}
	if plain.Hash() == text.Hash() {
		t.Error("both have one hash")
	}
	if plain.Body.Len() != 4 || text.Body.Len() != 8 {
		t.Errorf("they have %d and %d bytes", plain.Body.Len(), text.Body.Len())
	}
}
