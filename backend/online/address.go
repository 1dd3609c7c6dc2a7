package online

import (
	"net"
	"slices"
	"sync"
)

// Addresses notices that this machine came to have a way out: an address it did not have when it
// was asked last. It may be used by many goroutines.
type Addresses struct {
	list func() ([]net.Addr, error)

	mu   sync.Mutex
	have []string
}

// NewAddresses looks at the machine's addresses once. list is net.InterfaceAddrs where it is nil.
func NewAddresses(list func() ([]net.Addr, error)) *Addresses {
	if list == nil {
		list = net.InterfaceAddrs
	}
	a := &Addresses{list: list}
	a.have, _ = a.read()
	return a
}

// Returned looks again and reports whether there is an address that was not there.
func (a *Addresses) Returned() bool {
	now, err := a.read()
	if err != nil {
		return false // what cannot be read says nothing
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	fresh := slices.ContainsFunc(now, func(s string) bool { return !slices.Contains(a.have, s) })
	a.have = now
	return fresh
}

// Any reports whether there was an address that leads out of this machine when that was asked last.
func (a *Addresses) Any() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.have) > 0
}

// read lists what leads out of this machine. IPv6 addresses count by their network: hosts draw new
// ones all day (RFC 8981).
func (a *Addresses) read() ([]string, error) {
	all, err := a.list()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, address := range all {
		n, ok := address.(*net.IPNet)
		if !ok || !n.IP.IsGlobalUnicast() {
			continue
		}
		key := n.IP.String()
		if n.IP.To4() == nil {
			key = (&net.IPNet{IP: n.IP.Mask(n.Mask), Mask: n.Mask}).String()
		}
		out = append(out, key)
	}
	return out, nil
}
