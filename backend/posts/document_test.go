package posts

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"postbag/backend/domain"
)

func (d desk) document(ids ...domain.PostID) []byte {
	d.t.Helper()
	doc, err := d.Export(d.t.Context(), ids...)
	d.must(err)
	b, err := json.Marshal(doc)
	d.must(err)
	return b
}

func TestPostsTravelAsADocument(t *testing.T) {
	d := newDesk(t)
	a := d.asset(d.space, 1, nil)
	p := d.post(domain.Content{
		Text: "one \u202e", Parts: []string{"two"}, Link: "https://e.org", Language: "en", Warning: "w", Visibility: "v",
		Poll:  &domain.Poll{Options: []string{"a", "b"}, DurationS: 60},
		Media: []domain.Media{{Asset: a.ID, Alt: "x", Focus: &domain.Point{X: 0.5, Y: 0.5}, Part: 1}},
	})
	p, err := d.Override(t.Context(), p.ID, d.channel.ID, domain.Override{Text: ptr(""), Media: &[]domain.Media{{Asset: a.ID}}}, 0)
	d.must(err)
	p, err = d.SetOptions(t.Context(), p.ID, d.channel.ID, map[string]string{"k": "v"}, 0)
	d.must(err)
	doc := d.document(p.ID)
	if bytes.Contains(doc, []byte(a.ID)) || !bytes.Contains(doc, []byte(a.SHA256)) {
		t.Error("media are not named by their content")
	}

	same, err := d.Import(t.Context(), d.space, bytes.NewReader(doc))
	d.must(err)
	if len(same.Posts) != 1 || len(same.Failed)+len(same.Channels) != 0 {
		t.Fatalf("imported %+v", same)
	}
	got := same.Posts[0]
	if got.ID == p.ID || !reflect.DeepEqual(got.Content, p.Content) || !reflect.DeepEqual(got.Variants[0].Own, p.Variants[0].Own) ||
		!reflect.DeepEqual(got.Variants[0].Options, p.Variants[0].Options) {
		t.Errorf("got  %+v\nwant %+v", got, p)
	}

	other, _ := d.workspace("Other")
	there, err := d.Import(t.Context(), other, bytes.NewReader(doc))
	d.must(err)
	if len(there.Posts) != 0 || len(there.Failed) != 1 || there.Failed[0].Code != "media_missing" || there.Failed[0].Missing[0] != a.SHA256 {
		t.Fatalf("without the file: %+v", there)
	}
	d.asset(other, 1, nil)
	there, err = d.Import(t.Context(), other, bytes.NewReader(doc))
	d.must(err)
	if len(there.Posts) != 1 || len(there.Posts[0].Variants) != 0 || len(there.Channels) != 1 || there.Channels[0] != "practice  Bakery" {
		t.Errorf("with the file: %+v", there)
	}
}

func TestAHostileDocumentIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	d := newDesk(t)
	good := `{"postbag":"posts","version":1,"posts":[{"text":"fine"},`
	for name, doc := range map[string]string{
		"not JSON":              "<html>",
		"empty":                 "",
		"another document":      `{"openapi":"3.1.0"}`,
		"of the future":         `{"postbag":"posts","version":2,"posts":[]}`,
		"an unknown field":      good + `{"text":"x","colour":"red"}]}`,
		"a wrong type":          good + `{"text":5}]}`,
		"half a surrogate pair": good + `{"text":"\ud800x"}]}`,
		"the other half":        good + `{"text":"\uDC00"}]}`,
		"high after high":       good + `{"text":"\ud83d\ud83d\ude00"}]}`,
		"broken UTF-8":          good + "{\"text\":\"\xff\"}]}",
		"cut short":             good,
		"deep":                  `{"postbag":"posts","version":1,"posts":` + strings.Repeat("[", 100_000),
		"too many":              `{"postbag":"posts","version":1,"posts":[` + strings.Repeat("{},", MaxDocumentPosts) + `{}]}`,
		"too large":             `{"postbag":"` + strings.Repeat(" ", MaxDocumentBytes),
	} {
		out, err := d.Import(t.Context(), d.space, strings.NewReader(doc))
		var wrong *domain.FieldError
		if !errors.As(err, &wrong) || wrong.Field != "file" || len(out.Posts) != 0 || len(err.Error()) > 400 {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
	}
	if page, err := d.List(t.Context(), d.space, Query{}); err != nil || len(page.Posts) != 0 {
		t.Errorf("refused documents left %d posts, %v", len(page.Posts), err)
	}
}

func TestABadPostInADocumentIsNamedAndTheOthersCome(t *testing.T) {
	d := newDesk(t)
	out, err := d.Import(t.Context(), d.space, strings.NewReader(`{"postbag":"posts","version":1,"posts":[
		{"text":"a \ud83d\ude00 \\ud800 b"}, {"text":"nul \u0000"}, {"text":"x","media":[{"sha256":"../../etc/passwd"}]},
		{"text":"y","media":[{"sha256":"`+strings.Repeat("ab", 32)+`"}]}, {"text":"last"}]}`))
	d.must(err)
	if len(out.Posts) != 2 || out.Posts[0].Content.Text != "a 😀 \\ud800 b" || out.Posts[1].Content.Text != "last" {
		t.Errorf("posts %+v", out.Posts)
	}
	want := []string{"1 invalid", "2 invalid", "3 media_missing"}
	for i, f := range out.Failed {
		if got := strings.Join([]string{string(rune('0' + f.Index)), f.Code}, " "); got != want[i] || f.Message == "" {
			t.Errorf("failure %d: %+v", i, f)
		}
	}
}

func FuzzADocumentIsReadOrRefused(f *testing.F) {
	f.Add([]byte(`{"postbag":"posts","version":1,"posts":[{"text":"\ud83d\ude00"}]}`))
	f.Add([]byte(`{"postbag":"posts","version":1,"posts":[{"text":"\ud83d\"}]}`))
	f.Add([]byte("\"\\"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		doc, err := readDocument(bytes.NewReader(raw))
		if err != nil {
			if !errors.Is(err, domain.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		for _, p := range doc.Posts {
			// The decoder puts U+FFFD where it lost something; what was there on purpose is spelled out.
			if strings.ContainsRune(p.Text, '\ufffd') && !bytes.Contains(raw, []byte("\ufffd")) && !bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`)) {
				t.Fatalf("something of %q was lost: %q", raw, p.Text)
			}
		}
	})
}
