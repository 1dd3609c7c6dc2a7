package mastodon

import (
	"testing"

	"postbag/backend/network"
)

func TestAPostIsToldByItsAddress(t *testing.T) {
	a := network.Account{Server: "https://social.example", Handle: "ada@social.example", RemoteID: "1"}
	for link, want := range map[string]struct {
		id string
		ok bool
	}{
		"https://social.example/@ada/110":                  {"110", true},
		" https://Social.Example/@ADA/110?x=1#y\n":         {"110", true},
		"https://social.example/users/ada/statuses/110":    {"110", true},
		"https://social.example/@ada/statuses/01HX":        {"01HX", true},
		"https://social.example/notice/AbC":                {"", true},
		"https://social.example/@bob/110":                  {"", false},
		"https://social.example/@ada":                      {"", false},
		"https://social.example/":                          {"", false},
		"https://other.example/@ada/110":                   {"", false},
		"https://name:secret@social.example/@ada/110":      {"", false},
		"javascript:alert(1)":                              {"", false},
		"not an address at all":                            {"", false},
		"https://social.example/users/bob/statuses/110":    {"", false},
		"https://social.example/@ada/110/with/more/pieces": {"", false},
	} {
		if got, ok := New().Linked(a, link); ok != want.ok || got.RemoteID != want.id || ok && got.URL == "" {
			t.Errorf("%q is %+v %t, want %+v", link, got, ok, want)
		}
	}
}
