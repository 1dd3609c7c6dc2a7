package shelf

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

// The examples of Amazon S3 API Reference, "Authenticating requests: using the Authorization header
// (AWS Signature Version 4)", with their published signatures.
func TestSignaturesAreThoseThatAmazonPublished(t *testing.T) {
	s := signer{id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region: "us-east-1"}
	at := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	sum := sha256.Sum256([]byte("Welcome to Amazon S3."))
	for _, example := range []struct {
		name, list, signature string
		request               signed
	}{
		{
			"GET object", "host;range;x-amz-content-sha256;x-amz-date", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
			signed{method: "GET", path: "/test.txt", header: map[string]string{"Range": "bytes=0-9"}, payload: noBytes},
		},
		{
			"PUT object", "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
			signed{
				method: "PUT", path: "/" + encode("test$file.text", true), payload: hex.EncodeToString(sum[:]),
				header: map[string]string{"Date": "Fri, 24 May 2013 00:00:00 GMT", "X-Amz-Storage-Class": "REDUCED_REDUNDANCY"},
			},
		},
		{
			"GET bucket lifecycle", "host;x-amz-content-sha256;x-amz-date", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
			signed{method: "GET", path: "/", query: map[string]string{"lifecycle": ""}, payload: noBytes},
		},
		{
			"GET bucket", "host;x-amz-content-sha256;x-amz-date", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
			signed{method: "GET", path: "/", query: map[string]string{"prefix": "J", "max-keys": "2"}, payload: noBytes},
		},
	} {
		example.request.host = "examplebucket.s3.amazonaws.com"
		got := s.authorize(example.request, at.In(time.FixedZone("somewhere", 3*3600)))
		want := "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=" +
			example.list + ", Signature=" + example.signature
		if got["Authorization"] != want || got["X-Amz-Date"] != "20130524T000000Z" {
			t.Errorf("%s:\ngot  %s\nwant %s", example.name, got["Authorization"], want)
		}
		if _, changed := example.request.header["Authorization"]; changed {
			t.Errorf("%s: the caller's headers were changed", example.name)
		}
	}
}

func TestEverythingButTheUnreservedIsEncoded(t *testing.T) {
	if got := encode("a b/ø+'(~)*!.jpg", true); got != "a%20b/%C3%B8%2B%27%28~%29%2A%21.jpg" {
		t.Error(got)
	}
	if got := encode("a/b", false); got != "a%2Fb" {
		t.Error(got)
	}
}

func TestAmazonsBucketIsInTheHostsName(t *testing.T) {
	for place, want := range map[Place]string{
		{Address: "https://s3.eu-north-1.amazonaws.com", Bucket: "press"}:          "https://press.s3.eu-north-1.amazonaws.com/media/x.jpg",
		{Address: "https://s3.eu-north-1.amazonaws.com", Bucket: "press.example"}:  "https://s3.eu-north-1.amazonaws.com/press.example/media/x.jpg",
		{Address: "https://account.r2.cloudflarestorage.com", Bucket: "press"}:     "https://account.r2.cloudflarestorage.com/press/media/x.jpg",
		{Address: "https://amazonaws.com.example.org", Bucket: "press"}:            "https://amazonaws.com.example.org/press/media/x.jpg",
		{Address: "https://s3.eu-north-1.amazonaws.com:8443", Bucket: "press-two"}: "https://press-two.s3.eu-north-1.amazonaws.com:8443/media/x.jpg",
	} {
		place.Folder = "media"
		s, err := newS3(place, secret("s"), Parts{Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		r := s.request("PUT", s.key("x.jpg"), nil, nil, noBytes)
		if r.URL != want {
			t.Errorf("%s, want %s", r.URL, want)
		}
		if header := r.Header["Authorization"]; strings.Contains(header, "Credential=s") {
			t.Error("the secret is in the header")
		}
	}
}
