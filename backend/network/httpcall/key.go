package httpcall

import (
	"maps"
	"net/url"
	"strings"

	"postbag/backend/network"
)

// inAddress are the characters, besides letters and digits, that a key may have in an address: none of
// them ends a part of it or begins another.
const inAddress = "-._~:"

// withKey puts a request's key where its mark stands. Errors repeat neither.
func withKey(r network.Request) (network.Request, error) {
	key := r.Key.Reveal()
	used := false
	if strings.Contains(r.URL, network.KeyMark) {
		u, err := url.Parse(r.URL)
		switch {
		case err != nil || strings.Contains(u.Host, network.KeyMark) || u.User != nil || u.Fragment != "":
			return r, refused("the address cannot be read")
		case key == "" || strings.ContainsFunc(key, outsideAddress):
			return r, refused("its key cannot stand in an address")
		}
		r.URL = strings.ReplaceAll(r.URL, network.KeyMark, key)
		used = true
	}
	header := maps.Clone(r.Header) // the caller keeps the mark
	for name, value := range r.Header {
		if !strings.Contains(value, network.KeyMark) {
			continue
		}
		if key == "" {
			return r, refused("it has no key")
		}
		header[name] = strings.ReplaceAll(value, network.KeyMark, key)
		used = true
	}
	r.Header = header
	if key != "" && !used {
		return r, refused("its key has no place in it")
	}
	return r, nil
}

func outsideAddress(r rune) bool {
	switch {
	case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
		return false
	}
	return !strings.ContainsRune(inAddress, r)
}
