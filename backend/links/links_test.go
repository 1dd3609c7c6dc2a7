package links

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// album keeps what it was asked to make small.
type album struct{ files []string }

func (a *album) Small(_ context.Context, file []byte) (domain.CardPicture, error) {
	a.files = append(a.files, string(file))
	if strings.HasPrefix(string(file), "broken") {
		return domain.CardPicture{}, errors.New("not a picture")
	}
	return domain.CardPicture{SHA256: "aa", Type: "image/jpeg", Bytes: int64(len(file)), Width: 2, Height: 1}, nil
}

func everywhere(netip.Addr) bool { return true }

func serve(t *testing.T, pages map[string]http.HandlerFunc) (string, *Reader, *album) {
	t.Helper()
	mux := http.NewServeMux()
	for at, h := range pages {
		mux.HandleFunc(at, h)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	pictures := &album{}
	return server.URL, newReader("Postbag/test", pictures, everywhere), pictures
}

func page(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = fmt.Fprint(w, body)
	}
}

func TestACardHasTitleTextSiteAndPicture(t *testing.T) {
	at, r, pictures := serve(t, map[string]http.HandlerFunc{
		"/a": page("text/html", `<!doctype html><html><head><title>plain</title>
			<meta property="og:title" content="The  harbour
series &amp; more"><meta name="description" content="the lesser">
			<meta property="og:description" content="Six prints"><meta property="og:site_name" content="Studio">
			<meta property="og:image" content="/pic.jpg"></head><body><meta property="og:title" content="no"></body>`),
		"/pic.jpg": page("image/jpeg", "picture"),
	})
	card, err := r.Card(t.Context(), " "+at+"/a ")
	if err != nil {
		t.Fatal(err)
	}
	if card.URL != at+"/a" || card.Title != "The harbour series & more" || card.Text != "Six prints" || card.Site != "Studio" || card.FetchedAt.IsZero() {
		t.Errorf("card %+v", card)
	}
	if card.Picture == nil || card.Picture.Bytes != 7 || len(pictures.files) != 1 {
		t.Errorf("picture %+v of %q", card.Picture, pictures.files)
	}
}

func TestAPageInAnyEncodingIsRead(t *testing.T) {
	at, r, _ := serve(t, map[string]http.HandlerFunc{
		"/header": page("text/html; charset=windows-1251", "<title>\xcf\xf0\xe8\xe2\xe5\xf2</title>"),
		"/meta":   page("text/html", "<meta charset=gbk><title>\xc4\xe3\xba\xc3</title>"),
		"/latin":  page("text/html; charset=iso-8859-1", "<title>bl\xe5b\xe6r</title>"),
		"/none":   page("text/html", "<p>no title at all"),
	})
	for path, want := range map[string]string{"/header": "Привет", "/meta": "你好", "/latin": "blåbær", "/none": "127.0.0.1"} {
		card, err := r.Card(t.Context(), at+path)
		if err != nil || card.Title != want {
			t.Errorf("%s: %q, %v; want %q", path, card.Title, err, want)
		}
	}
}

func TestABadPictureLeavesTheCardGood(t *testing.T) {
	at, r, _ := serve(t, map[string]http.HandlerFunc{
		"/broken": page("text/html", `<title>t</title><meta property="og:image" content="/b.png">`),
		"/b.png":  page("image/png", "broken"),
		"/gone":   page("text/html", `<title>t</title><meta property="og:image" content="/nothing">`),
		"/script": page("text/html", `<title>t</title><meta property="og:image" content="javascript:alert(1)">`),
		"/huge":   page("text/html", `<title>t</title><meta property="og:image" content="/h.png">`),
		"/h.png":  page("image/png", strings.Repeat("x", maxPicture+1)),
	})
	for _, path := range []string{"/broken", "/gone", "/script", "/huge"} {
		card, err := r.Card(t.Context(), at+path)
		if err != nil || card.Title != "t" || card.Picture != nil {
			t.Errorf("%s: %+v, %v", path, card, err)
		}
	}
}

func TestPrivateAddressesAreNotLookedAt(t *testing.T) {
	hits := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits++ }))
	defer server.Close()
	r := New("Postbag/test", &album{})
	local := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	for _, address := range []string{server.URL, local, "http://[::1]:1/", "http://169.254.169.254/latest/meta-data"} {
		_, err := r.Card(t.Context(), address)
		var field *domain.FieldError
		if !errors.As(err, &field) || field.Field != "link" {
			t.Errorf("%s: %v", address, err)
		}
	}
	if hits != 0 {
		t.Errorf("the local server was asked %d times", hits)
	}
}

func TestARedirectToAPrivateAddressIsNotFollowed(t *testing.T) {
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the private page was asked") }))
	defer inner.Close()
	private := netip.MustParseAddrPort(strings.TrimPrefix(inner.URL, "http://"))
	outer := httptest.NewUnstartedServer(http.RedirectHandler(inner.URL, http.StatusFound))
	outer.Start()
	defer outer.Close()
	asked := 0
	r := newReader("Postbag/test", &album{}, func(netip.Addr) bool { asked++; return asked == 1 && private.IsValid() })
	_, err := r.Card(t.Context(), outer.URL)
	var field *domain.FieldError
	if !errors.As(err, &field) || asked < 2 {
		t.Errorf("got %v after %d checks", err, asked)
	}
}

func TestOnlyPublicAddressesArePublic(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1:248:1893:25c8:1946": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.1.1": false, "0.0.0.0": false,
		"100.64.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false, "fe80::1": false, "fd00::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "198.18.0.1": false, "::": false,
	} {
		if got := Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestWhatIsNoPageIsSaid(t *testing.T) {
	at, r, _ := serve(t, map[string]http.HandlerFunc{
		"/file":  page("application/pdf", "%PDF"),
		"/never": http.RedirectHandler("/never", http.StatusFound).ServeHTTP,
		"/away":  http.RedirectHandler("ftp://e.org/", http.StatusFound).ServeHTTP,
	})
	for _, path := range []string{"/file", "/missing", "/never"} {
		_, err := r.Card(t.Context(), at+path)
		var e *network.Error
		if !errors.As(err, &e) || e.Kind != network.NotSent {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, address := range []string{at + "/away", "ftp://e.org", "https://", "javascript:alert(1)", "file:///etc/passwd", "http://me:secret@e.org", "https://e.org/" + strings.Repeat("x", maxAddress)} {
		_, err := r.Card(t.Context(), address)
		var field *domain.FieldError
		if !errors.As(err, &field) {
			t.Errorf("%.60s: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats a password: %v", err)
		}
	}
}

func TestALongTitleEndsWithAWord(t *testing.T) {
	got := tidy(strings.Repeat("word ", 100), 20)
	if got != "word word word…" {
		t.Errorf("got %q", got)
	}
	if got := tidy("a\u202eb\x00c\n\td", 20); got != "abc d" {
		t.Errorf("got %q", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`<title>x</title><meta property=og:title content=y>`), "text/html; charset=gbk")
	f.Add([]byte("<meta<meta charset=utf-16><title"), "")
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		got, err := read(body, kind)
		if err == nil && (len([]rune(got.title)) > maxTitle || strings.ContainsAny(got.title+got.text, "\n\x00")) {
			t.Errorf("%q", got.title)
		}
	})
}
