package main

import (
	"bytes"
	"encoding/json"
	"image"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postbag/backend/network/networktest"
	"postbag/backend/networks/bluesky/blueskytest"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/secrets/secretstest"
	"postbag/build/servers"
)

// What the script publishes.
const (
	words1      = "Grüße 👋 with a link https://example.com/path?a=b and #photography, by @bob.test"
	description = "Stripes of colour"
)

// publishTo runs the publishing script with the built program against a server, and then proves
// that nothing it left behind (data folder, logs, backup, exports, output) holds a secret.
func publishTo(t *testing.T, network, server, handle, secret string) {
	t.Helper()
	root, apart := t.TempDir(), t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(apart, name)
		if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	wrong := "wrong-3e1d8c0a7f"
	scripts(t, filepath.Join("testdata", "network", "publish.txtar"), root, map[string]string{
		"NETWORK": network, "SERVER": server, "HANDLE": handle,
		"SECRETFILE": write("secret", secret), "WRONGFILE": write("wrong", wrong),
	})
	secretstest.Scan(t, root, secret, wrong, passphrase)
	noTokens(t, root)
}

// noTokens looks for the JSON Web Tokens of a session, by how they begin (RFC 7519, 2015-05):
// {"alg": and {"typ":.
func noTokens(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, form := range []string{"eyJhbGciOi", "eyJ0eXAiOi"} {
			if bytes.Contains(b, []byte(form)) {
				t.Errorf("%s holds a token", path)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// arrived checks the posts a server saved: one with a picture, and a thread of three.
func arrived(t *testing.T, posts []networktest.Post) {
	t.Helper()
	if len(posts) != 4 {
		t.Fatalf("the server has %d posts, want 4: %+v", len(posts), posts)
	}
	first := posts[0]
	if first.Text != words1 {
		t.Errorf("the text is %q", first.Text)
	}
	if len(first.Images) != 1 || first.Alts[0] != description {
		t.Fatalf("the pictures are described by %q", first.Alts)
	}
	isPhoto(t, first.Images[0])
	for i, text := range []string{"one of three", "two of three", "three of three"} {
		p := posts[i+1]
		if p.Text != text || (i > 0 && p.Parent != posts[i].ID) {
			t.Errorf("part %d is %q and answers %q", i+1, p.Text, p.Parent)
		}
	}
}

func isPhoto(t *testing.T, b []byte) {
	t.Helper()
	c, format, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || format != "jpeg" || c.Width != 1200 || c.Height != 800 {
		t.Errorf("the picture is a %s of %d by %d: %v", format, c.Width, c.Height, err)
	}
}

func TestPublishingToMastodon(t *testing.T) {
	t.Parallel()
	s := mastodontest.New(t)
	s.Async(1)
	publishTo(t, "mastodon", s.URL, s.Account().Handle, s.Token)
	arrived(t, s.Posts())
	for key, n := range s.Keyed() {
		if key == "" || n != 1 {
			t.Errorf("%d requests came with the key %q", n, key)
		}
	}
	if got := s.Statuses()[0]; got.Language != "en" {
		t.Errorf("the language is %q", got.Language)
	}
}

func TestPublishingToAServerThatIgnoresKeys(t *testing.T) {
	t.Parallel()
	s := mastodontest.NewFlavour(t, mastodontest.GoToSocial)
	publishTo(t, "mastodon", s.URL, s.Account().Handle, s.Token)
	arrived(t, s.Posts())
}

func TestPublishingToBluesky(t *testing.T) {
	t.Parallel()
	s := blueskytest.New(t)
	password := s.Answers()["password"]
	publishTo(t, "bluesky", s.URL, s.Account().Handle, password)
	posts := s.Posts()
	arrived(t, posts)
	if len(posts) == 0 {
		return
	}
	b, err := json.Marshal(s.Record(posts[0].ID))
	if err != nil {
		t.Fatal(err)
	}
	facets(t, b, blueskytest.OtherDID)
}

// facets checks that the link, the tag and the mention are marked by the bytes they stand at.
func facets(t *testing.T, record []byte, bob string) {
	t.Helper()
	var r struct {
		Text   string
		Langs  []string
		Facets []struct {
			Index    struct{ ByteStart, ByteEnd int }
			Features []map[string]string
		}
	}
	if err := json.Unmarshal(record, &r); err != nil {
		t.Fatalf("%v: %s", err, record)
	}
	if len(r.Langs) != 1 || r.Langs[0] != "en" {
		t.Errorf("the languages are %q", r.Langs)
	}
	want := map[string]string{
		"https://example.com/path?a=b": "https://example.com/path?a=b", "#photography": "photography", "@bob.test": bob,
	}
	for _, f := range r.Facets {
		marked := r.Text[f.Index.ByteStart:f.Index.ByteEnd]
		feature := f.Features[0]
		value := feature["uri"] + feature["tag"] + feature["did"]
		if want[marked] != value {
			t.Errorf("%q is marked as %q", marked, value)
		}
		delete(want, marked)
	}
	if len(want) > 0 {
		t.Errorf("nothing marks %q in %s", want, record)
	}
}

func TestPublishingToARealPDS(t *testing.T) {
	pds := servers.PDS(t)
	publishTo(t, "bluesky", pds.URL, pds.Alice.Handle, pds.Alice.AppPassword)

	var page struct {
		Records []struct {
			URI   string
			Value json.RawMessage
		}
	}
	get(t, pds.URL+"/xrpc/com.atproto.repo.listRecords?limit=100&reverse=true&collection=app.bsky.feed.post&repo="+
		url.QueryEscape(pds.Alice.DID), &page)
	if len(page.Records) != 4 {
		t.Fatalf("the server has %d records, want 4", len(page.Records))
	}
	var posts []networktest.Post
	for _, r := range page.Records {
		posts = append(posts, read(t, pds, r.URI, r.Value))
	}
	arrived(t, posts)
	facets(t, page.Records[0].Value, pds.Bob.DID)
}

// read turns a record into a post, with its pictures fetched.
func read(t *testing.T, pds servers.RealPDS, uri string, value json.RawMessage) networktest.Post {
	t.Helper()
	var r struct {
		Text  string
		Reply *struct{ Parent struct{ URI string } }
		Embed *struct {
			Images []struct {
				Alt   string
				Image struct {
					Ref struct {
						Link string `json:"$link"`
					}
				}
			}
		}
	}
	if err := json.Unmarshal(value, &r); err != nil {
		t.Fatalf("%v: %s", err, value)
	}
	p := networktest.Post{ID: uri, Text: r.Text}
	if r.Reply != nil {
		p.Parent = r.Reply.Parent.URI
	}
	if r.Embed != nil {
		for _, i := range r.Embed.Images {
			p.Alts = append(p.Alts, i.Alt)
			p.Images = append(p.Images, fetch(t, pds.URL+"/xrpc/com.atproto.sync.getBlob?did="+url.QueryEscape(pds.Alice.DID)+"&cid="+i.Image.Ref.Link))
		}
	}
	return p
}

func get(t *testing.T, address string, into any) {
	t.Helper()
	if err := json.Unmarshal(fetch(t, address), into); err != nil {
		t.Fatal(err)
	}
}

func fetch(t *testing.T, address string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := (&http.Client{}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	b, err := io.ReadAll(reply.Body)
	if err != nil || reply.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %.200s %v", strings.SplitN(address, "?", 2)[0], reply.Status, b, err)
	}
	return b
}

func TestAPersonIsAskedForWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := blueskytest.New(t)
	password := s.Answers()["password"]
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	scripts(t, filepath.Join("testdata", "prompt", "*.txtar"), "", map[string]string{
		"SERVER": s.URL, "HANDLE": s.Account().Handle, "SECRET": password, "SECRETFILE": file,
	})
}
