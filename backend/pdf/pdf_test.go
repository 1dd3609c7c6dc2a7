package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func photo(t testing.TB, width, height int, grey bool) []byte {
	t.Helper()
	var m image.Image
	if grey {
		m = image.NewGray(image.Rect(0, 0, width, height))
	} else {
		colours := image.NewRGBA(image.Rect(0, 0, width, height))
		for x := range width {
			colours.Set(x, x%height, color.RGBA{uint8(x), 100, 200, 255})
		}
		m = colours
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func page(content []byte) Page {
	return Page{Bytes: int64(len(content)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

var (
	entry  = regexp.MustCompile(`(?m)^(\d{10}) 00000 n $`)
	stream = regexp.MustCompile(`/Width (\d+) /Height (\d+) /ColorSpace (/\w+) .*/Length (\d+) >>\nstream\n`)
)

// TestADocumentHasItsPhotographsAsTheyAre reads a document back: by its table of objects, and each picture out
// of its stream.
func TestADocumentHasItsPhotographsAsTheyAre(t *testing.T) {
	photos := [][]byte{photo(t, 120, 80, false), photo(t, 40, 60, true), photo(t, 7, 3, false)}
	var pages []Page
	for _, p := range photos {
		pages = append(pages, page(p))
	}
	var b, again bytes.Buffer
	if err := errors.Join(Write(&b, "Crème (1) \\ 新店 🎉", pages), Write(&again, "Crème (1) \\ 新店 🎉", pages)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same pages make other bytes")
	}
	doc := b.Bytes()
	found := bytes.LastIndex(doc, []byte("startxref\n"))
	at, err := strconv.Atoi(strings.Fields(string(doc[found:]))[1])
	if err != nil || !bytes.HasPrefix(doc[at:], []byte("xref\n0 13\n")) {
		t.Fatalf("the table is not where it is said to be: %v", err)
	}
	table := entry.FindAllSubmatch(doc[at:], -1)
	if len(table) != 12 {
		t.Fatalf("the table has %d objects", len(table))
	}
	for i, row := range table {
		offset, err := strconv.Atoi(string(row[1]))
		if err != nil || !bytes.HasPrefix(doc[offset:], fmt.Appendf(nil, "%d 0 obj\n", i+1)) {
			t.Errorf("object %d is not at %s", i+1, row[1])
		}
	}
	if !bytes.Contains(doc, []byte("<FEFF00430072")) || !bytes.Contains(doc, []byte("D83CDF89>")) {
		t.Error("the title is not in it")
	}
	pictures := stream.FindAllSubmatchIndex(doc, -1)
	if len(pictures) != 3 {
		t.Fatalf("%d pictures", len(pictures))
	}
	for i, m := range pictures {
		length, err := strconv.Atoi(string(doc[m[8]:m[9]]))
		if err != nil || !bytes.Equal(doc[m[1]:m[1]+length], photos[i]) {
			t.Errorf("picture %d is another", i+1)
		}
		if !bytes.HasPrefix(doc[m[1]+length:], []byte("\nendstream\nendobj\n")) {
			t.Errorf("picture %d does not end where it is said to", i+1)
		}
		if grey := string(doc[m[6]:m[7]]) == "/DeviceGray"; grey != (i == 1) {
			t.Errorf("picture %d is %s", i+1, doc[m[6]:m[7]])
		}
	}
	if string(doc[pictures[0][2]:pictures[0][3]]) != "120" || !bytes.Contains(doc, []byte("/MediaBox [0 0 90.00 60.00]")) {
		t.Error("the first page has another size")
	}
}

func TestWhatIsNoPageIsRefused(t *testing.T) {
	good := photo(t, 20, 20, false)
	cmyk := bytes.Clone(good)
	frame := bytes.Index(cmyk, []byte{0xff, 0xc0})
	cmyk[frame+9] = 4
	short := page(good)
	short.Bytes++
	gone := errors.New("gone")
	for name, c := range map[string]struct {
		page Page
		want error
	}{
		"nothing":            {page(nil), ErrNotJPEG},
		"a text":             {page([]byte("hello, this is no picture at all")), ErrNotJPEG},
		"a mark alone":       {page([]byte{0xff, 0xd8, 0xff, 0xe0, 0, 2, 0xff, 0xd9, 0, 0, 0, 0}), ErrNotJPEG},
		"four colours":       {page(cmyk), ErrNotJPEG},
		"a cut header":       {page(good[:frame+6]), ErrNotJPEG},
		"one byte too few":   {short, io.ErrUnexpectedEOF},
		"a file that is not": {Page{Bytes: 1, Open: func() (io.ReadCloser, error) { return nil, gone }}, gone},
	} {
		if err := Write(io.Discard, "", []Page{page(good), c.page}); !errors.Is(err, c.want) || !strings.Contains(err.Error(), "page 2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Write(io.Discard, "", nil); err == nil {
		t.Error("a document without a page")
	}
	if err := Write(full{}, "", []Page{page(good)}); err == nil {
		t.Error("a full disk")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

func FuzzPage(f *testing.F) {
	f.Add(photo(f, 20, 20, false))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xff, 0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1})
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := Write(io.Discard, "x", []Page{page(content)}); err != nil && !errors.Is(err, ErrNotJPEG) {
			t.Error(err)
		}
	})
}
