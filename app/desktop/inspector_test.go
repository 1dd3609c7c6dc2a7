//go:build windowtest

package desktop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// inspector drives the real window through its web view's remote inspector, as a person at the
// developer tools would. It needs nothing in the program but the address to listen at.
type inspector struct {
	t      testing.TB
	ws     *websocket.Conn
	target string
	id     int
}

var socketPath = regexp.MustCompile(`/socket/\d+/\d+/WebPage`)

// inspect connects to the window once it is there.
func inspect(t testing.TB, address string) *inspector {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	i := &inspector{t: t}
	err := eventually(ctx, func() error {
		path, err := firstPage(ctx, address)
		if err != nil {
			return err
		}
		i.ws, _, err = websocket.DefaultDialer.DialContext(ctx, "ws://"+address+path, nil) //nolint:bodyclose // it has none
		if err != nil {
			return err
		}
		return i.hello()
	})
	if err != nil {
		t.Fatalf("no window to inspect at %s: %v", address, err)
	}
	t.Cleanup(func() { i.ws.Close() })
	return i
}

// firstPage returns where the socket of the one page is.
func firstPage(ctx context.Context, address string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	path := socketPath.Find(body)
	if path == nil {
		return "", errors.New("there is no page yet")
	}
	return string(path), nil
}

// hello waits for the page's own target.
func (i *inspector) hello() error {
	if err := i.ws.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	for {
		var m struct {
			Method string
			Params struct {
				TargetInfo struct{ TargetID, Type string }
			}
		}
		if err := i.ws.ReadJSON(&m); err != nil {
			return err
		}
		if m.Method == "Target.targetCreated" && m.Params.TargetInfo.Type == "page" {
			i.target = m.Params.TargetInfo.TargetID
			return nil
		}
	}
}

// ask sends one command to the page and returns its result.
func (i *inspector) ask(method string, params any) (json.RawMessage, error) {
	i.id++
	inner, err := json.Marshal(map[string]any{"id": i.id, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	err = i.ws.WriteJSON(map[string]any{"id": i.id, "method": "Target.sendMessageToTarget", "params": map[string]any{"targetId": i.target, "message": string(inner)}})
	if err != nil {
		return nil, err
	}
	if err := i.ws.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return nil, err
	}
	for {
		var outer struct {
			Method string
			Params struct{ Message string }
		}
		if err := i.ws.ReadJSON(&outer); err != nil {
			return nil, err
		}
		if outer.Method != "Target.dispatchMessageFromTarget" {
			continue
		}
		var answer struct {
			ID     int
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if err := json.Unmarshal([]byte(outer.Params.Message), &answer); err != nil || answer.ID != i.id {
			continue
		}
		if answer.Error != nil {
			return nil, fmt.Errorf("%s: %s", method, answer.Error.Message)
		}
		return answer.Result, nil
	}
}

// run evaluates the body of an async function in the page and stores what it returns.
func (i *inspector) run(script string, into any) error {
	wrapped := `(async () => { try { return JSON.stringify({ok: await (async () => {` + script +
		`})()}); } catch (e) { return JSON.stringify({failed: String(e && e.message || e)}); } })()`
	first, err := i.ask("Runtime.evaluate", map[string]any{"expression": wrapped})
	if err != nil {
		return err
	}
	var promise struct {
		Result struct{ ObjectID string }
	}
	if err := json.Unmarshal(first, &promise); err != nil {
		return err
	}
	second, err := i.ask("Runtime.awaitPromise", map[string]any{"promiseObjectId": promise.Result.ObjectID, "returnByValue": true})
	if err != nil {
		return err
	}
	var value struct{ Result struct{ Value string } }
	if err := json.Unmarshal(second, &value); err != nil {
		return err
	}
	var outcome struct {
		OK     json.RawMessage
		Failed string
	}
	if err := json.NewDecoder(bytes.NewReader([]byte(value.Result.Value))).Decode(&outcome); err != nil {
		return fmt.Errorf("%w: %s", err, second)
	}
	if outcome.Failed != "" {
		return errors.New(outcome.Failed)
	}
	if into == nil || len(outcome.OK) == 0 {
		return nil
	}
	return json.Unmarshal(outcome.OK, into)
}

// must runs a script that cannot fail.
func (i *inspector) must(script string, into any) {
	i.t.Helper()
	if err := i.run(script, into); err != nil {
		i.t.Fatalf("%s\n%v", script, err)
	}
}

// wait runs a script until it returns true.
func (i *inspector) wait(what, script string) {
	i.t.Helper()
	ctx, cancel := context.WithTimeout(i.t.Context(), time.Minute)
	defer cancel()
	err := eventually(ctx, func() error {
		var yes bool
		if err := i.run(script, &yes); err != nil {
			return err
		}
		if !yes {
			return errors.New("not yet")
		}
		return nil
	})
	if err != nil {
		var body string
		_ = i.run(`return document.body ? document.body.innerText.slice(0, 600) : ''`, &body)
		i.t.Fatalf("%s: %v\nthe page shows:\n%s", what, err, body)
	}
}

// eventually tries until it works or ctx ends; the last failure is returned.
func eventually(ctx context.Context, try func() error) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}
