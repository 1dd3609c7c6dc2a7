package render

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostCredit is how many bytes each of the two lines of a credit may have.
const mostCredit = 1000

// creditable reports whether a line can be written into a file: some letters of one line.
func creditable(s string) bool {
	return len(s) <= mostCredit && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// creditSegment is the EXIF segment of a JPEG file that says who made the picture and whose it is, and nothing
// else (Exif 2.32, section 4.6.4, tags 0x013B and 0x8298). Without either it is nil.
func (r Recipe) creditSegment() []byte {
	order := binary.LittleEndian
	type entry struct {
		tag  uint16
		text string
	}
	var list []entry
	for _, e := range []entry{{0x013b, r.Credit}, {0x8298, r.Copyright}} {
		if e.text != "" {
			list = append(list, e)
		}
	}
	if len(list) == 0 {
		return nil
	}
	block := order.AppendUint32([]byte("II*\x00"), 8)
	block = order.AppendUint16(block, uint16(len(list)))
	values := len(block) + 12*len(list) + 4
	var data []byte
	for _, e := range list {
		text := append([]byte(e.text), 0)
		block = order.AppendUint16(block, e.tag)
		block = order.AppendUint16(block, 2) // text
		block = order.AppendUint32(block, uint32(len(text)))
		if len(text) <= 4 {
			block = append(block, append(text, make([]byte, 4-len(text))...)...)
			continue
		}
		block = order.AppendUint32(block, uint32(values+len(data)))
		data = append(data, append(text, make([]byte, len(text)&1)...)...) // values begin at even places
	}
	block = append(append(block, 0, 0, 0, 0), data...)
	out := []byte{0xff, markAPP1}
	out = binary.BigEndian.AppendUint16(out, uint16(2+len(exifHead)+len(block)))
	return append(append(out, exifHead...), block...)
}

// credited puts the recipe's credit into a JPEG file, behind its JFIF head. A file of another format has none.
func (r Recipe) credited(f Format, file []byte) []byte {
	segment := r.creditSegment()
	if f != JPEG || segment == nil || len(file) < 4 {
		return file
	}
	at := 2
	if file[3] == markAPP0 && len(file) > 6 {
		at = min(4+int(binary.BigEndian.Uint16(file[4:])), len(file))
	}
	out := make([]byte, 0, len(file)+len(segment))
	return append(append(append(out, file[:at]...), segment...), file[at:]...)
}
