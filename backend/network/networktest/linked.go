package networktest

import (
	"testing"

	"postbag/backend/network"
)

// linked: a person who pastes the address of a post says which post it is.
func (s suite) linked(t *testing.T) {
	linker, ok := s.n.(network.Linker)
	if !ok {
		return
	}
	b := s.bench(t)
	receipt := b.must(b.journal(), b.hello(1))
	got, ok := linker.Linked(b.account, receipt.URL)
	if !ok || got.RemoteID != receipt.RemoteID || got.URL == "" {
		t.Errorf("the post at its own address is %+v %t, want the id %q", got, ok, receipt.RemoteID)
	}
	for _, link := range []string{"", "not an address", "javascript:alert(1)", "https://", "http://%zz"} {
		if got, ok := linker.Linked(b.account, link); ok {
			t.Errorf("%q is the post %+v", link, got)
		}
	}
}
