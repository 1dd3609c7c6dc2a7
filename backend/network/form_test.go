package network_test

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"reflect"
	"strings"
	"testing"

	"postbag/backend/network"
)

func TestAFormIsReadAsItWasMade(t *testing.T) {
	picture := network.Media{Type: "image/png", SHA256: strings.Repeat("a", 64), Bytes: 7, Name: "b\"o/a\\t\r\n%.png"}
	film := network.Media{Type: "video/mp4\r\nX: y", SHA256: strings.Repeat("b", 64), Bytes: 3}
	fields := []network.Field{
		{Name: "description", Value: "a boat\r\n--postbag"},
		{Name: "payload_json", Type: "application/json", Value: `{"a":1}`},
		{Name: "files[0]", Media: &picture},
		{Name: "files[1]", Media: &film},
	}
	kind, body := network.Form("seed", fields...)
	again, same := network.Form("seed", fields...)
	if other, _ := network.Form("another", fields...); kind != again || !reflect.DeepEqual(body, same) || other == kind {
		t.Error("the same form is not the same bytes, or another one is")
	}
	var sent bytes.Buffer
	for _, p := range body {
		if p.File.SHA256 != "" {
			sent.WriteString(strings.Repeat(p.File.SHA256[:1], int(p.File.Length)))
		}
		sent.Write(p.Bytes)
	}
	if int64(sent.Len()) != body.Len() {
		t.Errorf("the body has %d bytes and says %d", sent.Len(), body.Len())
	}
	_, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	type part struct{ name, file, kind, text string }
	var got []part
	for r := multipart.NewReader(&sent, params["boundary"]); ; {
		p, err := r.NextPart()
		if err == io.EOF { //nolint:errorlint // returned as it is
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, part{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), string(text)})
	}
	want := []part{
		{"description", "", "", "a boat\r\n--postbag"},
		{"payload_json", "", "application/json", `{"a":1}`},
		{"files[0]", "b-o-a-t---.png", "image/png", "aaaaaaa"},
		{"files[1]", "file.octet-stream", "application/octet-stream", "bbb"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
}
