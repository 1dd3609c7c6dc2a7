package httpcall

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"postbag/backend/network"
)

func TestAKeyStandsWhereItsMarkWas(t *testing.T) {
	s := answering(t, fine)
	r := network.Request{
		Method: "POST", URL: s.url() + "/bot{key}/send?k={key}&t=%7Bkey%7D", Key: network.NewSecret("123:AA-b_c"),
		Header: map[string]string{"Api-Key": "{key}", "Accept": "a/b"},
	}
	if _, _, err := sent(t.Context(), New(nil), r); err != nil {
		t.Fatal(err)
	}
	got := s.got()[0]
	if got.RequestURI != "/bot123:AA-b_c/send?k=123:AA-b_c&t=%7Bkey%7D" || got.Header.Get("Api-Key") != "123:AA-b_c" {
		t.Errorf("asked for %s with %v", got.RequestURI, got.Header)
	}
	if r.Header["Api-Key"] != network.KeyMark || strings.Contains(r.Hash()+r.URL, "123") {
		t.Error("the caller's request has the key in it")
	}
}

func TestAKeyThatWouldChangeTheRequestIsNotSent(t *testing.T) {
	c := New(nil, Dial(func(context.Context, string, string) (net.Conn, error) {
		t.Error("a connection was made")
		return nil, errors.New("no")
	}))
	type header = map[string]string
	for name, r := range map[string]network.Request{
		"another path":       {URL: "https://example.org/{key}/x", Key: network.NewSecret("s3cret/../admin")},
		"a query":            {URL: "https://example.org/{key}", Key: network.NewSecret("s3cret?a=b")},
		"an escape":          {URL: "https://example.org/{key}", Key: network.NewSecret("s3cret%2f")},
		"a line":             {URL: "https://example.org/{key}", Key: network.NewSecret("s3cret\r\nX: y")},
		"a line in a header": {URL: "https://example.org/", Key: network.NewSecret("s3cret\r\nX: y"), Header: header{"Api-Key": "{key}"}},
		"another host":       {URL: "https://{key}/", Key: network.NewSecret("s3cret.example")},
		"a part of the host": {URL: "https://a{key}.example/", Key: network.NewSecret("s3cret")},
		"a user":             {URL: "https://{key}@example.org/", Key: network.NewSecret("s3cret")},
		"a fragment":         {URL: "https://example.org/#{key}", Key: network.NewSecret("s3cret")},
		"no key":             {URL: "https://example.org/{key}"},
		"no key of a header": {URL: "https://example.org/", Header: header{"Api-Key": "{key}"}},
		"no place for it":    {URL: "https://example.org/", Key: network.NewSecret("s3cret")},
		"letters of others":  {URL: "https://example.org/{key}", Key: network.NewSecret("s3cretø")},
	} {
		_, err := c.Send(t.Context(), r, func() error {
			t.Errorf("%s: the intent was written", name)
			return nil
		})
		if network.KindOf(err) != network.NotSent {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error tells the key: %v", name, err)
		}
	}
}

func TestAServerThatCannotBeReachedDoesNotTellTheKey(t *testing.T) {
	s := answering(t, "garbage s3cret\r\n\r\n")
	r := network.Request{Method: "POST", URL: s.url() + "/{key}", Key: network.NewSecret("s3cret")}
	_, _, err := sent(t.Context(), New(nil), r)
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}
