package httpcall

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/network"
)

func large(url string) network.Request {
	r := post(url)
	r.Body = network.Bytes(bytes.Repeat([]byte("v"), 8<<20))
	return r
}

const tooLarge = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 7\r\nConnection: close\r\n\r\ntoo big"

func TestALargeBodyIsNotSentToAServerThatRefusesIt(t *testing.T) {
	rest := make(chan int64, 1)
	s := listen(t, func(v visit) {
		r, err := http.ReadRequest(v.r)
		if err != nil || r.Header.Get("Expect") != "100-continue" {
			t.Errorf("no question asked: %v", err)
			return
		}
		v.answer(tooLarge)
		n, _ := io.Copy(io.Discard, v.r)
		rest <- n
	})
	reply, _, err := sent(t.Context(), New(nil), large(s.url()))
	if err != nil || reply.Status != 413 || string(reply.Body) != "too big" {
		t.Errorf("got %d %q, %v", reply.Status, reply.Body, err)
	}
	if n := <-rest; n != 0 {
		t.Errorf("%d bytes of the body were sent", n)
	}
}

func TestARefusedBodyIsNotBegunWhileTheReasonIsStillRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, rest := time.Now(), make(chan int64, 1)
		c := piped(t, func(conn net.Conn) {
			r := bufio.NewReader(conn)
			if _, err := http.ReadRequest(r); err != nil {
				t.Error(err)
			}
			_, _ = io.WriteString(conn, strings.TrimSuffix(tooLarge, "too big"))
			go func() {
				n, _ := io.Copy(io.Discard, r)
				rest <- n
			}()
			<-time.After(5 * leave)
			_, _ = io.WriteString(conn, "too big")
		})
		reply, _, err := sent(t.Context(), c, large("http://127.0.0.1"))
		if err != nil || reply.Status != 413 || time.Since(start) != 5*leave {
			t.Errorf("got %d, %v after %v", reply.Status, err, time.Since(start))
		}
		if n := <-rest; n != 0 {
			t.Errorf("%d bytes of the body were sent", n)
		}
	})
}

// The server neither knows the question nor reads on: the answer is read although the
// body cannot be written to its end.
func TestAnEarlyAnswerIsReadWhileTheBodyIsStuck(t *testing.T) {
	done := make(chan struct{})
	s := listen(t, func(v visit) {
		if _, err := http.ReadRequest(v.r); err != nil {
			t.Error(err)
		}
		if _, err := v.r.Peek(1); err != nil { // the body has begun without leave
			t.Error(err)
		}
		v.answer(tooLarge)
		<-done
	})
	reply, _, err := sent(t.Context(), New(nil), large(s.url()))
	close(done)
	if err != nil || reply.Status != 413 {
		t.Errorf("got %d, %v", reply.Status, err)
	}
}

func TestALargeBodyGoesOnLeaveOrAfterASecond(t *testing.T) {
	for name, gives := range map[string]bool{"leave given": true, "no leave given": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var began time.Duration
				got := make(chan int, 1)
				c := piped(t, func(conn net.Conn) {
					r := bufio.NewReader(conn)
					req, err := http.ReadRequest(r)
					if err != nil {
						t.Error(err)
						return
					}
					if gives {
						_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
					}
					_, _ = r.Peek(1)
					began = time.Since(start)
					b, _ := io.ReadAll(req.Body)
					got <- len(b)
					_, _ = io.WriteString(conn, fine)
				})
				reply, _, err := sent(t.Context(), c, large("http://127.0.0.1"))
				if err != nil || reply.Status != 200 || <-got != 8<<20 {
					t.Errorf("got %d, %v", reply.Status, err)
				}
				if want := map[bool]time.Duration{true: 0, false: leave}[gives]; began != want {
					t.Errorf("the body began after %v", began)
				}
			})
		})
	}
}
