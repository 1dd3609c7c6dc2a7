package httpcall

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"postbag/backend/network"
)

// store is an opener over memory. A file can lie about its content from the nth read on.
type store struct {
	files  map[string][]byte
	opened int
	closed int
	read   int64
	spoil  int64 // from which byte read in all the content is another; 0 for never
}

func (s *store) Open(sum string) (io.ReadSeekCloser, error) {
	b, ok := s.files[sum]
	if !ok {
		return nil, fs.ErrNotExist
	}
	s.opened++
	return &storeFile{bytes.NewReader(b), s}, nil
}

type storeFile struct {
	*bytes.Reader
	s *store
}

func (f *storeFile) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	f.s.read += int64(n)
	if f.s.spoil > 0 && f.s.read > f.s.spoil && n > 0 {
		p[0] ^= 1
	}
	return n, err
}

func (f *storeFile) Close() error {
	f.s.closed++
	return nil
}

// stored returns a store with one file and its name.
func stored(content []byte) (*store, string) {
	sum := sha256.Sum256(content)
	name := hex.EncodeToString(sum[:])
	return &store{files: map[string][]byte{name: content}}, name
}

func upload(url string, body network.Body) network.Request {
	return network.Request{Method: "POST", URL: url, Body: body}
}

func TestABodyIsItsPiecesInOrder(t *testing.T) {
	content := []byte(strings.Repeat("0123456789", 30_000))
	files, name := stored(content)
	s := answering(t, fine)
	_, _, err := sent(t.Context(), New(files), upload(s.url(), network.Body{
		{Bytes: []byte("--boundary\r\n")},
		{File: network.FileRef{SHA256: name, Length: int64(len(content))}},
		{Bytes: []byte("--")},
		{File: network.FileRef{SHA256: name, Offset: 5, Length: 3}},
		{},
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := "--boundary\r\n" + string(content) + "--567"
	if got := string(s.body(0)); got != want || s.got()[0].ContentLength != int64(len(want)) {
		t.Errorf("%d bytes arrived, announced %d, want %d", len(got), s.got()[0].ContentLength, len(want))
	}
	if files.opened != 1 || files.closed != 1 {
		t.Errorf("opened %d, closed %d", files.opened, files.closed)
	}
}

func TestMediaThatIsNotWhatWasApprovedNeverLeaves(t *testing.T) {
	content := bytes.Repeat([]byte("p"), 200_000)
	whole := func(name string) network.FileRef { return network.FileRef{SHA256: name, Length: 200_000} }
	cases := map[string]func(s *store, name string) network.FileRef{
		"changed": func(s *store, name string) network.FileRef {
			s.files[name] = append(bytes.Clone(content[1:]), 'q')
			return whole(name)
		},
		"missing": func(s *store, name string) network.FileRef { delete(s.files, name); return whole(name) },
		"shorter": func(s *store, name string) network.FileRef { s.files[name] = content[1:]; return whole(name) },
		"longer":  func(s *store, name string) network.FileRef { s.files[name] = append(content, 'q'); return whole(name) },
		"past its end": func(_ *store, name string) network.FileRef {
			return network.FileRef{SHA256: name, Offset: 199_999, Length: 2}
		},
		"negative": func(_ *store, name string) network.FileRef {
			return network.FileRef{SHA256: name, Offset: -1, Length: 2}
		},
		"its first part of a changed file": func(s *store, name string) network.FileRef {
			s.files[name] = append(bytes.Clone(content[1:]), 'q')
			return network.FileRef{SHA256: name, Length: 10}
		},
		"its last part of a changed file": func(s *store, name string) network.FileRef {
			s.files[name] = append([]byte("q"), content[1:]...)
			return network.FileRef{SHA256: name, Offset: 199_990, Length: 10}
		},
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			files, sum := stored(content)
			ref := spoil(files, sum)
			s := answering(t, fine)
			_, intended, err := sent(t.Context(), New(files), upload(s.url(), network.Body{{File: ref}}))
			wantNotSent(t, intended, err)
			if !errors.Is(err, network.ErrMediaChanged) || s.connections() != 0 {
				t.Errorf("%d connections, %v", s.connections(), err)
			}
			if files.opened != files.closed {
				t.Errorf("opened %d, closed %d", files.opened, files.closed)
			}
		})
	}
}

func TestMediaThatChangesWhileItIsSentNeverArrivesWhole(t *testing.T) {
	for name, size := range map[string]int{"a small file": 100, "a large one": 1000 << 10} {
		t.Run(name, func(t *testing.T) {
			files, sum := stored(bytes.Repeat([]byte("p"), size))
			files.spoil = int64(size) // good when it is checked, another when it is sent
			s := answering(t, fine)
			ref := network.FileRef{SHA256: sum, Length: int64(size)}
			_, intended, err := sent(t.Context(), New(files), upload(s.url(), network.Body{{File: ref}}))
			wantAmbiguous(t, intended, err)
			if !errors.Is(err, network.ErrMediaChanged) || len(s.got()) != 0 {
				t.Errorf("%d whole requests arrived, %v", len(s.got()), err)
			}
		})
	}
}

func TestAFileGoesOutAsBase64(t *testing.T) {
	for _, size := range []int64{1, 2, 3, chunk - 1, chunk, 3*chunk + 2} {
		content := bytes.Repeat([]byte("\x00\xffp"), int(size))[:size]
		files, name := stored(content)
		s := answering(t, fine)
		_, _, err := sent(t.Context(), New(files), upload(s.url(), network.Body{
			{Bytes: []byte(`{"data":"`)}, {File: network.FileRef{SHA256: name, Length: size}, Base64: true}, {Bytes: []byte(`"}`)},
		}))
		if err != nil {
			t.Fatal(err)
		}
		want := `{"data":"` + base64.StdEncoding.EncodeToString(content) + `"}`
		if got := string(s.body(0)); got != want || s.got()[0].ContentLength != int64(len(want)) {
			t.Errorf("%d bytes: %d arrived, announced %d, want %d", size, len(got), s.got()[0].ContentLength, len(want))
		}
	}
}

func TestAFileAsBase64ThatChangesOnItsWayNeverArrivesWhole(t *testing.T) {
	for _, size := range []int64{100, 1000 << 10} {
		files, sum := stored(bytes.Repeat([]byte("p"), int(size)))
		files.spoil = size
		s := answering(t, fine)
		piece := network.Piece{File: network.FileRef{SHA256: sum, Length: size}, Base64: true}
		_, intended, err := sent(t.Context(), New(files), upload(s.url(), network.Body{piece}))
		wantAmbiguous(t, intended, err)
		if !errors.Is(err, network.ErrMediaChanged) || len(s.got()) != 0 {
			t.Errorf("%d whole requests arrived, %v", len(s.got()), err)
		}
	}
}

func TestAFileWithoutAStoreIsNotSent(t *testing.T) {
	_, name := stored([]byte("x"))
	_, intended, err := sent(t.Context(), New(nil), upload("http://127.0.0.1:9", network.Body{{File: network.FileRef{SHA256: name, Length: 1}}}))
	wantNotSent(t, intended, err)
	if !errors.Is(err, network.ErrMediaChanged) {
		t.Error(err)
	}
}

// Sending a long video in many parts reads it a few times, not once for each part.
func TestAMiddlePartDoesNotReadTheWholeFile(t *testing.T) {
	content := bytes.Repeat([]byte("v"), 10<<16)
	files, name := stored(content)
	s := answering(t, fine)
	c := New(files)
	for i := range int64(10) {
		if _, _, err := sent(t.Context(), c, upload(s.url(), network.Body{{File: network.FileRef{SHA256: name, Offset: i << 16, Length: 1 << 16}}})); err != nil {
			t.Fatal(err)
		}
	}
	if files.read != 3*int64(len(content)) {
		t.Errorf("read %d bytes of %d", files.read, len(content))
	}
}
