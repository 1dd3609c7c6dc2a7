package networktest

import (
	"errors"
	"slices"
	"testing"

	"postbag/backend/network"
)

// FuzzClassify fuzzes a network's Classify: it never panics, never accepts without an id or
// against the status, says Ambiguous to everything its table does not name, and shows nothing
// unprintable. A network's fuzz test is one line: networktest.FuzzClassify(f, New()).
func FuzzClassify(f *testing.F, n network.Network) {
	d := n.Describe()
	for _, body := range junk {
		f.Add("post 1", 200, "7", []byte(body))
	}
	for _, r := range d.Refusals {
		f.Add("post 1", r.Status, "7", []byte(`{"error":"`+r.Code+`","message":"no","code":"`+r.Code+`"}`))
	}
	f.Add("delete", 204, "", []byte(nil))
	f.Add("", 503, "-1", []byte(`{"id":"1","uri":"at://a/b/c","url":"https://example.org/1"}`))
	f.Add("post 2", 200, "99999999999999999999", []byte(`{"id":"1","uri":"at://a/b/c","url":"https://example.org/1"}`))
	f.Fuzz(func(t *testing.T, step string, status int, wait string, body []byte) {
		reply := network.Reply{Status: status, Header: map[string]string{"Retry-After": wait}, Body: body}
		receipt, err := d.Classify(step, reply)
		if err == nil {
			if receipt.RemoteID == "" || !reply.OK() {
				t.Fatalf("status %d accepted as %+v", status, receipt)
			}
			return
		}
		e, ok := errors.AsType[*network.Error](err)
		if !ok {
			t.Fatalf("fails with %T, want *network.Error", err)
		}
		if e.Message == "" || network.Printable(e.Message) != e.Message {
			t.Errorf("the message %q cannot be shown", e.Message)
		}
		if e.Wait < 0 {
			t.Errorf("a wait of %v", e.Wait)
		}
		documented := slices.ContainsFunc(d.Refusals, func(r network.Refusal) bool {
			return r.Status == status && r.Kind == e.Kind
		})
		if e.Kind != network.Ambiguous && (status >= 500 || !documented) {
			t.Errorf("status %d means %s, which the table does not say", status, e.Kind)
		}
	})
}
