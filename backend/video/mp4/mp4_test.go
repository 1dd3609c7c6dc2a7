package mp4

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// box builds a box.
func box(kind string, content ...[]byte) []byte {
	body := bytes.Join(content, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
}

func u32(list ...uint32) []byte {
	var out []byte
	for _, n := range list {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	return out
}

// at returns n bytes with words at places.
func at(n int, words map[int]uint32) []byte {
	b := make([]byte, n)
	for i, w := range words {
		binary.BigEndian.PutUint32(b[i:], w)
	}
	return b
}

// film is a video of 160 × 90 px, turned by a quarter, four frames of 100 and one of 50 ticks.
func film(stts []byte, more ...[]byte) []byte {
	entry := box("avc1", at(78, map[int]uint32{24: 160<<16 | 90}))
	table := box("stbl", box("stsd", u32(0, 1), entry), stts)
	return bytes.Join([][]byte{
		box("ftyp", []byte("isom\x00\x00\x02\x00isom")),
		box("moov", append([][]byte{
			box("mvhd", at(100, map[int]uint32{4: sinceEpoch + 1_700_000_000, 12: 1000, 16: 450})),
			box(
				"trak", box("tkhd", at(84, map[int]uint32{12: 1, 44: 0x10000, 76: 160 << 16, 80: 90 << 16})),
				box("mdia", box("mdhd", at(24, map[int]uint32{12: 1000, 16: 450})), box("hdlr", make([]byte, 8), []byte("vide"), make([]byte, 13)), box("minf", table)),
			),
		}, more...)...),
		box("mdat", []byte("pictures")),
	}, nil)
}

func read(t *testing.T, data []byte) Facts {
	t.Helper()
	f, err := Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFilmSaysWhatItIs(t *testing.T) {
	data := film(box("stts", u32(0, 2, 4, 100, 1, 50)))
	want := Facts{
		Duration: 450 * time.Millisecond, Width: 90, Height: 160, CodedWidth: 160, CodedHeight: 90, Rotation: 90, Video: "h264",
		FrameRate: 5 / 0.45, Front: true, Made: time.Unix(1_700_000_000, 0).UTC(), BitRate: int64(float64(len(data)) * 8 / 0.45),
	}
	if got := read(t, data); got != want {
		t.Errorf("read %+v\nwant %+v", got, want)
	}
	if got := read(t, film(box("stts", u32(0, 2, 2, 100, 2, 50)))); !got.Variable {
		t.Errorf("two lengths of frames: %+v", got)
	}
}

func TestDamagedAndHostileFilesAreRefused(t *testing.T) {
	whole := film(box("stts", u32(0, 1, 4, 100)))
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":                  {nil, ErrUnfinished},
		"never finished":           {box("ftyp", []byte("isom")), ErrUnfinished},
		"cut off":                  {whole[:len(whole)-3], ErrBox},
		"cut off in the index":     {whole[:200], ErrBox},
		"a box without its header": {append(u32(4), "moov"...), ErrBox},
		"a long size, cut":         {append(u32(1), "moov1234"...), ErrBox},
		"a long size below zero":   {append(append(u32(1), "moov"...), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), ErrBox},
		"a box over its parent":    {box("moov", u32(64), []byte("trak")), ErrBox},
	} {
		if _, err := Read(bytes.NewReader(c.data), int64(len(c.data))); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	// What cannot be: tables that say four billion frames, an endless film, a box to the end of the file.
	lies := film(box("stts", u32(0, math.MaxUint32, 4, 100)))
	if got := read(t, lies); got.FrameRate < 9.9 || got.FrameRate > 10.1 {
		t.Errorf("a lying count: %+v", got)
	}
	end := append(film(nil), append(u32(0), "free and more"...)...)
	if got := read(t, end); got.Width != 90 {
		t.Errorf("a box to the end: %+v", got)
	}
	deep := []byte{}
	for range 2000 {
		deep = box("moov", deep)
	}
	if _, err := Read(bytes.NewReader(deep), int64(len(deep))); err != nil {
		t.Errorf("boxes in boxes: %v", err)
	}
}

// repeated is a file of the same bytes again and again, without holding them.
type repeated []byte

func (r repeated) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		p[i] = r[(off+int64(i))%int64(len(r))]
	}
	return len(p), nil
}

func TestAReaderIsNotKeptBusy(t *testing.T) {
	if _, err := Read(repeated(box("free")), 1<<40); !errors.Is(err, ErrBoxes) {
		t.Errorf("nothing but headers: %v", err)
	}
	s := &scan{r: repeated(make([]byte, 8)), allowed: tableBytes}
	if err := s.table(Box{Body: 0, End: 1 << 40}, 8, 8, math.MaxUint32, func([]byte) {}); !errors.Is(err, ErrTables) {
		t.Errorf("a table of 32 GB: %v", err)
	}
	broken := io.NewSectionReader(bytes.NewReader(nil), 0, 0)
	if _, err := Read(broken, 100); !errors.Is(err, ErrBox) {
		t.Errorf("a file that became shorter: %v", err)
	}
}

func TestOddSampleDescriptionsAreRead(t *testing.T) {
	sound := func(version uint32, length int, inner ...[]byte) entry {
		s := &scan{allowed: tableBytes}
		words := map[int]uint32{8: version << 16, 16: 2<<16 | 16, 24: 48000 << 16}
		if version == 2 {
			bits := math.Float64bits(96000)
			words[32], words[36], words[40] = uint32(bits>>32), uint32(bits), 6
		}
		body := box("mp4a", at(length, words), bytes.Join(inner, nil))
		data := box("stsd", u32(0, 1), body)
		s.r = bytes.NewReader(data)
		tr := &track{handler: "soun"}
		if err := s.stsd(tr, Box{Body: 8, End: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		return tr.entry
	}
	esds := func(kind byte) []byte {
		return box("esds", u32(0), []byte{3, 0x80, 0x80, 0x22, 0, 1, 0xe0, 0, 0, 1, 'x', 0, 0, 4, 17, kind, 0x15, 0, 0, 0})
	}
	if e := sound(0, 28, esds(0x40)); e != (entry{codec: "aac", rate: 48000}) {
		t.Errorf("%+v", e)
	}
	if e := sound(1, 44, box("wave", esds(0x6b), u32(0, 0))); e.codec != "mp3" {
		t.Errorf("%+v", e)
	}
	if e := sound(2, 64, esds(0xad)); e.codec != "opus" || e.rate != 96000 {
		t.Errorf("%+v", e)
	}
	for name, b := range map[string][]byte{"empty": {}, "other": {0, 0, 0, 0, 9}, "cut": {0, 0, 0, 0, 3, 0x80}, "no config": {0, 0, 0, 0, 3, 3, 0, 1, 0, 5}} {
		if got := objectType(b); got != 0 {
			t.Errorf("%s: %x", name, got)
		}
	}
	secret := &scan{allowed: tableBytes}
	data := box("stsd", u32(0, 1), box("encv", make([]byte, 78), box("pasp", u32(4, 3)), box("sinf", box("frma", []byte("hvc1")))))
	secret.r = bytes.NewReader(data)
	tr := &track{handler: "vide"}
	if err := secret.stsd(tr, Box{Body: 8, End: int64(len(data))}); err != nil || !tr.entry.encrypted || tr.entry.codec != "hevc" || tr.entry.acrossNum != 4 {
		t.Errorf("%v %+v", err, tr.entry)
	}
	for code, want := range map[string]string{"vvc1": "vvc", "apcn": "prores", "Opus": "opus", "sowt": "pcm", "ac-3": "ac3", "a\x00b ": "ab"} {
		if got := codecs(code); got != want {
			t.Errorf("%q: %q", code, got)
		}
	}
}

// tool runs a program, or leaves the test out where it is not installed.
func tool(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip(name + " is not installed")
	}
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			t.Fatalf("%s: %s", name, failed.Stderr)
		}
		t.Fatal(err)
	}
	return out
}

