package render

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

// textOf reads a text of a little-endian EXIF block as its specification has it.
func textOf(t *testing.T, block []byte, tag uint16) string {
	t.Helper()
	order := binary.LittleEndian
	at := order.Uint32(block[4:])
	for i := range uint32(order.Uint16(block[at:])) {
		e := block[at+2+12*i:]
		if order.Uint16(e) != tag {
			continue
		}
		n := order.Uint32(e[4:])
		value := e[8:]
		if n > 4 {
			value = block[order.Uint32(e[8:]):]
		}
		return strings.TrimSuffix(string(value[:n]), "\x00")
	}
	return ""
}

func TestACreditIsWrittenOnlyWhereItWasAskedFor(t *testing.T) {
	file := jpegOf(t, photo(160, 120), exifSegment(1), xmpSegment())
	for _, r := range []Recipe{
		{Width: 160, Height: 120, Fit: Cover},
		{Width: 80, Height: 80, Fit: Cover},
		{Width: 80, Height: 80, Fit: Contain, MaxBytes: 4000},
		{Width: 80, Height: 80, Fit: Cover, Formats: []Format{PNG}},
		{Width: 80, Height: 80, Fit: Cover, Formats: []Format{WebP}},
		{Width: 80, Height: 80, Fit: Cover, Formats: []Format{PDF}},
	} {
		without := render1(t, file, r)
		wantClean(t, "without", without.Data)
		for _, words := range [][2]string{{"Åse Øy", "© 2026 Åse Øy, all rights"}, {"Bo", ""}, {"", "mine"}} {
			r.Credit, r.Copyright = words[0], words[1]
			o := render1(t, file, r)
			open := o.Format != PDF
			if open && o.Passed != without.Passed || r.MaxBytes > 0 && int64(len(o.Data)) > r.MaxBytes {
				t.Errorf("%s %v: passed=%v, %d bytes", o.Format, words, o.Passed, len(o.Data))
			}
			if o.Format != JPEG {
				if !bytes.Equal(o.Data, without.Data) {
					t.Errorf("%s %v: it is another file", o.Format, words)
				}
				continue
			}
			at := bytes.Index(o.Data, exifHead)
			if at < 0 || bytes.Count(o.Data, []byte("Exif")) != 1 {
				t.Fatalf("%v: no block, or more than one", words)
			}
			block := o.Data[at+len(exifHead):]
			if got := [2]string{textOf(t, block, 0x013b), textOf(t, block, 0x8298)}; got != words {
				t.Errorf("it says %q, want %q", got, words)
			}
			// Without the segment it is a file as every other.
			n := 2 + int(binary.BigEndian.Uint16(o.Data[at-2:]))
			rest := Output{Format: JPEG, Data: append(bytes.Clone(o.Data[:at-4]), o.Data[at-4+n:]...)}
			wantClean(t, "the rest", rest.Data)
			if more := unneeded(rest); more != "" {
				t.Errorf("%v: it also has %s", words, more)
			}
			if info := probe(t, o.Data); info.Width != o.Width || info.Orientation != 1 || info.Meta.HasPlace {
				t.Errorf("%v: it is read as %+v", words, info)
			}
		}
	}
}

func TestACreditIsOneLine(t *testing.T) {
	for _, bad := range []string{"a\nb", "a\x00b", "\xff", strings.Repeat("x", mostCredit+1)} {
		for _, r := range []Recipe{{Width: 8, Height: 8, Fit: Cover, Credit: bad}, {Width: 8, Height: 8, Fit: Cover, Copyright: bad}} {
			if _, err := r.check(); !errors.Is(err, ErrRecipe) {
				t.Errorf("%.20q: %v", bad, err)
			}
		}
	}
	plain := Recipe{Width: 8, Height: 8, Fit: Cover}
	named, owned := plain, plain
	named.Credit, owned.Copyright = "Bo", "Bo"
	if plain.Hash() == named.Hash() || named.Hash() == owned.Hash() {
		t.Error("what makes other files has the same hash")
	}
}
