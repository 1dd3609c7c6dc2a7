package wscall

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
)

// quick is how long a server that says nothing is waited for.
const quick = 300 * time.Millisecond

// relay is a websocket server that counts the messages that reach it. What it says is up to a test.
type relay struct {
	*httptest.Server
	mu       sync.Mutex
	visits   int
	messages []string
	gone     chan struct{} // one for every connection that has ended
}

// visit is one connection as the server sees it.
type visit struct {
	*websocket.Conn
	context.Context
	relay *relay
}

// listen starts a server that runs serve for every connection and closes it afterwards.
func listen(t *testing.T, serve func(v visit)) *relay {
	t.Helper()
	r := &relay{gone: make(chan struct{}, 100)}
	r.Server = httptest.NewServer(r.handler(serve))
	t.Cleanup(r.Close)
	return r
}

func (r *relay) handler(serve func(v visit)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		defer func() { r.gone <- struct{}{} }()
		r.mu.Lock()
		r.visits++
		r.mu.Unlock()
		conn, err := websocket.Accept(w, q, nil)
		if err != nil {
			return
		}
		conn.SetReadLimit(-1)
		defer func() { _ = conn.CloseNow() }()
		serve(visit{conn, q.Context(), r})
	})
}

// hear reads a message into the ledger, "" when the client is gone.
func (v visit) hear() string {
	_, text, err := v.Read(v.Context)
	if err != nil {
		return ""
	}
	v.relay.mu.Lock()
	defer v.relay.mu.Unlock()
	v.relay.messages = append(v.relay.messages, string(text))
	return string(text)
}

// say sends a message; it reports false when the client is gone.
func (v visit) say(text string) bool {
	return v.Write(v.Context, websocket.MessageText, []byte(text)) == nil
}

func (r *relay) heard() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.messages)
}

func (r *relay) ws() string { return "ws" + strings.TrimPrefix(r.URL, "http") + "/path" }

func hello(servers ...string) network.Request {
	return network.Request{
		Method: Method, URL: servers[0], Body: network.Bytes([]byte(`["EVENT",{"id":"a1"}]`)),
		Header: map[string]string{Until: `[["OK","a1"]]`, Keep: `[["NOTE"]]`, Also: strings.Join(servers[1:], " ")},
	}
}

func client() *Client {
	return New(httpcall.New(nil, httpcall.Proxy(nil)), Patience(10*time.Second, quick))
}

func marked(n *int) func() error { return func() error { *n++; return nil } }

func answersOf(t *testing.T, r network.Reply) (list []Answer) {
	t.Helper()
	if err := json.Unmarshal(r.Body, &list); err != nil {
		t.Fatalf("%v: %s", err, r.Body)
	}
	return list
}

func TestAMessageGoesOnceAndItsAnswerComesBack(t *testing.T) {
	s := listen(t, func(v visit) {
		v.say(`["AUTH","challenge"]`)
		v.hear()
		_ = v.Write(v.Context, websocket.MessageBinary, []byte(`["OK","a1",true]`))
		for _, text := range []string{`nonsense`, `{}`, `[]`, `["OK"]`, `["OK","b2",true]`, `["OK",["a1"],true]`, `[ "NOTE" , "<kept> & whole" ]`, `["OK","\u0061\u0031",true,""]`, `["OK","a1",false]`} {
			v.say(text)
		}
		v.hear()
	})
	intents := 0
	reply, err := client().Send(t.Context(), hello(s.ws()), marked(&intents))
	if err != nil || reply.Status != 200 || intents != 1 {
		t.Fatalf("%+v, %v, %d intents", reply, err, intents)
	}
	got := answersOf(t, reply)
	if len(got) != 1 || got[0].Status != 200 || !got[0].Sent || got[0].URL != s.ws() || len(got[0].Messages) != 2 ||
		string(got[0].Messages[0]) != `["NOTE","<kept> & whole"]` || string(got[0].Messages[1]) != `["OK","\u0061\u0031",true,""]` {
		t.Errorf("answered %s", reply.Body)
	}
	<-s.gone
	if heard := s.heard(); len(heard) != 1 || heard[0] != `["EVENT",{"id":"a1"}]` || s.visits != 1 {
		t.Errorf("the server heard %q on %d connections", heard, s.visits)
	}
}

func TestTheIntentComesBeforeTheMessage(t *testing.T) {
	up, heard := make(chan struct{}, 2), make(chan string, 2)
	s := listen(t, func(v visit) {
		up <- struct{}{}
		heard <- v.hear()
		v.say(`["OK","a1",true]`)
	})
	_, err := client().Send(t.Context(), hello(s.ws()), func() error {
		<-up // the connection is there
		select {
		case text := <-heard:
			t.Errorf("the server had %q before the intent", text)
		case <-time.After(50 * time.Millisecond):
		}
		return nil
	})
	if err != nil || <-heard == "" {
		t.Errorf("sent: %v", err)
	}
	full := errors.New("the disk is full")
	_, err = client().Send(t.Context(), hello(s.ws()), func() error { return full })
	if !errors.Is(err, full) || network.KindOf(err) != network.NotSent {
		t.Errorf("a failing intent: %v", err)
	}
	if text := <-heard; text != "" {
		t.Errorf("a failing intent sent %q", text)
	}
}

