package bluesky

import (
	"testing"

	"postbag/backend/network"
)

func TestAPostIsToldByItsAddress(t *testing.T) {
	a := network.Account{RemoteID: "did:plc:abc", Handle: "ada.example"}
	const id = "at://did:plc:abc/app.bsky.feed.post/3kdgeujwlq32y"
	for link, want := range map[string]struct {
		id string
		ok bool
	}{
		id: {id, true},
		"https://bsky.app/profile/did:plc:abc/post/3kdgeujwlq32y":   {id, true},
		"https://bsky.app/profile/Ada.Example/post/3kdgeujwlq32y/":  {id, true},
		"https://bsky.app/profile/bob.example/post/3kdgeujwlq32y":   {"", false},
		"https://bsky.app/profile/ada.example":                      {"", false},
		"https://bsky.app/profile/ada.example/post/nonsense":        {"", false},
		"at://did:plc:other/app.bsky.feed.post/3kdgeujwlq32y":       {"", false},
		"at://did:plc:abc/app.bsky.feed.like/3kdgeujwlq32y":         {"", false},
		"https://elsewhere.example/ada.example/3kdgeujwlq32y":       {"", true},
		"http://bsky.app/profile/ada.example/post/3kdgeujwlq32y":    {"", false},
		"https://a:b@bsky.app/profile/did:plc:abc/post/3kdgeujwlq2": {"", false},
	} {
		got, ok := New().Linked(a, link)
		if ok != want.ok || ok && (got.RemoteID != want.id || got.URL == "") {
			t.Errorf("%q is %+v %t, want %+v", link, got, ok, want)
		}
	}
}
