package secretstest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// Hit is a secret that was found where none may be.
type Hit struct {
	Where  string // file, and the member of an archive after "!"
	Form   string // the disguise: "raw", "base64", …
	Canary int    // which of the secrets
}

func (h Hit) String() string {
	return fmt.Sprintf("secret %d in %s (%s)", h.Canary, h.Where, h.Form)
}

// Scan fails the test if a secret is in the name or the content of any file under the
// folder dir, also inside archives and compressed members. It fails as well if it cannot
// look into something, or if there is nothing to look at.
func Scan(t testing.TB, dir string, canaries ...string) {
	t.Helper()
	hits, files, err := Find(dir, canaries...)
	if err != nil {
		t.Errorf("scan for secrets: %v", err)
	}
	if files == 0 {
		t.Errorf("scan for secrets: no files in %s", dir)
	}
	for _, h := range hits {
		t.Errorf("%s", h)
	}
}

// ScanBytes fails the test if a secret is in b, which came from where: an output, an error.
func ScanBytes(t testing.TB, where string, b []byte, canaries ...string) {
	t.Helper()
	s := newScanner(canaries)
	if err := s.read(where, bytes.NewReader(b), 0); err != nil {
		t.Errorf("scan for secrets: %v", err)
	}
	for _, h := range s.hits {
		t.Errorf("%s", h)
	}
}

// Find returns every secret it sees under dir and how many files it read.
func Find(dir string, canaries ...string) (hits []Hit, files int, err error) {
	s := newScanner(canaries)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		s.search(path+" (name)", []byte(d.Name()))
		if !d.Type().IsRegular() {
			return nil
		}
		files++
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		return s.read(path, f, 0)
	})
	return s.hits, files, err
}

const (
	maxDepth = 4       // archives in archives
	maxInner = 1 << 30 // bytes of one compressed member
	window   = 1 << 20
)

type needle struct {
	canary int
	form   string
	bytes  []byte
}

type scanner struct {
	needles []needle
	longest int
	seen    map[Hit]bool
	hits    []Hit
}

// newScanner looks for each half of a secret: a database cuts long values in two where a
// page ends, and one of the halves then stays whole.
func newScanner(canaries []string) *scanner {
	s := &scanner{seen: map[Hit]bool{}}
	for i, c := range canaries {
		b := []byte(c)
		if len(b) < 16 {
			panic("secretstest: a secret of under 16 bytes cannot be told from chance")
		}
		for _, half := range [][]byte{b[:len(b)/2], b[len(b)/2:]} {
			for form, bytes := range disguises(half) {
				s.needles = append(s.needles, needle{i, form, bytes})
				s.longest = max(s.longest, len(bytes))
			}
		}
	}
	return s
}

func disguises(b []byte) map[string][]byte {
	text := string(b)
	numbers := strings.Trim(fmt.Sprintf("%d", b), "[]")
	forms := map[string][]byte{
		"raw":              b,
		"hex":              []byte(hex.EncodeToString(b)),
		"upper-case hex":   []byte(strings.ToUpper(hex.EncodeToString(b))),
		"query":            []byte(url.QueryEscape(text)),
		"path":             []byte(url.PathEscape(text)),
		"numbers":          []byte(numbers),
		"array of numbers": []byte(strings.ReplaceAll(numbers, " ", ",")),
		"quoted by Go":     []byte(strings.Trim(fmt.Sprintf("%q", text), `"`)),
	}
	if j, err := json.Marshal(text); err == nil {
		forms["JSON"] = bytes.Trim(j, `"`)
	}
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	if enc.Encode(text) == nil {
		forms["JSON without HTML escapes"] = bytes.Trim(bytes.TrimSpace(plain.Bytes()), `"`)
	}
	var wide []byte
	for _, u := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	forms["UTF-16"] = wide
	// In base64 the secret may begin at any of three places of a group of four characters.
	// The first and last group mix with what stands around it and are left out.
	for shift := range 3 {
		padded := append(make([]byte, shift), b...)
		for name, e := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			all := e.EncodeToString(padded)
			from, to := 4*((shift+2)/3), len(padded)/3*4
			forms[fmt.Sprintf("%s at %d", name, shift)] = []byte(all[from:to])
		}
	}
	return forms
}

