package shelf

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
)

// A name is
//
//	postbag- | 26 letters at random | 13 letters of seal | .jpg
const (
	namePrefix  = "postbag-"
	randomChars = 26 // of rand.Text: 130 bits
	sealChars   = 13 // 64 bits
)

// endings are what media are called, by their type. A web server that knows no types tells them by it.
var endings = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif",
	"video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm",
}

// Names makes the names of files on one shelf.
type Names struct{ key [sha256.Size]byte }

// NewNames returns the names that a key makes and knows again.
func NewNames(key []byte) Names { return Names{sha256.Sum256(key)} }

// New returns a new name for a file of a type. It fails if no network fetches files of it.
func (n Names) New(mime string) (string, error) {
	ending, ok := endings[mime]
	if !ok {
		return "", fmt.Errorf("media of the type %.60q have no place on a shelf", mime)
	}
	random := strings.ToLower(rand.Text())
	return namePrefix + random + n.seal(random+ending) + ending, nil
}

// Made reports whether New made a name with this key.
func (n Names) Made(name string) bool {
	rest, ok := strings.CutPrefix(name, namePrefix)
	if !ok || len(rest) < randomChars+sealChars {
		return false
	}
	random, seal, ending := rest[:randomChars], rest[randomChars:randomChars+sealChars], rest[randomChars+sealChars:]
	return hmac.Equal([]byte(seal), []byte(n.seal(random+ending)))
}

func (n Names) seal(of string) string {
	h := hmac.New(sha256.New, n.key[:])
	_, _ = h.Write([]byte("name of a file on a shelf\n" + of))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:8]))
}