func TestWhatNeverBecameAWebsocketWasNotSent(t *testing.T) {
	elsewhere := listen(t, func(v visit) { v.hear() })
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) },
		"a page":     func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>secret")) },
		"a refusal":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) },
		"a failure":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
		"a wrong key": func(w http.ResponseWriter, _ *http.Request) {
			_ = upgrade(w, "not the key", "").Close()
		},
		"an endless head": func(w http.ResponseWriter, _ *http.Request) {
			_ = upgrade(w, "x\r\nX-Long: "+strings.Repeat("x", 1<<20), "").Close()
		},
		"no HTTP": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_, _ = conn.Write([]byte("220 mail.example ESMTP\r\n"))
			_ = conn.Close()
		},
	} {
		s := httptest.NewServer(answer)
		intents := 0
		_, err := client().Send(t.Context(), hello("ws"+strings.TrimPrefix(s.URL, "http")+"/path"), marked(&intents))
		if network.KindOf(err) != network.NotSent || intents != 0 || strings.Contains(err.Error(), "path") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, %d intents", name, err, intents)
		}
		s.Close()
	}
	if elsewhere.visits != 0 {
		t.Error("a redirect was followed")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	intents := 0
	if _, err := client().Send(t.Context(), hello("ws://"+ln.Addr().String()), marked(&intents)); network.KindOf(err) != network.NotSent || intents != 0 {
		t.Errorf("nobody there: %v, %d intents", err, intents)
	}
}

func TestARequestThatIsNotInOrderIsNotSent(t *testing.T) {
	s := listen(t, func(v visit) { v.hear() })
	for name, change := range map[string]func(r *network.Request){
		"another method": func(r *network.Request) { r.Method = "POST" },
		"a header":       func(r *network.Request) { r.Header["Authorization"] = "Bearer x" },
		"no array":       func(r *network.Request) { r.Body = network.Bytes([]byte(`{}`)) },
		"an empty array": func(r *network.Request) { r.Body = network.Bytes([]byte(`[]`)) },
		"no message":     func(r *network.Request) { r.Body = nil },
		"too long": func(r *network.Request) {
			r.Body = network.Bytes([]byte(`["` + strings.Repeat("x", mostMessage) + `"]`))
		},
		"a file":              func(r *network.Request) { r.Body = network.Body{{File: network.FileRef{SHA256: "ab", Length: 1}}} },
		"a set of files":      func(r *network.Request) { r.Files = []network.FilePut{{Path: "a"}} },
		"a key":               func(r *network.Request) { r.Key = network.NewSecret("k") },
		"no end":              func(r *network.Request) { delete(r.Header, Until) },
		"an end of no head":   func(r *network.Request) { r.Header[Until] = `[[]]` },
		"an end that is none": func(r *network.Request) { r.Header[Until] = `OK` },
		"heads that are none": func(r *network.Request) { r.Header[Keep] = `["NOTE"]` },
		"too many servers":    func(r *network.Request) { r.Header[Also] = strings.Repeat(s.ws()+" ", 20) },
		"another scheme":      func(r *network.Request) { r.Header[Also] = s.URL },
		"a name and password": func(r *network.Request) { r.URL = "wss://ana:pa55@127.0.0.1:1/" },
		"far and in clear":    func(r *network.Request) { r.URL = "ws://relay.example/" },
		"a fragment":          func(r *network.Request) { r.URL += "#top" },
		"no host":             func(r *network.Request) { r.URL = "wss:///" },
	} {
		r, intents := hello(s.ws()), 0
		change(&r)
		_, err := client().Send(t.Context(), r, marked(&intents))
		if network.KindOf(err) != network.NotSent || intents != 0 || strings.Contains(err.Error(), "pa55") {
			t.Errorf("%s: %v, %d intents", name, err, intents)
		}
	}
	if len(s.heard()) != 0 {
		t.Errorf("the server heard %q", s.heard())
	}
}

func TestEncryptionIsVerified(t *testing.T) {
	r := &relay{gone: make(chan struct{}, 100)}
	r.Server = httptest.NewTLSServer(r.handler(func(v visit) { v.hear(); v.say(`["OK","a1",true]`) }))
	t.Cleanup(r.Close)
	r.Config.ErrorLog = nil
	if _, err := client().Send(t.Context(), hello(r.ws()), nil); network.KindOf(err) != network.NotSent || r.visits != 0 {
		t.Errorf("an unknown certificate: %v", err)
	}
	known := x509.NewCertPool()
	known.AddCert(r.Certificate())
	c := New(httpcall.New(nil, httpcall.Proxy(nil), httpcall.TLS(&tls.Config{RootCAs: known, MinVersion: tls.VersionTLS12})))
	if reply, err := c.Send(t.Context(), hello(r.ws()), nil); err != nil || answersOf(t, reply)[0].Status != 200 {
		t.Errorf("a known certificate: %v", err)
	}
}
