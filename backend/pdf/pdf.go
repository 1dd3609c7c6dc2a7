// Package pdf writes documents whose pages are photographs, one each: what some networks show as pages to
// leaf through.
//
// A JPEG file stands in the document as it is (ISO 32000-1:2008, 7.4.8, DCTDecode), so that nothing of it is
// lost and nothing is decoded. The same pages and title make the same bytes: no date, no program, no random
// number is in them.
package pdf

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// Page is one JPEG file.
type Page struct {
	Bytes int64 // of the file
	Open  func() (io.ReadCloser, error)
}

// ErrNotJPEG is about a page that is no JPEG file with one or three colours.
var ErrNotJPEG = errors.New("no JPEG file that a page can show")

// points is how large a pixel is on a page: 96 of them are an inch of 72 points.
const points = 0.75

// Write writes a document with a title, which may be empty, and at least one page. It fails with ErrNotJPEG,
// and with io.ErrUnexpectedEOF if a file is shorter or longer than it was said to be.
func Write(w io.Writer, title string, pages []Page) error {
	if len(pages) == 0 {
		return errors.New("a document needs a page")
	}
	d := &document{w: bufio.NewWriterSize(w, 64<<10)}
	d.printf("%%PDF-1.4\n%%\xe2\xe3\xcf\xd3\n")
	// The objects: 1 the catalogue, 2 the pages, 3 what is said of it, and three for each page.
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, " %d 0 R", 4+3*i)
	}
	d.object(1, "<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /DisplayDocTitle true >> >>")
	d.object(2, fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s ] >>", len(pages), kids.String()))
	d.object(3, "<< /Title "+text(title)+" >>")
	for i, p := range pages {
		if err := d.page(4+3*i, p); err != nil {
			return fmt.Errorf("page %d: %w", i+1, err)
		}
	}
	at := d.at
	d.printf("xref\n0 %d\n0000000000 65535 f \n", len(d.offsets)+1)
	for _, offset := range d.offsets {
		d.printf("%010d 00000 n \n", offset)
	}
	d.printf("trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(d.offsets)+1, at)
	if d.err != nil {
		return d.err
	}
	return d.w.Flush()
}

// document is one that is written.
type document struct {
	w       *bufio.Writer
	at      int64
	offsets []int64 // of the objects, in order
	err     error
}

func (d *document) printf(format string, args ...any) {
	if d.err != nil {
		return
	}
	n, err := fmt.Fprintf(d.w, format, args...)
	d.at, d.err = d.at+int64(n), err
}

// object writes the next object.
func (d *document) object(number int, body string) {
	d.offsets = append(d.offsets, d.at)
	d.printf("%d 0 obj\n%s\nendobj\n", number, body)
}

// page writes a page, what draws it, and its picture.
func (d *document) page(number int, p Page) error {
	f, err := p.Open()
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	in := bufio.NewReaderSize(f, 64<<10)
	width, height, colours, err := shape(in)
	if err != nil {
		return err
	}
	space := "/DeviceRGB"
	if colours == 1 {
		space = "/DeviceGray"
	}
	across, down := float64(width)*points, float64(height)*points
	draw := fmt.Sprintf("q %.2f 0 0 %.2f 0 0 cm /P Do Q", across, down)
	d.object(number, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Resources << /XObject << /P %d 0 R >> >> /Contents %d 0 R >>",
		across, down, number+2, number+1))
	d.object(number+1, fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(draw), draw))
	d.offsets = append(d.offsets, d.at)
	d.printf("%d 0 obj\n<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n",
		number+2, width, height, space, p.Bytes)
	if d.err == nil {
		n, err := io.Copy(d.w, in)
		if err != nil {
			return err
		}
		if d.at += n; n != p.Bytes {
			return io.ErrUnexpectedEOF
		}
	}
	d.printf("\nendstream\nendobj\n")
	return d.err
}

// shape reads the size and the number of colours from the frame header (ITU-T T.81, 1992, B.2.2) that is near
// the beginning of every JPEG file, and takes nothing away.
func shape(in *bufio.Reader) (width, height, colours int, err error) {
	head, err := in.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, 0, err
	}
	if len(head) < 4 || head[0] != 0xff || head[1] != 0xd8 {
		return 0, 0, 0, ErrNotJPEG
	}
	for at := 2; at+9 < len(head) && head[at] == 0xff; {
		marker := head[at+1]
		if marker == 0xff { // fill
			at++
			continue
		}
		if marker >= 0xc0 && marker <= 0xc2 { // baseline, extended, progressive
			height, width, colours = int(head[at+5])<<8|int(head[at+6]), int(head[at+7])<<8|int(head[at+8]), int(head[at+9])
			if head[at+4] != 8 || width == 0 || height == 0 || colours != 1 && colours != 3 {
				return 0, 0, 0, ErrNotJPEG
			}
			return width, height, colours, nil
		}
		at += 2 + (int(head[at+2])<<8 | int(head[at+3]))
	}
	return 0, 0, 0, ErrNotJPEG
}

// text is a string of text: UTF-16 with its mark, in hexadecimal digits (ISO 32000-1:2008, 7.9.2.2), which nothing
// in it can end.
func text(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	b.WriteString(">")
	return b.String()
}
