package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

type Greeting struct {
	Name string   `json:"name"`
	Tags []string `json:"tags"`
}

type Desk struct{}

func (d *Desk) Greet(g Greeting, times int) (Greeting, error) {
	if times == 0 {
		return Greeting{}, errors.New("not even once")
	}
	g.Name = strings.Repeat(g.Name, times)
	return g, nil
}
func (d *Desk) Quiet() (err error)         { return nil }
func (d *Desk) Nothing()                   {}
func (d *Desk) Break() (string, error)     { panic("the desk broke") }
func (d *Desk) Many(...string) error       { return nil }
func (d *Desk) Two() (string, string)      { return "", "" }
func (d *Desk) Channel() (chan int, error) { return make(chan int), nil }

func told(err error) any {
	if f, ok := errors.AsType[*CallError](err); ok {
		return map[string]string{"code": "fault", "message": f.Message, "field": f.Field}
	}
	return map[string]string{"code": "other", "message": err.Error()}
}

func desk() *Calls { return NewCalls([]any{&Desk{}}, told, slog.New(slog.DiscardHandler)) }

func post(h http.Handler, method, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/rpc/"+method, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestACallAnswersWhatTheMethodReturns(t *testing.T) {
	for _, c := range []struct {
		method, args string
		status       int
		want         string
	}{
		{"rpc.Desk.Greet", `[{"name":"a","tags":["x"]},2]`, 200, `{"result":{"name":"aa","tags":["x"]}}`},
		{"rpc.Desk.Greet", `[{"name":"a"},0]`, 200, `{"error":{"code":"other","message":"not even once"}}`},
		{"rpc.Desk.Quiet", `[]`, 200, `{"result":null}`},
		{"rpc.Desk.Nothing", ` [ ] `, 200, `{"result":null}`},
		{"rpc.Desk.Break", `[]`, 200, `{"error":{"code":"other","message":"rpc.Desk.Break: panic: the desk broke"}}`},
		{"rpc.Desk.Channel", `[]`, 200, `{"error":{"code":"other","message":"json: unsupported type: chan int"}}`},
		{"rpc.Desk.Greet", `[{"name":7},1]`, 400, `{"error":{"code":"fault","field":"name","message":"argument 1 is not what the method takes"}}`},
		{"rpc.Desk.Greet", `[{"name":"a"}]`, 400, `{"error":{"code":"fault","field":"","message":"the method takes 2 arguments, not 1"}}`},
		{"rpc.Desk.Quiet", `null`, 400, `{"error":{"code":"fault","field":"","message":"the arguments are not a JSON list"}}`},
		{"rpc.Desk.Quiet", `[] []`, 400, `{"error":{"code":"fault","field":"","message":"there is more than one JSON list"}}`},
		{"rpc.Desk.Quiet", `{`, 400, `{"error":{"code":"fault","field":"","message":"the arguments are not a JSON list"}}`},
		{"rpc.Desk.quiet", `[]`, 404, `{"error":{"code":"fault","field":"","message":"there is no method \"rpc.Desk.quiet\""}}`},
		{"rpc.Desk.Many", `[]`, 404, `{"error":{"code":"fault","field":"","message":"there is no method \"rpc.Desk.Many\""}}`},
		{"rpc.Desk.Two", `[]`, 404, `{"error":{"code":"fault","field":"","message":"there is no method \"rpc.Desk.Two\""}}`},
	} {
		w := post(desk(), c.method, c.args)
		if got := strings.TrimSpace(w.Body.String()); w.Code != c.status || got != c.want {
			t.Errorf("%s%s: %d %s, want %d %s", c.method, c.args, w.Code, got, c.status, c.want)
		}
	}
}

func TestACallIsAPostOfJSONOfABoundedSize(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/rpc/rpc.Desk.Quiet", nil)
	w := httptest.NewRecorder()
	desk().ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
		t.Errorf("GET: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	r = httptest.NewRequest(http.MethodPost, "/rpc/rpc.Desk.Quiet", strings.NewReader("[]"))
	r.Header.Set("Content-Type", "text/plain") // what a form of another site can send
	w = httptest.NewRecorder()
	desk().ServeHTTP(w, r)
	if w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("text: %d", w.Code)
	}
	big := post(desk(), "rpc.Desk.Quiet", `["`+strings.Repeat("a", MaxBody)+`"]`)
	if big.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d bytes: %d", MaxBody, big.Code)
	}
	long := post(desk(), strings.Repeat("x", 4000), `[]`)
	if long.Code != http.StatusNotFound || long.Body.Len() > 300 {
		t.Errorf("a long name: %d, %d bytes", long.Code, long.Body.Len())
	}
}

func TestOnlyWhatAPageCanCallIsCallable(t *testing.T) {
	got := desk().Methods()
	slices.Sort(got)
	want := []string{"rpc.Desk.Break", "rpc.Desk.Channel", "rpc.Desk.Greet", "rpc.Desk.Nothing", "rpc.Desk.Quiet"}
	if !slices.Equal(got, want) {
		t.Errorf("callable: %q, want %q", got, want)
	}
}

func TestAPanicIsInTheLogWithItsStack(t *testing.T) {
	var out bytes.Buffer
	c := NewCalls([]any{&Desk{}}, told, slog.New(slog.NewTextHandler(&out, nil)))
	post(c, "rpc.Desk.Break", "[]")
	if log := out.String(); !strings.Contains(log, "the desk broke") || !strings.Contains(log, "rpc_test.go") {
		t.Errorf("the log has %q", log)
	}
}

func TestAnErrorThatCannotBeToldIsStillAnError(t *testing.T) {
	c := NewCalls([]any{&Desk{}}, func(error) any { return func() {} }, slog.New(slog.DiscardHandler))
	w := post(c, "rpc.Desk.Break", "[]")
	var answer struct{ Error struct{ Code string } }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Error.Code != "internal" || w.Code != 500 {
		t.Errorf("%d %s (%v)", w.Code, w.Body, err)
	}
}

func FuzzArguments(f *testing.F) {
	for _, seed := range []string{`[]`, `[{"name":"a","tags":null},1]`, `[[],9e99]`, `[`, `null`, "[{\"name\":\"\\ud800\"},-0]"} {
		f.Add(seed)
	}
	calls := desk()
	f.Fuzz(func(t *testing.T, body string) {
		w := post(calls, "rpc.Desk.Greet", clip(body))
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("the answer to %q is not JSON: %q", body, w.Body)
		}
	})
}
