package shelf

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// signer makes the Authorization of requests to S3 (Amazon S3 API Reference, "Authenticating requests:
// using the Authorization header (AWS Signature Version 4)", 2025). The four examples of that page are a
// test.
type signer struct {
	id, secret, region string
}

// signed is a request as it is signed: what goes over the wire is the same, to the letter.
type signed struct {
	method  string
	host    string
	path    string            // encoded by encode, with the slashes
	query   map[string]string // not encoded
	header  map[string]string // canonical names; all of them are signed
	payload string            // SHA-256 of the body, lower-case hex
}

// authorize adds the headers that sign r at a time, and returns all headers.
func (s signer) authorize(r signed, at time.Time) map[string]string {
	at = at.UTC()
	header := maps.Clone(r.header)
	if header == nil {
		header = map[string]string{}
	}
	header["X-Amz-Content-Sha256"] = r.payload
	header["X-Amz-Date"] = at.Format("20060102T150405Z")

	values := map[string]string{"host": r.host}
	for name, value := range header {
		values[strings.ToLower(name)] = strings.Join(strings.Fields(value), " ")
	}
	names := slices.Sorted(maps.Keys(values))
	var canonical strings.Builder
	fmt.Fprintf(&canonical, "%s\n%s\n%s\n", r.method, r.path, queryOf(r.query))
	for _, name := range names {
		fmt.Fprintf(&canonical, "%s:%s\n", name, values[name])
	}
	list := strings.Join(names, ";")
	fmt.Fprintf(&canonical, "\n%s\n%s", list, r.payload)

	day := at.Format("20060102")
	scope := day + "/" + s.region + "/s3/aws4_request"
	sum := sha256.Sum256([]byte(canonical.String()))
	what := "AWS4-HMAC-SHA256\n" + header["X-Amz-Date"] + "\n" + scope + "\n" + hex.EncodeToString(sum[:])
	key := []byte("AWS4" + s.secret)
	for _, step := range []string{day, s.region, "s3", "aws4_request", what} {
		h := hmac.New(sha256.New, key)
		_, _ = h.Write([]byte(step))
		key = h.Sum(nil)
	}
	header["Authorization"] = fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x", s.id, scope, list, key)
	return header
}

// queryOf writes a query sorted and encoded, as it is signed and as it is sent.
func queryOf(query map[string]string) string {
	var parts []string
	for name, value := range query {
		parts = append(parts, encode(name, false)+"="+encode(value, false))
	}
	slices.Sort(parts)
	return strings.Join(parts, "&")
}

// encode percent-encodes all but the unreserved characters of RFC 3986, and slashes if they are kept.
func encode(s string, slashes bool) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '.', c == '_', c == '~', slashes && c == '/':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
