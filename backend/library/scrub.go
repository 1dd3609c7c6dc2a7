package library

import (
	"bytes"
	"errors"
	"io"

	"postbag/backend/render"
	"postbag/backend/video/mp4"
)

// span is a part of a file that is blotted out where it lies, so that nothing else moves: head is
// written at start, which makes it unused space, and zeros from body to end.
type span struct {
	head  string
	start int64
	body  int64
	end   int64
}

// blot renames a box to "free".
func blot(b mp4.Box) span { return span{"free", b.Start + 4, b.Body, b.End} }

// private finds what a video says besides picture and sound.
func private(r io.ReaderAt, size int64, f render.Format) ([]span, error) {
	if f == render.WebM {
		return privateOfWebM(r, size)
	}
	return privateOfMovie(r, size)
}

// privateOfMovie does so in MP4 and QuickTime: user data and metadata boxes, where cameras write the place (Apple, QuickTime File Format, 2016, "User Data
// Atoms" and "Metadata"; 3GPP TS 26.244, "loci"), XMP in a uuid box, and tracks of timed metadata.
// Of such a track the header goes; its samples stay behind, named by nothing.
func privateOfMovie(r io.ReaderAt, size int64) ([]span, error) {
	var spans []span
	count := 0
	err := mp4.Boxes(r, 0, size, &count, func(b mp4.Box) error {
		switch b.Kind {
		case "udta", "meta", "uuid":
			spans = append(spans, blot(b))
		case "moov", "moof":
			// Read once and forwards: the reader below may have to begin anew for every step back.
			if b.End-b.Body > maxHeader {
				return errors.New("its header is too large")
			}
			header := make([]byte, b.End-b.Body)
			if _, err := r.ReadAt(header, b.Body); err != nil {
				return err
			}
			inside, err := privateOfHeader(bytes.NewReader(header), &count)
			for _, s := range inside {
				spans = append(spans, span{s.head, s.start + b.Body, s.body + b.Body, s.end + b.Body})
			}
			return err
		}
		return nil
	})
	return spans, err
}

// maxHeader bounds the header of a video; that of a day of film has some 50 MB.
const maxHeader = 128 << 20

func privateOfHeader(r *bytes.Reader, count *int) (spans []span, err error) {
	hide := func(b mp4.Box) { spans = append(spans, blot(b)) }
	var walk func(b mp4.Box) error
	walk = func(b mp4.Box) error {
		switch b.Kind {
		case "udta", "meta", "uuid":
			hide(b)
		case "trak":
			if isMetadataTrack(r, b, count) {
				hide(b)
				return nil
			}
			return mp4.Boxes(r, b.Body, b.End, count, walk)
		case "traf", "mdia", "minf":
			return mp4.Boxes(r, b.Body, b.End, count, walk)
		}
		return nil
	}
	err = mp4.Boxes(r, 0, r.Size(), count, walk)
	return spans, err
}

func isMetadataTrack(r io.ReaderAt, trak mp4.Box, count *int) (yes bool) {
	_ = mp4.Boxes(r, trak.Body, trak.End, count, func(b mp4.Box) error {
		if b.Kind != "mdia" {
			return nil
		}
		return mp4.Boxes(r, b.Body, b.End, count, func(b mp4.Box) error {
			if b.Kind == "hdlr" {
				yes = string(mp4.Content(r, b, 12)[8:]) == "meta"
			}
			return nil
		})
	})
	return yes
}

// scrubbed reads a file with its spans replaced.
type scrubbed struct {
	r     io.Reader
	at    int64
	spans []span
}

func (s *scrubbed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	for _, span := range s.spans {
		for i, c := range []byte(span.head) {
			if at := span.start + int64(i) - s.at; at >= 0 && at < int64(n) {
				p[at] = c
			}
		}
		from, to := max(span.body-s.at, 0), min(span.end-s.at, int64(n))
		if from < to {
			clear(p[from:to])
		}
	}
	s.at += int64(n)
	return n, err
}
