package httpcall

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"postbag/backend/network"
)

const (
	// maxHeader is the most that is read of an answer before its body, in bytes.
	maxHeader = 256 << 10
	// leave is how long a large body waits for "100 Continue" before it goes all the same
	// (RFC 9110, 10.1.1: not for ever).
	leave = time.Second
)

var (
	errTooLong = errors.New("the answer is too long")
	errNotHTTP = errors.New("the answer is not HTTP")
	errUnasked = errors.New("the answer came before the body was asked for")
)

// exchange writes the message and reads the one answer, both at once. It returns only when
// both have ended, and leaves the connection for the caller to close.
func exchange(conn connection, m message) (network.Reply, error) {
	proceed, answered := make(chan struct{}), make(chan struct{})
	written := make(chan error, 1)
	go func() {
		err := write(conn, m, proceed, answered)
		if errors.Is(err, network.ErrMediaChanged) {
			conn.interrupt() // the server must not wait for a rest that will not come
		}
		written <- err
	}()
	reply, err := read(conn, m.method, proceed, answered)
	conn.interrupt() // a body nobody wants any more
	if werr := <-written; err != nil && errors.Is(werr, network.ErrMediaChanged) {
		return network.Reply{}, werr
	}
	return reply, err
}

// write sends the head and the body. A failure of the connection is not reported further: the
// server may have answered before it, and then the answer is what counts.
func write(conn connection, m message, proceed, answered <-chan struct{}) error {
	w := bufio.NewWriterSize(conn, chunk)
	_, _ = w.Write(m.head) // bufio keeps an error for Flush
	if m.expect {
		if err := w.Flush(); err != nil {
			return err
		}
		late := time.NewTimer(leave)
		defer late.Stop()
		select {
		case <-proceed:
		case <-late.C:
		case <-answered:
			return errUnasked
		}
	}
	if err := m.body.writeTo(w); err != nil {
		return err
	}
	return w.Flush()
}

// read returns the final answer. It closes proceed when the server gives leave to send the
// body, and answered when there is no more reason to begin with it.
func read(conn connection, method string, proceed, answered chan<- struct{}) (network.Reply, error) {
	b := &bounded{r: conn, left: maxHeader}
	answer, err := readHead(bufio.NewReader(b), method, proceed)
	close(answered)
	if err != nil {
		return network.Reply{}, err
	}
	defer func() { _ = answer.Body.Close() }()

	reply := network.Reply{Status: answer.StatusCode, Header: make(map[string]string, len(answer.Header))}
	for name, values := range answer.Header {
		reply.Header[name] = values[0]
	}
	if answer.StatusCode == http.StatusSwitchingProtocols {
		return reply, nil // nobody asked for it, and what follows is not HTTP
	}
	if answer.ContentLength > network.MaxReply && method != http.MethodHead {
		return network.Reply{}, errTooLong
	}
	b.left = 2*network.MaxReply + maxHeader // a chunked body has its lengths written between
	reply.Body, err = io.ReadAll(io.LimitReader(answer.Body, network.MaxReply+1))
	switch {
	case err != nil:
		return network.Reply{}, fmt.Errorf("read the answer: %w", plain(err))
	case len(reply.Body) > network.MaxReply:
		return network.Reply{}, errTooLong
	}
	return reply, nil
}

// readHead reads answers up to the final one, whose body is left to be read. How many there
// can be before it is bounded by their length together.
func readHead(r *bufio.Reader, method string, proceed chan<- struct{}) (*http.Response, error) {
	asked := &http.Request{Method: method}
	for {
		answer, err := http.ReadResponse(r, asked)
		if err != nil {
			return nil, plain(err)
		}
		switch {
		case answer.ProtoMajor != 1 || answer.StatusCode < 100:
			_ = answer.Body.Close()
			return nil, errNotHTTP
		case answer.StatusCode >= 200 || answer.StatusCode == http.StatusSwitchingProtocols:
			return answer, nil
		case answer.StatusCode == http.StatusContinue && proceed != nil:
			close(proceed)
			proceed = nil
		}
		_ = answer.Body.Close() // an interim answer has none
	}
}

// plain returns what may be told of an error in reading an answer. Go's own errors quote the
// answer, which may quote the request.
func plain(err error) error {
	if errors.Is(err, errTooLong) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if e, ok := errors.AsType[net.Error](err); ok {
		return e
	}
	return errNotHTTP
}

// bounded fails when more than left bytes were read.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
