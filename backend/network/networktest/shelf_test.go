package networktest_test

import (
	"bytes"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

func TestWhatIsPutOnAShelfStandsAtItsAddress(t *testing.T) {
	files, s := networktest.NewFiles(), networktest.NewShelf()
	m := files.Picture("image/jpeg", 1, 0)
	r := network.Request{
		Method: "PUT", URL: "shelf:///channel-1/delivery-1", Header: map[string]string{"Content-Type": m.Type}, Body: network.Body{{File: m.File()}},
	}
	if reply, err := s.Send(t.Context(), r, nil); err != nil || reply.OK() {
		t.Errorf("without files: %+v, %v", reply, err)
	}
	s.UseFiles(files)
	intents, addresses := 0, map[string]bool{}
	for range 2 {
		reply, err := s.Carrier().Send(t.Context(), r, func() error { intents++; return nil })
		if err != nil || reply.Status != 201 {
			t.Fatalf("%+v, %v", reply, err)
		}
		address := reply.Header["Location"]
		addresses[address] = true
		if f, ok := s.Get(address); !ok || f.Folder != "channel-1" || f.Delivery != "delivery-1" || f.Type != m.Type || !bytes.Equal(f.Bytes, files.Bytes(m)) {
			t.Errorf("at %q stands %+v %t", address, f, ok)
		}
	}
	if intents != 2 || len(addresses) != 2 || s.Addresses() != 2 {
		t.Errorf("%d intents, %v, %d files", intents, addresses, s.Addresses())
	}
	for name, change := range map[string]func(r *network.Request){
		"another method": func(r *network.Request) { r.Method = "GET" },
		"no delivery":    func(r *network.Request) { r.URL = "shelf:///channel-1" },
		"no type":        func(r *network.Request) { r.Header = nil },
		"bytes":          func(r *network.Request) { r.Body = network.Bytes([]byte("x")) },
	} {
		wrong := r
		if change(&wrong); name != "" {
			if reply, err := s.Send(t.Context(), wrong, nil); err != nil || reply.OK() {
				t.Errorf("%s: %+v, %v", name, reply, err)
			}
		}
	}
	if s.Clear(); s.Addresses() != 0 {
		t.Error("it was cleared, and is not empty")
	}
}
