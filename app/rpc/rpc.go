// Package rpc puts the services of the window into a browser: the same methods over HTTP on the
// loopback address, found by reflection, so that there is one list of them and it cannot drift.
//
// It has four parts that a program joins. Calls answers POST /rpc/<package>.<Struct>.<Method>.
// Hub sends the events of the window as a stream. Page serves the built page under a strict
// content policy. Guard stands in front of everything: whoever else has a browser open on this
// machine (any web page, by DNS rebinding or a hidden form) must not be able to publish a post.
package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"reflect"
	"runtime/debug"
	"strings"
)

// MaxBody is the most bytes the arguments of one call may have. Files go by Uploads.
const MaxBody = 4 << 20

// Calls answers calls of the methods of some services.
type Calls struct {
	methods map[string]reflect.Value
	format  func(error) any
	log     *slog.Logger
}

// CallError is an error of the call itself, not of the service: a method that does not exist, or
// arguments that do not fit. Field is "" or which argument.
type CallError struct {
	Status  int // of HTTP
	Message string
	Field   string
	cause   error
}

func (e *CallError) Error() string { return e.Message }

func (e *CallError) Unwrap() error { return e.cause }

// NewCalls makes the methods of the services callable: those the window's bindings have too, which
// return nothing, an error, a value, or a value and an error. format makes what the page gets of an
// error. It panics if two services have the same name, which is a mistake in the program.
func NewCalls(services []any, format func(error) any, log *slog.Logger) *Calls {
	c := &Calls{methods: map[string]reflect.Value{}, format: format, log: log}
	for _, service := range services {
		v := reflect.ValueOf(service)
		name := strings.TrimLeft(v.Type().String(), "*")
		for i := range v.NumMethod() {
			method := v.Type().Method(i)
			if !callable(method.Type) {
				continue
			}
			full := name + "." + method.Name
			if _, twice := c.methods[full]; twice {
				panic("rpc: two services are called " + name)
			}
			c.methods[full] = v.Method(i)
		}
	}
	return c
}

// Methods returns the names of all methods.
func (c *Calls) Methods() []string {
	names := make([]string, 0, len(c.methods))
	for name := range c.methods {
		names = append(names, name)
	}
	return names
}

// callable says whether the page can call a method: a variadic one has no fixed arguments.
func callable(m reflect.Type) bool {
	if m.IsVariadic() {
		return false
	}
	switch m.NumOut() {
	case 0, 1:
		return true
	case 2:
		return m.Out(1) == reflect.TypeFor[error]()
	}
	return false
}

type reply struct {
	Result any `json:"result"`
}

type failure struct {
	Error any `json:"error"`
}

// ServeHTTP answers one call. What the service answers is 200, its errors included: a browser
// reports any other status as a broken page.
func (c *Calls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	result, err := c.answer(w, r)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	var body []byte
	if err == nil {
		body, err = json.Marshal(reply{result})
	}
	if err != nil {
		status := http.StatusOK
		if fault, ok := errors.AsType[*CallError](err); ok {
			status = fault.Status
		}
		body, err = json.Marshal(failure{c.format(err)})
		if err != nil {
			c.log.Error("an error could not be told", "method", r.URL.Path, "error", err)
			status, body = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":"Something went wrong in Postbag."}}`)
		}
		w.WriteHeader(status)
	}
	_, _ = w.Write(body)
}

func (c *Calls) answer(w http.ResponseWriter, r *http.Request) (any, error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &CallError{Status: http.StatusMethodNotAllowed, Message: "a call is a POST"}
	}
	// A form of another site cannot send this type without being asked first.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &CallError{Status: http.StatusUnsupportedMediaType, Message: "the arguments are a JSON list", cause: err}
	}
	name := strings.TrimPrefix(r.URL.Path, "/rpc/")
	method, ok := c.methods[name]
	if !ok {
		return nil, &CallError{Status: http.StatusNotFound, Message: fmt.Sprintf("there is no method %q", clip(name))}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &CallError{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("a call takes up to %d bytes", tooLarge.Limit), cause: err}
	}
	if err != nil {
		return nil, &CallError{Status: http.StatusBadRequest, Message: "the call was cut off", cause: err}
	}
	args, err := arguments(method.Type(), body)
	if err != nil {
		return nil, err
	}
	return c.call(name, method, args)
}

// arguments reads a JSON list as what a method takes.
func arguments(m reflect.Type, body []byte) ([]reflect.Value, error) {
	var list []json.RawMessage
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&list); err != nil || list == nil {
		return nil, &CallError{Status: http.StatusBadRequest, Message: "the arguments are not a JSON list", cause: err}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, &CallError{Status: http.StatusBadRequest, Message: "there is more than one JSON list"}
	}
	if len(list) != m.NumIn() {
		return nil, &CallError{Status: http.StatusBadRequest, Message: fmt.Sprintf("the method takes %d arguments, not %d", m.NumIn(), len(list))}
	}
	values := make([]reflect.Value, len(list))
	for i, raw := range list {
		into := reflect.New(m.In(i))
		if err := json.Unmarshal(raw, into.Interface()); err != nil {
			field := ""
			if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
				field = wrong.Field
			}
			return nil, &CallError{Status: http.StatusBadRequest, Message: fmt.Sprintf("argument %d is not what the method takes", i+1), Field: field, cause: err}
		}
		values[i] = into.Elem()
	}
	return values, nil
}

// call runs a method. A panic is an error: the page would wait for ever.
func (c *Calls) call(name string, method reflect.Value, args []reflect.Value) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("a method panicked", "method", name, "panic", p, "stack", string(debug.Stack()))
			result, err = nil, fmt.Errorf("%s: panic: %v", name, p)
		}
	}()
	out := method.Call(args)
	if n := len(out); n > 0 && method.Type().Out(n-1) == reflect.TypeFor[error]() {
		if failed, ok := out[n-1].Interface().(error); ok && failed != nil {
			return nil, failed
		}
		out = out[:n-1]
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out[0].Interface(), nil
}

// clip keeps what a stranger sent from filling an error.
func clip(s string) string {
	const most = 80
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
