package queue_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/queue"
	"postbag/backend/queue/queuetest"
)

// shelf has frozen files by their hash.
type shelf map[string][]byte

func (s shelf) Open(sum string) (io.ReadSeekCloser, error) {
	body, ok := s[sum]
	if !ok {
		return nil, os.ErrNotExist
	}
	return opened{bytes.NewReader(body)}, nil
}

type opened struct{ *bytes.Reader }

func (opened) Close() error { return nil }

// film puts a video of n bytes on the shelf.
func (s shelf) film(n int, seed byte) network.Media {
	body := make([]byte, n)
	for i := range body {
		body[i] = byte(i*7) + seed
	}
	sum := sha256.Sum256(body)
	m := network.Media{Kind: network.Video, Type: "video/mp4", SHA256: hex.EncodeToString(sum[:]), Bytes: int64(n)}
	s[m.SHA256] = body
	return m
}

// sealing is a sealer whose answers cannot be read.
type sealing struct{}

func (sealing) SealReply(_ context.Context, _ domain.ChannelID, b []byte) ([]byte, error) {
	return flipped(b), nil
}

func (sealing) OpenReply(_ context.Context, _ domain.ChannelID, b []byte) ([]byte, error) {
	return flipped(b), nil
}

func flipped(b []byte) []byte {
	b = bytes.Clone(b)
	for i := range b {
		b[i] ^= 0x5a
	}
	return b
}

type studio struct {
	*haunted
	files shelf
	path  string
	log   *bytes.Buffer
}

// newStudio is a queue that uploads videos in pieces of ten bytes.
func newStudio(t *testing.T, reuse time.Duration) *studio {
	t.Helper()
	l := newLedger(t)
	s := &studio{files: shelf{}, path: filepath.Join(t.TempDir(), "postbag.db"), log: &bytes.Buffer{}}
	n := queuetest.Network{Server: l.URL(), Shape: network.ShapeKey, Piece: 10, Reuse: reuse}
	s.haunted = &haunted{app: openApp(t, s.path, n.Looking(), queue.Carriers{"http": httpcall.New(s.files)}), ledger: l}
	s.queue.Sealer, s.queue.Log = sealing{}, slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.account.Secret = network.NewSecret("token-of-mine")
	return s
}

// show plans a post with a video.
func (s *studio) show(c domain.ChannelID, text string, m network.Media) domain.DeliveryID {
	s.t.Helper()
	s.media = []network.Media{m}
	defer func() { s.media = nil }()
	return s.plan(c, time.Now(), text)
}

// arrived checks that the server has these files, whole, and nothing else.
func (s *studio) arrived(want ...network.Media) {
	s.t.Helper()
	got := s.ledger.Whole()
	if len(got) != len(want) {
		s.t.Fatalf("%d files arrived, want %d", len(got), len(want))
	}
	for _, m := range want {
		found := false
		for _, g := range got {
			found = found || bytes.Equal(g, s.files[m.SHA256])
		}
		if !found {
			s.t.Errorf("a file of %d bytes did not arrive as it was", m.Bytes)
		}
	}
}

func TestAnUploadGoesOnWhereTheNetworkSaysThatItStands(t *testing.T) {
	for name, test := range map[string]struct {
		fault fault
		lose  int   // what the network still has of it afterwards, -1: all
		again int64 // where it goes on
	}{
		"a piece is lost":            {faultResetBefore, -1, 20},
		"only its answer is lost":    {faultResetAfter, -1, 30},
		"the network forgets a part": {faultResetAfter, 7, 7},
		"the network forgets all":    {faultResetBefore, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStudio(t, 0)
			film := s.files.film(45, 1)
			id := s.show(s.channel("me"), "hello", film)
			s.ledger.Do(func() { s.ledger.NextPiece = queuetest.Once(faultNone, faultNone, test.fault) })
			s.run()
			s.want(id, domain.Waiting, "")
			if test.lose >= 0 {
				s.ledger.Lose(test.lose)
			}
			before := len(s.ledger.Pieces())
			s.rest()
			s.want(id, domain.Published, "")
			s.arrived(film)
			if pieces := s.ledger.Pieces(); pieces[before].Offset != test.again {
				t.Errorf("it went on at %d, want %d: %v", pieces[before].Offset, test.again, pieces)
			}
		})
	}
}

func TestAnUploadThatIsOverBeginsAgain(t *testing.T) {
	s := newStudio(t, 0)
	film := s.files.film(45, 1)
	id := s.show(s.channel("me"), "hello", film)
	s.ledger.Do(func() { s.ledger.NextPiece = queuetest.Once(faultNone, faultResetAfter) })
	s.run()
	s.ledger.Do(func() { s.ledger.UploadLife = 3 }) // the old address answers no more
	s.rest()
	if d := s.get(id); d.State == domain.Published {
		t.Fatal("an upload that dies after three answers became whole")
	}
	s.ledger.Do(func() { s.ledger.UploadLife = 20 })
	s.exec("UPDATE delivery SET state = 'planned', hold_reason = NULL, soft_failures = 0, wake_at_ms = 1")
	s.rest()
	s.want(id, domain.Published, "")
	s.arrived(film)
}

