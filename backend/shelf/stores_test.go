package shelf_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/shelf"
	"postbag/backend/shelf/shelftest"
)

// open opens the shelf of a server after change.
func open(t *testing.T, s *shelftest.Server, files network.Opener, change func(*shelf.Place, *network.Secret)) *shelf.Shelf {
	t.Helper()
	place, secret := s.Place, s.Secret
	if change != nil {
		change(&place, &secret)
	}
	place, err := place.Check()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := shelf.Open(place, secret, []byte("the key of names"), shelf.Parts{Web: httpcall.New(files), Files: files})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

func frozen(m network.Media) network.Piece { return network.Piece{File: m.File()} }

func code(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return e.Code
	}
	return ""
}

// put puts a medium under a new name, proves it, and returns the name.
func put(t *testing.T, s *shelf.Shelf, m network.Media) string {
	t.Helper()
	name, err := s.Names.New(m.Type)
	if err != nil {
		t.Fatal(err)
	}
	intents := 0
	file := shelf.File{Name: name, Type: m.Type, Body: frozen(m)}
	if err := s.Store.Put(t.Context(), file, func() error { intents++; return nil }); err != nil || intents != 1 {
		t.Fatalf("put %s: %v, %d intents", m.Type, err, intents)
	}
	if err := (shelf.Reach{}).Fetch(t.Context(), s.Address(name), shelf.Want{Bytes: file.Bytes(), Type: m.Type, SHA256: file.Sum()}); err != nil {
		t.Fatalf("fetch %s: %v", m.Type, err)
	}
	return name
}

func TestWhatIsPutIsPublicUntilItIsRemoved(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		files := networktest.NewFiles()
		s := open(t, server, files, nil)
		server.Plant("index.html", []byte("a person's own"))
		media := []network.Media{
			files.Picture("image/jpeg", 1, 0), files.Picture("image/png", 2, 3<<20), files.Picture("video/mp4", 3, 300_000), files.Picture("image/webp", 4, 0),
		}
		var names []string
		for _, m := range media {
			names = append(names, put(t, s, m))
		}
		if again := put(t, s, media[0]); again == names[0] {
			t.Error("the same file has the same name again")
		} else {
			names = append(names, again)
		}
		listed, err := s.Store.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			at := slices.IndexFunc(listed, func(i shelf.Item) bool { return i.Name == name })
			if at < 0 || time.Since(listed[at].At).Abs() > time.Hour {
				t.Errorf("%s is not in the list, or of another time: %+v", name, listed)
			}
		}
		for _, name := range names {
			for range 2 { // what is gone is gone
				if err := s.Store.Remove(t.Context(), name); err != nil {
					t.Fatal(err)
				}
			}
			if err := (shelf.Reach{}).Fetch(t.Context(), s.Address(name), shelf.Want{Type: "image/jpeg"}); code(err) != shelf.CodeNotPublic {
				t.Errorf("after it was removed: %v", err)
			}
		}
		if left := slices.Collect(maps.Keys(server.Files())); len(left) != 1 || left[0] != "index.html" {
			t.Errorf("what is left: %v", left)
		}
	})
}

func TestASweepRemovesWhatOnlyThisShelfMade(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		files := networktest.NewFiles()
		s := open(t, server, files, nil)
		picture := files.Picture("image/jpeg", 1, 0)
		other, err := shelf.NewNames([]byte("of another data folder")).New("image/jpeg")
		if err != nil {
			t.Fatal(err)
		}
		needed, orphan, fresh := put(t, s, picture), put(t, s, picture), put(t, s, picture)
		old := time.Now().Add(-48 * time.Hour)
		for _, name := range []string{"index.html", other, "postbag-notes.txt"} {
			server.Plant(name, []byte("not ours"))
			server.Age(name, old)
		}
		server.Age(needed, old)
		server.Age(orphan, old)
		removed, err := s.Sweep(t.Context(), func(name string) bool { return name == needed }, time.Now().Add(-24*time.Hour))
		if err != nil || !slices.Equal(removed, []string{orphan}) {
			t.Errorf("removed %v, %v; want %s", removed, err, orphan)
		}
		left := server.Files()
		for _, name := range []string{needed, fresh, other, "index.html", "postbag-notes.txt"} {
			if _, ok := left[name]; !ok {
				t.Errorf("%s is gone", name)
			}
		}
	})
}

func TestAWrongSignInPutsNothing(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		files := networktest.NewFiles()
		const canary = "canary-of-a-secret"
		for what, change := range map[string]func(*shelf.Place, *network.Secret){
			"secret": func(_ *shelf.Place, secret *network.Secret) { *secret = network.NewSecret(canary) },
			"name":   func(p *shelf.Place, secret *network.Secret) { p.User, *secret = "nobody", network.NewSecret(canary) },
		} {
			s := open(t, server, files, change)
			m := files.Picture("image/jpeg", 1, 0)
			name, _ := s.Names.New(m.Type)
			err := s.Store.Put(t.Context(), shelf.File{Name: name, Type: m.Type, Body: frozen(m)}, nil)
			_, listing := s.Store.List(t.Context())
			for _, err := range []error{err, s.Store.Remove(t.Context(), name), listing} {
				if code(err) != shelf.CodeRefused || strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), name) {
					t.Errorf("another %s: %v", what, err)
				}
			}
		}
		if left := server.Files(); len(left) != 0 {
			t.Errorf("%d files were put", len(left))
		}
	})
}

