package secretstest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestEveryDisguiseOfAPlantedSecretIsFound(t *testing.T) {
	c := Canary("token")
	asJSON, err := json.Marshal(map[string]string{"access_token": c})
	if err != nil {
		t.Fatal(err)
	}
	var wide []byte
	for _, u := range utf16.Encode([]rune("token: " + c)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	pack := func(wrap func(io.Writer) io.WriteCloser) string {
		var b bytes.Buffer
		w := wrap(&b)
		fmt.Fprintf(w, "before %s after", c)
		w.Close()
		return b.String()
	}
	inZip := pack(func(b io.Writer) io.WriteCloser {
		z := zip.NewWriter(b)
		w, err := z.Create("notes.txt")
		if err != nil {
			t.Fatal(err)
		}
		return struct {
			io.Writer
			io.Closer
		}{w, z}
	})
	var tarred bytes.Buffer
	tw := tar.NewWriter(&tarred)
	tw.WriteHeader(&tar.Header{Name: "inner.zip", Size: int64(len(inZip)), Mode: 0o600})
	io.WriteString(tw, inZip)
	tw.Close()

	planted := map[string]string{
		"raw":                   "x" + c + "y",
		"across two windows":    strings.Repeat("x", window-len(c)/4) + c,
		"cut by a page":         c[:len(c)-3] + "\x00\x00\x01\x02" + c[len(c)-3:],
		"JSON":                  string(asJSON),
		"JSON in JSON":          strings.ReplaceAll(string(asJSON), `\`, `\\`) + c,
		"query":                 "https://example.org/?token=" + url.QueryEscape(c),
		"path":                  "https://example.org/" + url.PathEscape(c),
		"hex":                   hex.EncodeToString([]byte(c)),
		"upper-case hex":        strings.ToUpper(hex.EncodeToString([]byte(c))),
		"base64 at 0":           base64.StdEncoding.EncodeToString([]byte(c)),
		"base64 at 1":           base64.StdEncoding.EncodeToString([]byte("u" + c)),
		"base64 at 2":           base64.URLEncoding.EncodeToString([]byte("u:" + c + " and more")),
		"printed bytes":         fmt.Sprintf("%d", []byte(c)),
		"quoted":                fmt.Sprintf("%q", c),
		"UTF-16":                string(wide),
		"gzip":                  pack(func(b io.Writer) io.WriteCloser { return gzip.NewWriter(b) }),
		"zlib":                  pack(func(b io.Writer) io.WriteCloser { return zlib.NewWriter(b) }),
		"zip":                   inZip,
		"a zip in a tar":        tarred.String(),
		"only the second half ": c[len(c)/2:],
	}
	for name, content := range planted {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "data.db-wal"), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			hits, files, err := Find(dir, Canary("other"), c)
			if err != nil || files != 1 {
				t.Fatalf("%d files, %v", files, err)
			}
			if len(hits) == 0 || hits[0].Canary != 1 {
				t.Errorf("hits: %v", hits)
			}
			others, _, err := Find(dir, Canary("other"))
			if err != nil || len(others) != 0 {
				t.Errorf("a secret that is not there was found: %v, %v", others, err)
			}
		})
	}
}

func TestASecretInAFileNameIsFound(t *testing.T) {
	dir := t.TempDir()
	c := "canary0123456789abcdefghijkl"
	if err := os.WriteFile(filepath.Join(dir, "export-"+c+".json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if hits, _, err := Find(dir, c); err != nil || len(hits) == 0 {
		t.Errorf("hits: %v, %v", hits, err)
	}
}

func TestWhatCannotBeLookedIntoIsAnError(t *testing.T) {
	for name, content := range map[string]string{
		"zstd":         "\x28\xb5\x2f\xfd rest",
		"a cut gzip":   "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01",
		"a broken zip": "PK\x03\x04 rest",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "x"), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, _, err := Find(dir, Canary("x")); err == nil {
				t.Error("no error")
			}
		})
	}
}
