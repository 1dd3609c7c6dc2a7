package presets

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func mark(picture string) *Watermark {
	return &Watermark{Picture: picture, Place: "bottom-right", Size: 0.2, Margin: 0.04, Opacity: 0.6}
}

func TestWhatIsWrittenIsReadBackTheSame(t *testing.T) {
	list := []Preset{
		{
			ID: "own/shop", Title: "Shop <front>", Kind: Image, Width: 1080, Height: 1350, Fit: Contain, Formats: []string{"webp", "jpeg"}, MaxBytes: 300000,
			Quality: 78, Background: "#aabbcc", Enlarge: true, SafeArea: &SafeArea{Top: 1, Right: 2, Bottom: 3, Left: 4}, Watermark: mark(Inline([]byte("png"))),
		},
		{ID: "web/wide", Kind: Image, Width: 800, Fit: Inside},
	}
	var file bytes.Buffer
	if err := Write(&file, list); err != nil {
		t.Fatal(err)
	}
	got, err := Parse(&file)
	if err != nil || !reflect.DeepEqual(got, list) {
		t.Errorf("%v\n%+v\n%+v", err, got, list)
	}
	if png, err := got[0].Watermark.PNG(); err != nil || string(png) != "png" {
		t.Errorf("%v %q", err, png)
	}
	list[0].Watermark = mark(Kept(strings.Repeat("a", 64)))
	if err := Write(&file, list); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "own/shop") {
		t.Errorf("a picture that is not in the file: %v", err)
	}
}

func TestEveryBuiltInPictureSizeCanBeShared(t *testing.T) {
	var file bytes.Buffer
	all := builtInSet(t).Pictures()
	if err := Write(&file, all); err != nil {
		t.Fatal(err)
	}
	got, err := Parse(&file)
	if err != nil || len(got) != len(all) {
		t.Fatalf("%v, %d of %d", err, len(got), len(all))
	}
	for i := range got {
		if !Same(got[i], all[i]) {
			t.Errorf("%s changed", all[i].ID)
		}
	}
}

func TestEveryEntryIsReadWithItsLineAndWhatIsWrong(t *testing.T) {
	ok := `{"id": "a", "width": 10, "height": 10, "fit": "cover"}`
	entries, err := Read(strings.NewReader("\ufeff[\n" + ok + ",\n\n  {\"id\": \"b\",\n \"width\": 10}, 7,\n" + ok + "\n]"))
	if err != nil || len(entries) != 4 {
		t.Fatalf("%v, %d entries", err, len(entries))
	}
	for i, want := range []struct {
		line  int
		words string
	}{{2, ""}, {4, "fit is missing"}, {5, "it is a number"}, {6, "the id is taken"}} {
		e := entries[i]
		if e.Line != want.line || (e.Err == nil) != (want.words == "") || e.Err != nil && !strings.Contains(e.Err.Error(), want.words) {
			t.Errorf("entry %d: line %d, %v", i+1, e.Line, e.Err)
		}
	}
}

func TestAWrongWatermarkSaysWhatIsWrong(t *testing.T) {
	for entry, field := range map[string]string{
		`{}`: "watermark.picture",
		`{"picture":"https://example.com/logo.png","place":"top","size":0.1,"opacity":1}`:          "watermark.picture",
		`{"picture":"data:image/svg+xml;base64,PHN2Zz4=","place":"top","size":0.1,"opacity":1}`:    "watermark.picture",
		`{"picture":"data:image/png;base64,?","place":"top","size":0.1,"opacity":1}`:               "watermark.picture",
		`{"picture":"sha256:abc","place":"top","size":0.1,"opacity":1}`:                            "watermark.picture",
		`{"picture":"data:image/png;base64,YQ==","place":"middle","size":0.1,"opacity":1}`:         "watermark.place",
		`{"picture":"data:image/png;base64,YQ==","place":"top","size":0,"opacity":1}`:              "watermark.size",
		`{"picture":"data:image/png;base64,YQ==","place":"top","size":0.1,"opacity":1.1}`:          "watermark.opacity",
		`{"picture":"data:image/png;base64,YQ==","place":"top","size":1,"margin":1,"opacity":0.1}`: "watermark.margin",
		`{"picture":"data:image/png;base64,` + strings.Repeat("YWFh", 50_000) + `"}`:               "watermark.picture",
	} {
		_, err := Parse(strings.NewReader(`[{"id":"a","width":9,"height":9,"fit":"cover","watermark":` + entry + `}]`))
		var known *FieldError
		if !errors.Is(err, ErrInvalid) || !errors.As(err, &known) || known.Field != field || !strings.Contains(err.Error(), `preset 1 ("a")`) || len(err.Error()) > 300 {
			t.Errorf("%.80s: %v", entry, err)
		}
	}
}

// FuzzParse reads anything as a file of presets. What is taken is written and read back the same; what
// is not is refused by name, and every entry of a list has its line.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`[{"id": "banner", "width": 1500, "height": 500, "fit": "cover"}]`,
		`[{"id":"a/b","width":9,"height":9,"fit":"fill","format":"JPG","quality":9,"background":"#ffcc00","enlarge":true,"safe_area":{"top":1,"note":"x"}}]`,
		`[{"id":"w","width":9,"fit":"inside","watermark":{"picture":"data:image/png;base64,YQ==","place":"top","size":0.1,"margin":0,"opacity":1}}]`,
		"[1,\n{}]", `[{"id":"a"},{"id":"a"}]`, "\xef\xbb\xbf[]", "{", "[[[[",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		entries, err := Read(bytes.NewReader(file))
		if err != nil && !errors.Is(err, ErrInvalid) {
			t.Fatalf("an error without a name: %v", err)
		}
		lines := 1 + bytes.Count(file, []byte("\n"))
		for i, e := range entries {
			if e.Line < 1 || e.Line > lines || i > 0 && e.Line < entries[i-1].Line || e.Err != nil && !errors.Is(e.Err, ErrInvalid) {
				t.Fatalf("entry %d: line %d of %d, %v", i+1, e.Line, lines, e.Err)
			}
		}
		list, err := Parse(bytes.NewReader(file))
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("an error without a name: %v", err)
			}
			return
		}
		for _, p := range list {
			if p.Watermark != nil {
				if _, kept := p.Watermark.KeptAs(); kept {
					return // its picture is not in the file
				}
			}
		}
		var again bytes.Buffer
		if err := Write(&again, list); err != nil {
			t.Fatal(err)
		}
		back, err := Parse(&again)
		if err != nil || len(back) != len(list) {
			t.Fatalf("it is not read back: %v", err)
		}
		for i := range list {
			if !Same(list[i], back[i]) {
				t.Fatalf("it changed: %+v %+v", list[i], back[i])
			}
		}
	})
}
