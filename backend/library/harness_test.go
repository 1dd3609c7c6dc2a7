package library

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/HugoSmits86/nativewebp"

	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/render"
	"postbag/backend/store"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv("POSTBAG_TEST_IMPORT") != "":
		os.Exit(importChild())
	case os.Getenv("POSTBAG_TEST_FFPROBE") != "":
		_, _ = os.Stdout.WriteString(os.Getenv("POSTBAG_TEST_FFPROBE"))
		if args := os.Getenv("POSTBAG_TEST_ARGS"); args != "" {
			_ = os.WriteFile(args, fmt.Appendf(nil, "%q", os.Args[1:]), 0o600)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// files joins the data folder's content store to this package, as the program does.
type files struct{ *datadir.Media }

func (f files) Put(ctx context.Context, r io.Reader) (string, int64, error) {
	got, err := f.Media.Put(ctx, r)
	return got.SHA256, got.Bytes, err
}

func (f files) Size(sha256 string) (int64, error) {
	got, err := f.Stat(sha256)
	return got.Bytes, err
}

// shelf is the service on a real data folder and database, and a folder of photographs.
type shelf struct {
	*Service
	t      *testing.T
	db     *store.DB
	dir    *datadir.Dir
	space  domain.WorkspaceID
	photos string
}

// openShelf opens the library in a data folder with its one workspace.
func openShelf(ctx context.Context, path string) (_ *Service, db *store.DB, dir *datadir.Dir, _ domain.WorkspaceID, err error) {
	if dir, err = datadir.Open(ctx, path, datadir.Options{AnyPlace: true}); err != nil {
		return nil, nil, nil, "", err
	}
	if db, err = store.Open(ctx, dir.Database(), store.Options{}); err != nil {
		return nil, nil, nil, "", err
	}
	s := New(Parts{
		Store: db, Files: files{dir.Media()}, Folder: dir, Engine: render.New(render.Options{}), SafeName: datadir.SafeName,
	})
	list, err := db.Workspaces(ctx)
	if err == nil && len(list) == 0 {
		list = make([]domain.Workspace, 1)
		list[0], err = db.AddWorkspace(ctx, "Bakery")
	}
	if err != nil {
		return nil, nil, nil, "", err
	}
	return s, db, dir, list[0].ID, nil
}

func newShelf(t *testing.T) shelf {
	t.Helper()
	s := shelf{t: t, photos: t.TempDir()}
	var err error
	s.Service, s.db, s.dir, s.space, err = openShelf(t.Context(), filepath.Join(t.TempDir(), "data"))
	s.must(err)
	t.Cleanup(func() { _, _ = s.db.Close(), s.dir.Close() })
	return s
}

func (s shelf) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// file writes a file into the folder of photographs.
func (s shelf) file(name string, data []byte) string {
	s.t.Helper()
	path := filepath.Join(s.photos, name)
	s.must(os.MkdirAll(filepath.Dir(path), 0o700))
	s.must(os.WriteFile(path, data, 0o600))
	return path
}

func (s shelf) imports(o Options, paths ...string) Result {
	s.t.Helper()
	r, err := s.Import(s.t.Context(), s.space, paths, o, nil)
	s.must(err)
	return r
}

// one imports one file that must be fine.
func (s shelf) one(path string) domain.Asset {
	s.t.Helper()
	r := s.imports(Options{}, path)
	if len(r.Failed) != 0 || len(r.Assets) != 1 {
		s.t.Fatalf("import: %+v", r)
	}
	return r.Assets[0].Asset
}

// photo is a picture with a gradient and noise, different for every seed.
func photo(width, height int, seed uint32) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			seed = seed*1664525 + 1013904223
			n := uint8(seed >> 28)
			m.SetNRGBA(x, y, color.NRGBA{R: uint8(x*200/width) + n, G: uint8(y*200/height) + n, B: 60 + n, A: 255})
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image, app1 []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	if app1 == nil {
		return b.Bytes()
	}
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(app1)+2))...)
	return append(append(head, app1...), b.Bytes()[2:]...)
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func webpOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := nativewebp.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gifOf(t testing.TB, frames int) []byte {
	t.Helper()
	g := gif.GIF{}
	for i := range frames {
		m := image.NewPaletted(image.Rect(0, 0, 60, 40), color.Palette{color.Black, color.White})
		m.SetColorIndex(i, i, 1)
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exifOf says: turned, by a Pentax, on a summer evening, in Bergen.
func exifOf(turn uint16) []byte {
	var data []byte
	order := binary.LittleEndian
	const values = 8 + 2 + 5*12 + 4 + 2 + 12 + 4 + 2 + 4*12 + 4
	entry := func(tag, kind uint16, count int, value []byte) []byte {
		out := order.AppendUint32(order.AppendUint16(order.AppendUint16(nil, tag), kind), uint32(count))
		if len(value) > 4 {
			out = order.AppendUint32(out, uint32(values+len(data)))
			data = append(data, value...)
			return out
		}
		return append(out, append(bytes.Clone(value), make([]byte, 4-len(value))...)...)
	}
	text := func(tag uint16, s string) []byte { return entry(tag, 2, len(s)+1, append([]byte(s), 0)) }
	degrees := func(tag uint16, d, m uint32) []byte {
		var b []byte
		for _, n := range []uint32{d, m, 0} {
			b = order.AppendUint32(order.AppendUint32(b, n), 1)
		}
		return entry(tag, 5, 3, b)
	}
	dir := func(entries ...[]byte) []byte {
		out := order.AppendUint16(nil, uint16(len(entries)))
		return order.AppendUint32(append(out, bytes.Join(entries, nil)...), 0)
	}
	pointer := func(tag uint16, at uint32) []byte { return entry(tag, 4, 1, order.AppendUint32(nil, at)) }
	first := dir(text(0x010f, "PENTAX\x1b Corp"), text(0x0110, "K-1 II"), entry(0x0112, 3, 1, order.AppendUint16(nil, turn)),
		pointer(0x8769, 8+66), pointer(0x8825, 8+66+18))
	sub := dir(text(0x9003, "2026:06:21 22:15:00"))
	place := dir(text(1, "N"), degrees(2, 60, 24), text(3, "E"), degrees(4, 5, 18))
	return bytes.Join([][]byte{[]byte("Exif\x00\x00II*\x00\x08\x00\x00\x00"), first, sub, place, data}, nil)
}

// box4 builds a box of an MP4 file.
func box4(kind string, content ...[]byte) []byte {
	body := bytes.Join(content, nil)
	out := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(out, kind...), body...)
}

const bergen = "+60.3913+005.3221/"

// movieOf is an MP4 of 90 × 160 px and 2.5 s that says where it was made, in every usual place.
func movieOf() []byte {
	order := binary.BigEndian
	mvhd := make([]byte, 100)
	order.PutUint32(mvhd[4:], 2_082_844_800+1_700_000_000) // since 1904
	order.PutUint32(mvhd[12:], 1000)
	order.PutUint32(mvhd[16:], 2500)
	tkhd := make([]byte, 84)
	order.PutUint32(tkhd[44:], 0x10000) // a quarter turn
	order.PutUint32(tkhd[76:], 160<<16)
	order.PutUint32(tkhd[80:], 90<<16)
	hdlr := func(kind string) []byte { return box4("hdlr", make([]byte, 8), []byte(kind), make([]byte, 13)) }
	return bytes.Join([][]byte{
		box4("ftyp", []byte("isom\x00\x00\x02\x00isom")),
		box4("mdat", []byte("pictures and sound")),
		box4(
			"moov", box4("mvhd", mvhd), box4("udta", box4("\xa9xyz", []byte(bergen))), box4("meta", []byte(bergen)),
			box4("trak", box4("tkhd", tkhd), box4("mdia", hdlr("vide"), box4("minf", []byte{})), box4("udta", []byte(bergen))),
			box4("trak", box4("mdia", hdlr("meta"), box4("keys", []byte(bergen)))),
		),
		box4("uuid", []byte(bergen)),
	}, nil)
}

// quiet is a log that nobody reads.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
