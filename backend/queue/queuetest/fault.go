package queuetest

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"syscall"
)

// Fault is what goes wrong with one request that publishes.
type Fault string

// What a server can do to a request that reached it.
const (
	None        Fault = ""
	ResetBefore Fault = "reset before" // the request is read and nothing is saved
	ResetAfter  Fault = "reset after"  // saved, then the connection is cut
	Ghost       Fault = "ghost"        // the connection is cut now, it is saved later
	Error       Fault = "500 before"
	ErrorAfter  Fault = "500 after"   // saved, then a server error is answered
	GatewayLate Fault = "504 after"   // saved, then the gateway in front loses patience
	Unavailable Fault = "503"         // nothing saved
	Throttled   Fault = "429"         // nothing saved, asks to wait 7 seconds
	Garbage     Fault = "garbage"     // saved, then success and nonsense
	NoID        Fault = "no id"       // saved, then success without an id
	Torn        Fault = "torn"        // saved, then the answer ends in its middle
	SlowLoris   Fault = "slow loris"  // saved, then the answer comes a byte at a time
	Refused     Fault = "422"         // a documented refusal, nothing saved
	Captive     Fault = "captive"     // a portal answers in the server's place, with success; nothing saved
	Redirect    Fault = "redirect"    // a portal sends elsewhere; nothing saved
	Moved       Fault = "moved after" // saved, then a redirect that keeps the method
)

// What can go wrong before a server is reached. Dialer plays these.
const (
	DialRefused Fault = "connection refused"
	DialReset   Fault = "connection reset"
	DialDNS     Fault = "no such host"
	DialTLS     Fault = "wrong certificate"
)

// Before lists the faults that leave nothing behind and prove it: the request never left.
func Before() []Fault { return []Fault{DialRefused, DialReset, DialDNS, DialTLS} }

// Lost lists the faults after which nobody can know from the answer whether it was saved.
func Lost() []Fault {
	return []Fault{
		ResetBefore, ResetAfter, Ghost, Error, ErrorAfter, GatewayLate, Unavailable, Garbage, NoID, Torn, Captive,
		Redirect, Moved,
	}
}

// Saved reports whether a server that plays f has the post when it answers.
func (f Fault) Saved() bool {
	switch f {
	case None, ResetAfter, ErrorAfter, GatewayLate, Garbage, NoID, Torn, SlowLoris, Moved:
		return true
	case ResetBefore, Ghost, Error, Unavailable, Throttled, Refused, Captive, Redirect, DialRefused, DialReset, DialDNS, DialTLS:
	}
	return false
}

// Script says what becomes of each request in turn. It is called with the ledger's lock held.
type Script func() Fault

// Always plays one fault for ever.
func Always(f Fault) Script { return func() Fault { return f } }

// Once plays faults one after the other, then none.
func Once(list ...Fault) Script {
	return func() Fault {
		if len(list) == 0 {
			return None
		}
		f := list[0]
		list = list[1:]
		return f
	}
}

// Storm plays a fault n times in a row, then none.
func Storm(f Fault, n int) Script {
	return func() Fault {
		if n--; n >= 0 {
			return f
		}
		return None
	}
}

// Random plays one of list by seed, evenly. Repeat a fault to make it likelier.
func Random(seed uint64, list ...Fault) Script {
	luck := rand.New(rand.NewPCG(seed, 0x6661756c74))
	return func() Fault { return list[luck.IntN(len(list))] }
}

// Dialer opens connections, or fails as script says: what happens here happens before the first
// byte of a request. The error of a wrong certificate is what a TLS handshake would fail with.
func Dialer(script Script) func(ctx context.Context, network, address string) (net.Conn, error) {
	var mu sync.Mutex
	dialer := &net.Dialer{}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		f := script()
		mu.Unlock()
		if err, fails := map[Fault]error{
			DialRefused: os.NewSyscallError("connect", syscall.ECONNREFUSED),
			DialReset:   os.NewSyscallError("connect", syscall.ECONNRESET),
			DialDNS:     &net.DNSError{Err: "no such host", Name: address, IsNotFound: true},
			DialTLS:     &tls.CertificateVerificationError{Err: errors.New("the certificate is not yet valid")},
		}[f]; fails {
			return nil, &net.OpError{Op: "dial", Net: network, Err: err}
		}
		return dialer.DialContext(ctx, network, address)
	}
}