func TestWhatIsNotThereIsSaid(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		files := networktest.NewFiles()
		m := files.Picture("image/jpeg", 1, 0)
		put := func(change func(*shelf.Place, *network.Secret)) error {
			s := open(t, server, files, change)
			name, _ := s.Names.New(m.Type)
			return s.Store.Put(t.Context(), shelf.File{Name: name, Type: m.Type, Body: frozen(m)}, nil)
		}
		err := put(func(p *shelf.Place, _ *network.Secret) {
			switch p.Kind {
			case shelf.KindS3:
				p.Bucket = "another-bucket"
			case shelf.KindWebDAV:
				p.Address += "/none"
			default:
				p.Folder = "none"
			}
		})
		if code(err) != shelf.CodeFolder {
			t.Errorf("no such folder: %v", err)
		}
		gone, dead := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if dead != nil {
			t.Fatal(dead)
		}
		_ = gone.Close()
		err = put(func(p *shelf.Place, _ *network.Secret) {
			if p.Address = gone.Addr().String(); p.Kind != shelf.KindSFTP {
				p.Address = "http://" + p.Address
			}
		})
		if code(err) != shelf.CodeUnreachable || network.KindOf(err) != network.NotSent {
			t.Errorf("no such server: %v", err)
		}
	})
}

// changed opens every file as it became after it was frozen.
type changed struct{ *networktest.Files }

func (c changed) Open(sum string) (io.ReadSeekCloser, error) {
	f, err := c.Files.Open(sum)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(f)
	content[len(content)/2]++
	return struct {
		*bytes.Reader
		io.Closer
	}{bytes.NewReader(content), f}, err
}

func TestMediaThatChangedIsNotPut(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		files := networktest.NewFiles()
		s := open(t, server, changed{files}, nil)
		m := files.Picture("image/jpeg", 1, 0)
		missing := m
		sum := sha256.Sum256([]byte("never frozen"))
		missing.SHA256 = hex.EncodeToString(sum[:])
		longer := m
		longer.Bytes++
		for what, m := range map[string]network.Media{"missing": missing, "another length": longer, "another content": m} {
			name, _ := s.Names.New(m.Type)
			intents := 0
			err := s.Store.Put(t.Context(), shelf.File{Name: name, Type: m.Type, Body: frozen(m)}, func() error { intents++; return nil })
			if !errors.Is(err, network.ErrMediaChanged) || network.KindOf(err) != network.NotSent || intents != 0 {
				t.Errorf("%s: %v, %d intents", what, err, intents)
			}
		}
		if left := server.Files(); len(left) != 0 {
			t.Errorf("%d files were put", len(left))
		}
	})
}

func TestAnIntentThatFailsPutsNothing(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		files := networktest.NewFiles()
		s := open(t, server, files, nil)
		m := files.Picture("image/jpeg", 1, 0)
		name, _ := s.Names.New(m.Type)
		lost := errors.New("the disk is full")
		err := s.Store.Put(t.Context(), shelf.File{Name: name, Type: m.Type, Body: frozen(m)}, func() error { return lost })
		if !errors.Is(err, lost) || network.KindOf(err) != network.NotSent {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Store.Put(ctx, shelf.File{Name: name, Type: m.Type, Body: frozen(m)}, nil); network.KindOf(err) != network.NotSent {
			t.Errorf("after the end: %v", err)
		}
		if left := server.Files(); len(left) != 0 {
			t.Errorf("%d files were put", len(left))
		}
	})
}

func TestBytesArePutAsTheyAre(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		s := open(t, server, nil, nil)
		name, _ := s.Names.New("image/jpeg")
		content := bytes.Repeat([]byte{0xff, 0, '\r', '\n'}, 20_000)
		f := shelf.File{Name: name, Type: "image/jpeg", Body: network.Piece{Bytes: content}}
		if err := s.Store.Put(t.Context(), f, nil); err != nil {
			t.Fatal(err)
		}
		if got := server.Files()[name]; !bytes.Equal(got, content) {
			t.Errorf("%d bytes, want %d", len(got), len(content))
		}
	})
}

func TestALongListIsReadToItsEnd(t *testing.T) {
	server := shelftest.S3(t)
	s := open(t, server, nil, nil)
	names := map[string]bool{}
	for range 2345 { // a page has 1000
		name, _ := s.Names.New("image/jpeg")
		names[name] = true
		server.Plant(name, nil)
	}
	list, err := s.Store.List(t.Context())
	if err != nil || len(list) != len(names) {
		t.Fatalf("%d files, want %d: %v", len(list), len(names), err)
	}
	for _, item := range list {
		if !names[item.Name] {
			t.Errorf("%s is not there", item.Name)
		}
	}
}
