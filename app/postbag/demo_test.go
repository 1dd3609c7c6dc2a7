package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postbag/app/samples"
)

func TestTheDemonstrationDoesTheWholeJob(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	p := person{t: t, data: filepath.Join(t.TempDir(), "data")}
	var sizes []presetJSON
	p.must(&sizes, exitDone, "preset", "list")
	pictures := 0
	for _, s := range sizes {
		if s.Kind == "image" {
			pictures++
		}
	}

	var d demoJSON
	p.must(&d, exitDone, "demo", "--out", out)
	if d.Data != p.data || d.Workspace == "" {
		t.Errorf("it happened in %q of %s", d.Workspace, d.Data)
	}
	if len(d.Assets) != len(samples.Names()) || len(d.Renditions) != pictures*len(d.Assets) || pictures < 80 {
		t.Errorf("%d assets, %d renditions of %d sizes", len(d.Assets), len(d.Renditions), pictures)
	}
	for _, r := range d.Renditions {
		if info, err := os.Stat(r.Path); err != nil || info.Size() != r.Bytes || r.Bytes == 0 {
			t.Errorf("rendition %s: %v", r.Path, err)
		}
	}
	if d.Post.State != "published" || len(d.Deliveries) != 1 || d.Deliveries[0].State != "published" {
		t.Errorf("the post is %s, its deliveries are %+v", d.Post.State, d.Deliveries)
	}
	if d.Feed.Items != 1 {
		t.Errorf("the feed has %d items", d.Feed.Items)
	}
	for _, path := range []string{d.Feed.RSS, d.Feed.Atom} {
		wellFormed(t, path)
	}
	b, err := os.ReadFile(d.Feed.JSON)
	if err != nil || !json.Valid(b) {
		t.Errorf("the JSON feed: %v", err)
	}
	page, err := os.ReadFile(d.Feed.Site)
	if err != nil {
		t.Error(err)
	}
	for _, name := range samples.Names() {
		if alt := samples.Alt(name); alt == "" || !bytes.Contains(page, []byte(alt)) {
			t.Errorf("the page does not describe %s: %q", name, alt)
		}
	}

	if !strings.HasPrefix(d.Feed.Site, p.data) {
		t.Errorf("the page is at %s", d.Feed.Site)
	}
}

func wellFormed(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for dec := xml.NewDecoder(f); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s: %v", filepath.Base(path), err)
		}
	}
}
