package webhooktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Receiver is the example of docs/webhook.md, which shows everything from here on. It calls save once
// for each post, and answers the same key again with what it answered before.
func Receiver(secret string, save func(document []byte, file func(name string) (io.ReadCloser, error)) (id, url string, err error)) http.Handler {
	var one sync.Mutex             // one post at a time, so that the same key twice is never two at once
	answers := map[string][]byte{} // by key; a real receiver keeps them where its posts are, for a day
	const largest = 1_100_000_000  // bytes: what the pictures and films of a post may have, and its text
	const inMemory = 10_000_000    // bytes; larger forms go to temporary files
	const hello = `{"postbag":1,"name":"My site","remembers":86400}`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, largest)
		var document []byte
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
			if r.ParseMultipartForm(inMemory) == nil {
				document = []byte(r.FormValue("post"))
			}
		} else {
			document, _ = io.ReadAll(r.Body)
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(document)
		if !hmac.Equal([]byte(r.Header.Get("Postbag-Signature")), []byte("sha256="+hex.EncodeToString(mac.Sum(nil)))) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var post struct{ Type, Key string }
		if json.Unmarshal(document, &post) != nil || post.Type != "ping" && post.Type != "post" {
			w.WriteHeader(http.StatusNotImplemented)
			return
		}
		if post.Type == "ping" {
			_, _ = io.WriteString(w, hello)
			return
		}
		one.Lock()
		defer one.Unlock()
		if answers[post.Key] == nil {
			id, url, err := save(document, func(name string) (io.ReadCloser, error) {
				f, _, err := r.FormFile(name) // compare its SHA-256 with the one in the document
				return f, err
			})
			if err != nil { // save has published nothing
				w.WriteHeader(http.StatusUnprocessableEntity)
				_ = json.NewEncoder(w).Encode(map[string]string{"refused": err.Error()})
				return
			}
			answers[post.Key], _ = json.Marshal(map[string]string{"id": id, "url": url})
		}
		_, _ = w.Write(answers[post.Key])
	})
}