// probed is what ffprobe says of a file.
type probed struct {
	Format struct {
		Duration string `json:"duration"`
		BitRate  string `json:"bit_rate"`
	} `json:"format"`
	Streams []struct {
		Type     string `json:"codec_type"`
		Codec    string `json:"codec_name"`
		Width    int    `json:"width"`
		Height   int    `json:"height"`
		Rate     string `json:"avg_frame_rate"`
		Sampling string `json:"sample_rate"`
		Side     []struct {
			Rotation float64 `json:"rotation"`
		} `json:"side_data_list"`
	} `json:"streams"`
}

func number(s string) float64 {
	over, under, ok := strings.Cut(s, "/")
	n, _ := strconv.ParseFloat(over, 64)
	if d, _ := strconv.ParseFloat(under, 64); ok && d != 0 {
		n /= d
	}
	return n
}

func TestTheFactsAreThoseFFprobeFinds(t *testing.T) {
	dir := t.TempDir()
	picture := []string{"-f", "lavfi", "-i", "testsrc=size=320x180:rate=30000/1001:duration=2"}
	tone := []string{"-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=2"}
	x264, aac := []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"}, []string{"-c:a", "aac"}
	join := func(lists ...[]string) (out []string) {
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	for name, args := range map[string][]string{
		"plain.mp4":      join(picture, tone, x264, aac),
		"front.mp4":      join(picture, tone, x264, aac, []string{"-movflags", "+faststart"}),
		"silent.mov":     join(picture, x264),
		"fragments.mp4":  join(picture, tone, x264, aac, []string{"-movflags", "+frag_keyframe+empty_moov", "-g", "15"}),
		"dash.mp4":       join(picture, x264, []string{"-movflags", "+dash+delay_moov", "-g", "20"}),
		"wide.mp4":       join(picture, x264, []string{"-vf", "setsar=4/3"}),
		"mpeg4.mp4":      join(picture, tone, []string{"-c:v", "mpeg4", "-c:a", "libmp3lame"}),
		"hevc.mp4":       join(picture, []string{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-tag:v", "hvc1"}),
		"vp9.mp4":        join(picture, tone, []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"}),
		"av1.mp4":        join([]string{"-f", "lavfi", "-i", "testsrc=size=128x96:rate=25:duration=0.4"}, []string{"-c:v", "libaom-av1", "-cpu-used", "8"}),
		"prores.mov":     join(picture, tone, []string{"-c:v", "prores_ks", "-c:a", "pcm_s16le"}),
		"sound-only.m4a": join(tone, aac),
	} {
		path := filepath.Join(dir, name)
		tool(t, "ffmpeg", append(append([]string{"-v", "error", "-nostdin"}, args...), "-y", path)...)
		compare(t, name, path)
	}
	for _, degrees := range []string{"90", "180", "270"} {
		path := filepath.Join(dir, "turned"+degrees+".mp4")
		tool(t, "ffmpeg", "-v", "error", "-nostdin", "-i", filepath.Join(dir, "plain.mp4"), "-c", "copy", "-metadata:s:v", "rotate="+degrees, "-y", path)
		compare(t, degrees, path)
	}
}

func compare(t *testing.T, name, path string) {
	t.Helper()
	var said probed
	if err := json.Unmarshal(tool(t, "ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", path), &said); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(file, info.Size())
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	near := func(what string, got, want, by float64) {
		if math.Abs(got-want) > by*want {
			t.Errorf("%s: %s %v, ffprobe says %v", name, what, got, want)
		}
	}
	near("length", got.Duration.Seconds(), number(said.Format.Duration), 0.03)
	near("bit rate", float64(got.BitRate), number(said.Format.BitRate), 0.03)
	if got.Front != (name == "front.mp4" || name == "fragments.mp4" || name == "dash.mp4") || got.Fragmented != (name == "fragments.mp4" || name == "dash.mp4") {
		t.Errorf("%s: front %t, fragments %t", name, got.Front, got.Fragmented)
	}
	video, audio := "", ""
	for _, s := range said.Streams {
		codec := strings.TrimSuffix(s.Codec, "_s16le")
		if s.Type == "audio" {
			if audio = codec; got.SampleRate != int(number(s.Sampling)) {
				t.Errorf("%s: %d Hz, ffprobe says %+v", name, got.SampleRate, s)
			}
			continue
		}
		video = codec
		turned := 0
		for _, side := range s.Side {
			turned = (360 - int(side.Rotation)) % 360
		}
		if got.CodedWidth != s.Width || got.CodedHeight != s.Height || got.Rotation != turned {
			t.Errorf("%s: %d × %d turned by %d, ffprobe says %d × %d by %d", name, got.CodedWidth, got.CodedHeight, got.Rotation, s.Width, s.Height, turned)
		}
		near("frame rate", got.FrameRate, number(s.Rate), 0.02)
	}
	if got.Video != video || got.Audio != audio || got.Variable {
		t.Errorf("%s: %q and %q (variable %t), ffprobe says %q and %q", name, got.Video, got.Audio, got.Variable, video, audio)
	}
	if name == "wide.mp4" && (got.Width != 427 && got.Width != 426 || got.Height != 180) {
		t.Errorf("%s: seen at %d × %d", name, got.Width, got.Height)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(film(box("stts", u32(0, 2, 4, 100, 1, 50))))
	f.Add(film(box("stts", u32(0, 1, math.MaxUint32, math.MaxUint32)), box("mvex", box("mehd", u32(0, 9)), box("trex", u32(0, 1, 1, 40, 0, 0)))))
	piece := box("moof", box("traf", box("tfhd", u32(8, 1, 40)), box("tfdt", u32(0, 80)), box("trun", u32(0x301, 2, 0, 40, 9, 60, 9))))
	f.Add(append(film(nil, box("mvex", box("trex", u32(0, 1, 1, 40, 0, 0)))), piece...))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Read(bytes.NewReader(data), int64(len(data)))
		if err != nil && got != (Facts{}) {
			t.Error("facts of a damaged file")
		}
		if got.Duration < 0 || got.Width < 0 || got.Height < 0 || got.BitRate < 0 || got.FrameRate < 0 || math.IsNaN(got.FrameRate) {
			t.Errorf("%+v", got)
		}
	})
}
