package shelfcall_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/network/shelfcall"
	"postbag/backend/shelf"
	"postbag/backend/shelf/shelftest"
)

// book is the shelf of one workspace, and what was written down about it.
type book struct {
	shelf *shelf.Shelf
	err   error // of Shelf
	lost  error // of Needed

	mu     sync.Mutex
	needed map[string]string // delivery by name
}

func (b *book) Shelf(_ context.Context, channel string) (*shelf.Shelf, error) {
	if channel != "channel-1" {
		return nil, errors.New("another channel")
	}
	return b.shelf, b.err
}

func (b *book) Needed(_ context.Context, _, delivery, name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.needed[name] = delivery
	return b.lost
}

func (b *book) Gone(_ context.Context, _, name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.needed, name)
	return nil
}

// kit is a carrier on a server.
type kit struct {
	shelfcall.Carrier
	book  *book
	files *networktest.Files
}

func newKit(t *testing.T, server *shelftest.Server) kit {
	t.Helper()
	k := kit{files: networktest.NewFiles(), book: &book{needed: map[string]string{}}}
	place, err := server.Place.Check()
	if err != nil {
		t.Fatal(err)
	}
	k.book.shelf, err = shelf.Open(place, server.Secret, []byte("key"), shelf.Parts{Web: httpcall.New(k.files), Files: k.files})
	if err != nil {
		t.Fatal(err)
	}
	k.Carrier = shelfcall.Carrier{Shelves: k.book, Reachable: shelf.Reach{}.Fetch}
	return k
}

func put(m network.Media) network.Request {
	return network.Request{
		Method: "PUT", URL: "shelf:///channel-1/delivery-1", Header: map[string]string{"Content-Type": m.Type},
		Body: network.Body{{File: m.File()}},
	}
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return e.Code
	}
	return ""
}

func TestAFileIsPublicFromItsAnswerUntilItsDelete(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		k := newKit(t, server)
		picture := k.files.Picture("image/jpeg", 1, 0)
		intents := 0
		reply, err := k.Send(t.Context(), put(picture), func() error {
			if intents++; len(k.book.needed) != 1 || len(server.Files()) != 0 {
				t.Errorf("at the intent %d files are written down and %d put", len(k.book.needed), len(server.Files()))
			}
			return nil
		})
		address := reply.Header["Location"]
		if err != nil || reply.Status != http.StatusCreated || intents != 1 || !strings.HasPrefix(address, server.Place.Public+"/postbag-") {
			t.Fatalf("%+v, %v, %d intents", reply, err, intents)
		}
		if asked := server.Asked(); len(asked) != 1 || !strings.HasSuffix(address, asked[0]) {
			t.Errorf("before the answer the public side was asked for %v", asked)
		}
		answer, err := http.Get(address) //nolint:forbidigo // as the public does
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if got, err := io.ReadAll(answer.Body); err != nil || string(got) != string(k.files.Bytes(picture)) || answer.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("the public gets %d bytes of %s, %v", len(got), answer.Header.Get("Content-Type"), err)
		}

		again, err := k.Send(t.Context(), put(picture), nil)
		if err != nil || again.Header["Location"] == address {
			t.Errorf("a second time: %+v, %v", again, err)
		}
		name := address[strings.LastIndex(address, "/")+1:]
		if k.book.needed[name] != "delivery-1" {
			t.Errorf("written down is %v", k.book.needed)
		}
		for range 2 {
			reply, err := k.Send(t.Context(), network.Request{Method: "DELETE", URL: "shelf:///channel-1/delivery-1/" + name}, nil)
			if err != nil || reply.Status != http.StatusNoContent {
				t.Errorf("%+v, %v", reply, err)
			}
		}
		if _, there := server.Files()[name]; there || len(k.book.needed) != 1 {
			t.Errorf("it is there: %v; written down: %v", there, k.book.needed)
		}
	})
}

func TestAnAddressThatIsNotProvedIsToldToNobody(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		k := newKit(t, server)
		server.Lie(http.NotFound)
		reply, err := k.Send(t.Context(), put(k.files.Picture("image/jpeg", 1, 0)), func() error { return nil })
		if network.KindOf(err) != network.Ambiguous || codeOf(err) != shelf.CodeNotPublic || reply.Header["Location"] != "" {
			t.Errorf("%+v, %v", reply, err)
		}
		if left := server.Files(); len(left) != 0 || len(k.book.needed) != 0 {
			t.Errorf("%d files are left, %d written down", len(left), len(k.book.needed))
		}
		stopped, stop := context.WithCancel(t.Context())
		k.Reachable = func(ctx context.Context, _ string, _ shelf.Want) error {
			stop()
			return ctx.Err()
		}
		if _, err := k.Send(stopped, put(k.files.Picture("image/jpeg", 1, 0)), nil); network.KindOf(err) != network.Ambiguous || !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if left := server.Files(); len(left) != 0 {
			t.Errorf("stopped over the proof: %d files are left", len(left))
		}
	})
}

func TestNothingIsPutThatIsNotWrittenDown(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		k := newKit(t, server)
		k.book.lost = errors.New("the disk is full")
		intent := func() error { t.Error("there was an intent"); return nil }
		if _, err := k.Send(t.Context(), put(k.files.Picture("image/jpeg", 1, 0)), intent); network.KindOf(err) != network.NotSent || !errors.Is(err, k.book.lost) {
			t.Error(err)
		}
		if left := server.Files(); len(left) != 0 {
			t.Errorf("%d files are put", len(left))
		}
	})
}

