package api

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// CodeByHand is the code of the call that handed a delivery to the person who posts it.
const CodeByHand = network.CodeByHand

// Handed is what a person needs who posts a delivery themselves.
type Handed struct {
	Folder  string   `json:"folder"`  // the whole path; it is there once the delivery is due
	Address string   `json:"address"` // of the folder: what a person answers with who posted it and has no link
	Page    string   `json:"page"`    // where they post, "" if that is not known
	Texts   []string `json:"texts"`   // of each part, as it is pasted
}

// Handed says what to post and where, of a delivery that a person posts themselves.
func (s *QueueService) Handed(id string) (_ Handed, err error) {
	defer s.done(&err)
	d, err := s.DB.Delivery(s.ctx, domain.DeliveryID(id))
	if err != nil {
		return Handed{}, fmt.Errorf("delivery %q: %w", id, err)
	}
	c, err := s.DB.Channel(s.ctx, d.Channel)
	if err != nil {
		return Handed{}, err
	}
	n, ok := s.Networks.Get(c.Network)
	hander, by := n.(network.Hander)
	if !ok || !by || s.Dir == nil {
		return Handed{}, fmt.Errorf("delivery %q goes out by itself: %w", id, domain.ErrNotAllowed)
	}
	plan, err := queue.Thaw(d)
	if err != nil {
		return Handed{}, err
	}
	h := hander.Handed(plan)
	out := Handed{
		Folder: filepath.Join(s.Dir.Channels(), string(c.ID), filepath.FromSlash(h.Folder)),
		Page:   pageOf(n, c), Texts: append([]string{}, h.Texts...),
	}
	path := filepath.ToSlash(out.Folder)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	out.Address = (&url.URL{Scheme: "file", Path: path}).String()
	return out, nil
}

// pageOf is the page of a channel that a person can open, "" if that is not known.
func pageOf(n network.Network, c domain.Channel) string {
	profiler, ok := n.(network.Profiler)
	if !ok {
		return ""
	}
	return profiler.Profile(network.Account{RemoteID: c.RemoteID, Handle: c.Handle, Server: c.Server, Options: c.Options})
}
