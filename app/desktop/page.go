package desktop

import (
	"bytes"
	_ "embed"
	"io/fs"
	"net/http"
	"strings"
)

// shellScript guards the page: it is not left, and dropping a file on it does not replace it.
//
//go:embed shell.js
var shellScript []byte

// shellPath is where the page finds it.
const shellPath = "/shell.js"

// policy is the content policy of the page: nothing from elsewhere, and no script that is not a
// file of ours. Styles may be inline because parts that bring their own put them into the page at
// run time. media is the origin of the loopback listener for video, "" if there is none.
func policy(media string) string {
	sources := "'self' blob:"
	if media != "" {
		sources += " " + media
	}
	return "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
		"font-src 'self'; media-src " + sources + "; connect-src 'self' blob:; worker-src 'self' blob:; " +
		"base-uri 'none'; form-action 'none'; frame-src 'none'; object-src 'none'"
}

// pages answers what the page asks of its own address: its files, its guard, pictures, and a place
// for what is pasted.
type pages struct {
	policy string
	index  []byte       // with the guard in it
	media  http.Handler // of /media/, or nil
	upload http.Handler // of /upload, or nil
}

// newPages prepares the page's answers.
func newPages(page fs.FS, mediaOrigin string, media, upload http.Handler) (*pages, error) {
	index, err := fs.ReadFile(page, "index.html")
	if err != nil {
		return nil, err
	}
	return &pages{policy: policy(mediaOrigin), index: guarded(index), media: media, upload: upload}, nil
}

// guarded puts the guard before everything else the page runs.
func guarded(index []byte) []byte {
	tag := []byte(`<script src="` + shellPath + `"></script>`)
	at := bytes.Index(index, []byte("<head>"))
	if at < 0 {
		return append(tag, index...)
	}
	at += len("<head>")
	return append(append(append([]byte{}, index[:at]...), tag...), index[at:]...)
}

// middleware stands before the window library's own handler of the page's files.
func (p *pages) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", p.policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		switch path := r.URL.Path; {
		case path == "/" || path == "/index.html":
			send(w, "text/html; charset=utf-8", p.index)
		case path == shellPath:
			send(w, "text/javascript; charset=utf-8", shellScript)
		case strings.HasPrefix(path, "/media/"):
			if p.media == nil {
				http.NotFound(w, r)
				return
			}
			p.media.ServeHTTP(w, r)
		case path == "/upload" && p.upload != nil:
			p.upload.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func send(w http.ResponseWriter, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // the page is gone if this fails
}