func TestWithoutAShelfNothingIsSent(t *testing.T) {
	k := newKit(t, shelftest.WebDAV(t))
	none := &network.Error{Kind: network.NotSent, Code: shelf.CodeNone, Message: "none"}
	for _, c := range []struct {
		err  error
		code string
	}{{none, shelf.CodeNone}, {errors.New("the keychain is locked"), ""}, {&network.Error{Kind: network.Reauth}, ""}} {
		k.book.err = c.err
		_, err := k.Send(t.Context(), put(k.files.Picture("image/jpeg", 1, 0)), nil)
		if network.KindOf(err) != network.NotSent || codeOf(err) != c.code || !errors.Is(err, c.err) {
			t.Errorf("%v: %v", c.err, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := k.Send(ctx, put(k.files.Picture("image/jpeg", 1, 0)), nil); network.KindOf(err) != network.NotSent {
		t.Error(err)
	}
}

func TestWhatFailedBeforeItWasPutIsForgotten(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		k := newKit(t, server)
		missing := k.files.Picture("image/jpeg", 1, 0)
		missing.SHA256 = strings.Repeat("0", 64)
		_, err := k.Send(t.Context(), put(missing), nil)
		if network.KindOf(err) != network.NotSent || !errors.Is(err, network.ErrMediaChanged) || len(k.book.needed) != 0 {
			t.Errorf("%v, written down %v", err, k.book.needed)
		}
	})
}

func TestARefusalLeavesNoSecretInItsError(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		const canary = "canary-of-a-secret"
		server.Secret = network.NewSecret(canary)
		k := newKit(t, server)
		_, err := k.Send(t.Context(), put(k.files.Picture("image/jpeg", 1, 0)), nil)
		if codeOf(err) != shelf.CodeRefused {
			t.Error(err)
		}
		for name := range k.book.needed {
			if strings.Contains(err.Error(), name) {
				t.Errorf("the error names the file: %v", err)
			}
		}
		if strings.Contains(err.Error(), canary) {
			t.Errorf("the error has the secret: %v", err)
		}
	})
}

func TestARequestNobodyCanFulfilIsAnsweredAtOnce(t *testing.T) {
	server := shelftest.WebDAV(t)
	server.Plant("index.html", []byte("a person's own"))
	k := newKit(t, server)
	picture := k.files.Picture("image/jpeg", 1, 0)
	made, err := k.book.shelf.Names.New("image/jpeg")
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(*network.Request)) network.Request {
		r := put(picture)
		r.Header = maps.Clone(r.Header)
		change(&r)
		return r
	}
	at := func(method, address string) network.Request {
		return with(func(r *network.Request) { r.Method, r.URL = method, address })
	}
	for status, requests := range map[int][]network.Request{
		http.StatusMethodNotAllowed: {at("GET", "shelf:///channel-1/delivery-1"), at("POST", "shelf:///channel-1/delivery-1")},
		http.StatusBadRequest: {
			at("PUT", "shelf:///channel-1"), at("PUT", "shelf:///channel-1/"), at("PUT", "shelf:///channel-1/delivery-1/"+made),
			at("PUT", "shelf://host/channel-1/delivery-1"), at("PUT", "shelf:///channel-1/../delivery-1"), at("PUT", "shelf:///channel-1/delivery%2f1"),
			at("PUT", "https:///channel-1/delivery-1"), at("PUT", "shelf:///channel-1/delivery-1?x"), at("PUT", "%zz"), at("PUT", "shelf:channel-1"),
			at("DELETE", "shelf:///channel-1/delivery-1"), at("DELETE", "shelf:///channel-1/delivery-1/index.html"),
			at("DELETE", "shelf:///channel-1/delivery-1/..%2findex.html"), at("DELETE", "shelf:///channel-1/delivery-1/x"+made),
			with(func(r *network.Request) { r.Header["Content-Type"] = "text/html" }),
			with(func(r *network.Request) { r.Header = nil }),
			with(func(r *network.Request) { r.Body = nil }),
			with(func(r *network.Request) { r.Body = append(r.Body, r.Body...) }),
			with(func(r *network.Request) { r.Body[0].File.Offset = 1 }),
			with(func(r *network.Request) { r.Body[0].Base64 = true }),
			with(func(r *network.Request) { r.Key = network.NewSecret("token") }),
			with(func(r *network.Request) { r.Files = []network.FilePut{{Path: "a"}} }),
		},
	} {
		for _, r := range requests {
			reply, err := k.Send(t.Context(), r, func() error { t.Errorf("%s %s: there was an intent", r.Method, r.URL); return nil })
			if err != nil || reply.Status != status {
				t.Errorf("%s %s: %d %s, %v; want %d", r.Method, r.URL, reply.Status, reply.Body, err, status)
			}
		}
	}
	if left := slices.Collect(maps.Keys(server.Files())); !slices.Equal(left, []string{"index.html"}) || len(k.book.needed) != 0 {
		t.Errorf("left %v, written down %v", left, k.book.needed)
	}
}