func (s *scanner) search(where string, b []byte) {
	for _, n := range s.needles {
		if !bytes.Contains(b, n.bytes) {
			continue
		}
		h := Hit{Where: where, Form: n.form, Canary: n.canary}
		if !s.seen[h] {
			s.seen[h] = true
			s.hits = append(s.hits, h)
		}
	}
}

// read searches r as it is and, if it is packed, what is in it.
func (s *scanner) read(where string, r io.Reader, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%s is packed too deep to look into", where)
	}
	spool, err := os.CreateTemp("", "scan-*")
	if err != nil {
		return err
	}
	defer func() { _ = spool.Close(); _ = os.Remove(spool.Name()) }()

	buf := make([]byte, 0, window+s.longest)
	var size int64
	for {
		n, err := fill(r, buf[len(buf):len(buf)+window])
		if size += int64(n); depth > 0 && size > maxInner {
			return fmt.Errorf("%s is too large to look into", where)
		}
		if _, err := spool.Write(buf[len(buf) : len(buf)+n]); err != nil {
			return err
		}
		buf = buf[:len(buf)+n]
		s.search(where, buf)
		keep := min(len(buf), s.longest) // a secret may stand across two windows
		copy(buf, buf[len(buf)-keep:])
		buf = buf[:keep]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
	}
	return s.unpack(where, spool, size, depth)
}

// fill reads until b is full. Unlike io.ReadFull it keeps the reader's own word for a stream
// that was cut.
func fill(r io.Reader, b []byte) (int, error) {
	for n := 0; ; {
		m, err := r.Read(b[n:])
		if n += m; err != nil || n == len(b) {
			return n, err
		}
	}
}

func (s *scanner) unpack(where string, f *os.File, size int64, depth int) error {
	head := make([]byte, 512)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	head = head[:n]
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	inner := func(r io.Reader, err error) error {
		if err == nil {
			err = s.read(where+"!", r, depth+1)
		}
		if err != nil {
			return fmt.Errorf("look into %s: %w", where, err)
		}
		return nil
	}
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b\x08")):
		return inner(gzip.NewReader(f))
	case bytes.HasPrefix(head, []byte("BZh")):
		return inner(bzip2.NewReader(f), nil)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return s.unzip(where, f, size, depth)
	case n >= 263 && string(head[257:262]) == "ustar":
		return s.untar(where, f, depth)
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")), bytes.HasPrefix(head, []byte("\xfd7zXZ")), bytes.HasPrefix(head, []byte("7z\xbc\xaf")):
		return fmt.Errorf("%s is compressed in a way this scan cannot look into", where)
	case n > 2 && head[0] == 0x78 && (uint(head[0])<<8|uint(head[1]))%31 == 0: // RFC 1950, section 2.2
		if r, err := zlib.NewReader(f); err == nil {
			_ = s.read(where+"!zlib", r, depth+1) // text may begin alike: what does not unpack was searched as it is
		}
	}
	return nil
}

func (s *scanner) unzip(where string, f *os.File, size int64, depth int) error {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return fmt.Errorf("look into %s: %w", where, err)
	}
	for _, m := range z.File {
		s.search(where+" (member's name)", []byte(m.Name+m.Comment))
		r, err := m.Open()
		if err != nil {
			return fmt.Errorf("look into %s: %w", where, err)
		}
		err = s.read(where+"!"+m.Name, r, depth+1)
		_ = r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *scanner) untar(where string, f *os.File, depth int) error {
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look into %s: %w", where, err)
		}
		s.search(where+" (member's name)", []byte(h.Name))
		if err := s.read(where+"!"+h.Name, r, depth+1); err != nil {
			return err
		}
	}
}