func TestWhatANetworkCannotHaveIsNotBelieved(t *testing.T) {
	t.Parallel()
	for name, claim := range map[string]func(has, length int64) int64{
		"more than the file": func(_, length int64) int64 { return length + 1 },
		"less than nothing":  func(int64, int64) int64 { return -1 },
		"more than was sent": func(has, length int64) int64 { return min(has+1, length) },
		"never any more":     func(int64, int64) int64 { return 0 },
		"all of it, at once": func(_, length int64) int64 { return length },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStudio(t, 0)
			film := s.files.film(45, 1)
			id := s.show(s.channel("me"), "hello", film)
			lies := 0
			s.ledger.Do(func() {
				s.ledger.Offsets = func(has, length int64) int64 {
					if lies++; lies <= 2 {
						return claim(has, length)
					}
					return has
				}
			})
			s.rest()
			s.want(id, domain.Published, "")
			whole := false
			for _, body := range s.ledger.Whole() {
				whole = whole || bytes.Equal(body, s.files[film.SHA256])
			}
			if !whole || s.ledger.Visible()["hello"] != 1 {
				t.Errorf("the file arrived whole: %t; visible %d times", whole, s.ledger.Visible()["hello"])
			}
		})
	}
	t.Run("a network that lies for ever is given up", func(t *testing.T) {
		s := newStudio(t, 0)
		id := s.show(s.channel("me"), "hello", s.files.film(45, 1))
		s.ledger.Do(func() { s.ledger.Offsets = func(_, length int64) int64 { return length } })
		s.run()
		if d := s.want(id, domain.Waiting, ""); d.SoftFailures != 1 {
			t.Errorf("%d soft failures (%s)", d.SoftFailures, d.ErrorText)
		}
	})
}

func TestAFileIsUploadedOnceForEachAccount(t *testing.T) {
	s := newStudio(t, time.Hour)
	one, two := s.channel("one"), s.channel("two")
	film, other := s.files.film(45, 1), s.files.film(30, 9)
	s.show(one, "first", film)
	s.run()
	s.show(one, "second", film)
	s.run()
	s.arrived(film)
	s.show(two, "of another account", film)
	s.run()
	s.arrived(film, film)
	s.show(one, "another file", other)
	s.run()
	s.arrived(film, film, other)
	s.exec("UPDATE local_upload SET expires_at_ms = 1")
	s.show(one, "later", film)
	s.run()
	s.arrived(film, film, film, other)
	if n := s.count(domain.Published); n != 5 {
		t.Errorf("%d published", n)
	}
	for _, p := range s.ledger.Posts() {
		if len(p.Media) != 1 || p.Media[0] == "" {
			t.Errorf("%q has %v", p.Text, p.Media)
		}
	}
}

func TestASharedUploadThatIsGoneIsMadeAnew(t *testing.T) {
	s := newStudio(t, time.Hour)
	c, film := s.channel("me"), s.files.film(45, 1)
	s.show(c, "first", film)
	s.run()
	s.ledger.Do(func() { s.ledger.UploadLife = 1 }) // every address is over at once …
	s.show(c, "second", film)
	s.run()
	s.ledger.Do(func() { s.ledger.UploadLife = 20 }) // … and the new ones are not
	s.rest()
	s.show(c, "third", film)
	s.rest()
	if n := s.count(domain.Published); n != 3 {
		t.Errorf("%d published", n)
	}
}

func TestAFileThatChangedIsNotPublished(t *testing.T) {
	s := newStudio(t, 0)
	film := s.files.film(45, 1)
	id := s.show(s.channel("me"), "hello", film)
	s.ledger.Do(func() { s.ledger.NextPiece = queuetest.Once(faultNone, faultResetAfter) })
	s.run()
	s.files[film.SHA256][44]++ // the end, which is not sent yet
	s.rest()
	s.want(id, domain.Held, domain.HoldMediaMissing)
	if len(s.ledger.Posts()) > 0 || len(s.ledger.Whole()) > 0 {
		t.Error("a file that nobody approved was sent to its end")
	}
}

func TestTheAddressOfAnUploadIsNowhereToBeRead(t *testing.T) {
	for name, secret := range map[string]string{"of an account with a token": "token-of-mine", "of one without": ""} {
		t.Run(name, func(t *testing.T) {
			s := newStudio(t, time.Hour)
			s.account.Secret = network.NewSecret(secret)
			uploadsUnseen(t, s)
		})
	}
}

func uploadsUnseen(t *testing.T, s *studio) {
	t.Helper()
	c := s.channel("me")
	s.show(c, "hello", s.files.film(45, 1))
	s.ledger.Do(func() { s.ledger.NextPiece = queuetest.Once(faultNone, faultResetAfter, faultResetBefore) })
	s.rest()
	s.show(c, "again", s.files.film(45, 1))
	s.ledger.Do(func() { s.ledger.UploadLife = 1 })
	s.rest()
	for _, suffix := range []string{"", "-wal"} {
		body, err := os.ReadFile(s.path + suffix)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"secret-", "token-of-mine"} {
			if bytes.Contains(body, []byte(secret)) {
				t.Errorf("the database%s shows %q", suffix, secret)
			}
		}
	}
	if bytes.Contains(s.log.Bytes(), []byte("secret-")) {
		t.Errorf("the log shows it: %s", s.log)
	}
}
