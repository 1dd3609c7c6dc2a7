package matrix_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/matrix"
	"postbag/build/servers"
)

// One real homeserver serves all tests against it.
func TestAgainstARealHomeserver(t *testing.T) {
	networktest.Verified(t, "matrix", networktest.RealServer, "Dendrite 0.13.8")
	h := homeserver{RealMatrix: servers.Matrix(t), files: networktest.NewFiles()}
	h.room = h.create(t, h.Ana, `{"preset":"public_chat","room_alias_name":"news","name":"News & <views>"}`)
	step := h.connect(t, nil)
	if step.Account == nil {
		t.Fatalf("connecting ended at %q: %s", step.Name, step.Message)
	}
	h.account = *step.Account
	for _, test := range []struct {
		name string
		run  func(*testing.T, homeserver)
	}{
		{"connecting names the room and the server's limit", realConnects},
		{"what cannot be connected is said", realCannot},
		{"a text arrives as it is", realText},
		{"a picture arrives with its caption and its description", realPicture},
		{"a thread is one, in the room's own list of threads", realThread},
		{"the longest text arrives, and a longer event is refused", realLongest},
		{"the same transaction again is the same event", realTwice},
		{"a lost answer is found, an unsent post is proved absent", realLost},
		{"a file that is too large is refused before the message", realLarge},
		{"a deleted message is empty, and deleting again is no error", realDeletes},
		{"who is put out of the room is told so, and a token that ended asks to sign in", realExpelled},
		{"signing in again is the same device, and ends the session before", realDevice},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, h) })
	}
}

type homeserver struct {
	servers.RealMatrix
	room    string
	account network.Account
	files   *networktest.Files
}

// ask makes a request as somebody, in the test's own words.
func (h homeserver) ask(t *testing.T, token, method, path, body string) (int, []byte) {
	t.Helper()
	r := network.Request{Method: method, URL: h.URL + path, Header: map[string]string{"Authorization": "Bearer " + token}}
	if body != "" {
		r.Header["Content-Type"], r.Body = "application/json", network.Bytes([]byte(body))
	}
	reply, err := calls(nil).Send(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return reply.Status, reply.Body
}

// must reads what a request that succeeds is answered.
func (h homeserver) must(t *testing.T, token, method, path, body string) map[string]any {
	t.Helper()
	status, said := h.ask(t, token, method, path, body)
	into := map[string]any{}
	if err := json.Unmarshal(said, &into); err != nil || status != 200 {
		t.Fatalf("%s %s: %d %s", method, path, status, said)
	}
	return into
}

func (h homeserver) create(t *testing.T, by servers.MatrixAccount, settings string) string {
	t.Helper()
	id, _ := h.must(t, by.Token, "POST", "/_matrix/client/v3/createRoom", settings)["room_id"].(string)
	return id
}

// connect signs Ana in to the room News, but for what is changed.
func (h homeserver) connect(t *testing.T, change map[string]string) network.Step {
	t.Helper()
	answers := map[string]string{"user": h.Ana.User, "password": h.Ana.Password, "room": "#news:matrix.test", "server": h.URL}
	maps.Copy(answers, change)
	return connect(t, calls(nil), answers)
}

func (h homeserver) publish(t *testing.T, p network.Plan) network.Receipt {
	t.Helper()
	r, err := matrix.New().Publish(t.Context(), calls(h.files), h.account, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// arrived waits until a message can be read: this server says that it has taken one before it shows it.
func (h homeserver) arrived(t *testing.T, id string) map[string]any {
	t.Helper()
	path := "/_matrix/client/v3/rooms/" + url.PathEscape(h.room) + "/event/" + url.PathEscape(id)
	for range 200 {
		if status, _ := h.ask(t, h.Bob.Token, "GET", path, ""); status == 200 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return h.must(t, h.Bob.Token, "GET", path, "")
}

// content reads what the server has of a message.
func (h homeserver) content(t *testing.T, id string) map[string]any {
	t.Helper()
	e := h.arrived(t, id)
	if e["sender"] != h.Ana.User || e["type"] != "m.room.message" {
		t.Errorf("the event is %v", e)
	}
	content, _ := e["content"].(map[string]any)
	return content
}

// count returns how many messages of Ana's have a text.
func (h homeserver) count(t *testing.T, text string) (n int) {
	t.Helper()
	list := h.must(t, h.Ana.Token, "GET", "/_matrix/client/v3/rooms/"+url.PathEscape(h.room)+"/messages?dir=b&limit=100", "")
	chunk, _ := list["chunk"].([]any)
	for _, e := range chunk {
		event, _ := e.(map[string]any)
		content, _ := event["content"].(map[string]any)
		if content["body"] == text {
			n++
		}
	}
	return n
}

func realConnects(t *testing.T, h homeserver) {
	a := h.account
	if a.RemoteID != h.room+"/"+h.Ana.User || a.Handle != "#news:matrix.test" || a.Name != "News & <views>" || a.Server != h.URL {
		t.Errorf("connected as %+v", a)
	}
	if a.Limits == nil || a.Limits.Media.ImageBytes != 1<<20 {
		t.Errorf("limits %+v", a.Limits)
	}
	if strings.Contains(a.Secret.Reveal(), h.Ana.Password) {
		t.Error("the password is kept")
	}
	if v, err := matrix.New().Verify(t.Context(), calls(nil), a); err != nil || v.Name != a.Name || v.Handle != a.Handle {
		t.Errorf("verified as %q %q, %v", v.Handle, v.Name, err)
	}
	if step := h.connect(t, map[string]string{"user": h.Bob.User, "password": "", "token": h.Bob.Token}); step.Account == nil {
		t.Errorf("by a token, into a room that anybody may join: %q", step.Message)
	}
}

func realCannot(t *testing.T, h homeserver) {
	encrypted := h.create(t, h.Ana, `{"initial_state":[{"type":"m.room.encryption","content":{"algorithm":"m.megolm.v1.aes-sha2"}}]}`)
	private := h.create(t, h.Bob, `{"preset":"private_chat"}`)
	quiet := h.create(t, h.Bob, `{"preset":"public_chat","power_level_content_override":{"events_default":50}}`)
	for _, test := range []struct{ key, value, says string }{
		{"password", "wrong", "does not accept this password"},
		{"user", "@nobody:matrix.test", "does not accept this password"},
		{"room", encrypted, "encrypted"},
		{"room", private, "may not join"},
		{"room", quiet, "may not write"},
		{"token", "nonsense", "does not know this access token"},
		{"token", h.Bob.Token, "belongs to @bob:matrix.test"},
	} {
		if step := h.connect(t, map[string]string{test.key: test.value}); step.Account != nil || !strings.Contains(step.Message, test.says) {
			t.Errorf("%s %q: %q", test.key, test.value, step.Message)
		}
	}
}

func realDevice(t *testing.T, h homeserver) {
	devices := func() (ids []string) {
		list, _ := h.must(t, h.Ana.Token, "GET", "/_matrix/client/v3/devices", "")["devices"].([]any)
		for _, d := range list {
			one, _ := d.(map[string]any)
			if id, _ := one["device_id"].(string); strings.HasPrefix(id, "POSTBAG") {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		return slices.Compact(ids)
	}
	before := devices()
	a := h.connect(t, nil).Account
	if after := devices(); len(before) != 1 || a == nil || !slices.Equal(before, after) {
		t.Fatalf("the devices were %q and are %q", before, after)
	}
	if _, err := matrix.New().Verify(t.Context(), calls(nil), h.account); network.KindOf(err) != network.Reauth {
		t.Errorf("the token before: %v", err)
	}
	h.account = *a
	h.publish(t, plan("device", network.Part{Text: "from the new session"}))
}

const realSamples = "Grüße 👩‍👩‍👧‍👦 & <b>\"quotes\"</b>\n\nsee https://example.org/a_(b)?c=d&e=f#g, @room and @bob:matrix.test\u2028\t  end"

func realText(t *testing.T, h homeserver) {
	p := plan("text", network.Part{Text: realSamples})
	r := h.publish(t, p)
	c := h.content(t, r.RemoteID)
	html, _ := c["formatted_body"].(string)
	if c["msgtype"] != "m.text" || c["body"] != realSamples || strings.Contains(html, "<b>") ||
		!strings.Contains(html, `<a href="https://example.org/a_(b)?c=d&amp;e=f#g">`) {
		t.Errorf("it arrived as %v", c)
	}
	if m, ok := c["m.mentions"].(map[string]any); !ok || len(m) != 0 {
		t.Errorf("somebody is mentioned: %v", c["m.mentions"])
	}
	if back, ok := matrix.New().Linked(h.account, r.URL); !ok || back != r {
		t.Errorf("its link leads to %+v", back)
	}
	p = plan("notice", network.Part{Text: "a notice"})
	p.Options = map[string]string{"notice": "true"}
	if c := h.content(t, h.publish(t, p).RemoteID); c["msgtype"] != "m.notice" {
		t.Errorf("a notice is %v", c)
	}
}

func realPicture(t *testing.T, h homeserver) {
	m := h.files.Picture("image/png", 1, 0)
	m.Alt, m.Name = "A \"boat\" & <sail>", "bö\"at.png"
	c := h.content(t, h.publish(t, plan("picture", network.Part{Text: "We sail.", Media: []network.Media{m}})).RemoteID)
	alt, err := json.Marshal(c["org.matrix.msc1767.alt_text"])
	if err != nil || c["msgtype"] != "m.image" || c["body"] != "We sail." || !bytes.Contains(alt, []byte(`A \"boat\"`)) {
		t.Errorf("it arrived as %v", c)
	}
	info, _ := c["info"].(map[string]any)
	if info["w"] != float64(m.Width) || info["size"] != float64(m.Bytes) || info["mimetype"] != m.Type {
		t.Errorf("of the file it says %v", info)
	}
	address, _ := c["url"].(string)
	status, file := h.ask(t, h.Bob.Token, "GET", "/_matrix/client/v1/media/download/"+strings.TrimPrefix(address, "mxc://"), "")
	if status != 200 || !bytes.Equal(file, h.files.Bytes(m)) {
		t.Errorf("somebody else gets %d bytes of %d, %d", len(file), m.Bytes, status)
	}
	alone := h.content(t, h.publish(t, plan("alone", network.Part{Media: []network.Media{m}})).RemoteID)
	if alone["body"] != m.Alt {
		t.Errorf("without a text the body is %v", alone["body"])
	}
}

func realThread(t *testing.T, h homeserver) {
	c := calls(h.files)
	p := plan("thread", network.Part{Text: "one"}, network.Part{Text: "two"}, network.Part{Text: "three"})
	root, err := matrix.New().Publish(t.Context(), c, h.account, p)
	if err != nil {
		t.Fatal(err)
	}
	h.arrived(t, h.publish(t, plan("after the thread", network.Part{Text: "after the thread"})).RemoteID)
	list := h.must(t, h.Bob.Token, "GET", "/_matrix/client/v1/rooms/"+url.PathEscape(h.room)+"/relations/"+url.PathEscape(root.RemoteID)+"/m.thread", "")
	chunk, _ := list["chunk"].([]any)
	var bodies []string
	for _, e := range chunk {
		event, _ := e.(map[string]any)
		content, _ := event["content"].(map[string]any)
		body, _ := content["body"].(string)
		bodies = append(bodies, body)
	}
	slices.Sort(bodies)
	if !reflect.DeepEqual(bodies, []string{"three", "two"}) {
		t.Errorf("the thread below %s has %q", root.RemoteID, bodies)
	}
}

func realLongest(t *testing.T, h homeserver) {
	text := strings.Repeat("a<&\n", h.account.Limits.Text.Max/4-8) + "https://example.org"
	if got := h.content(t, h.publish(t, plan("longest", network.Part{Text: text})).RemoteID); got["body"] != text {
		t.Errorf("%d bytes became %d", len(text), len(got["body"].(string)))
	}
	encoded, err := json.Marshal(map[string]string{"msgtype": "m.text", "body": strings.Repeat("a", 66_000)})
	if err != nil {
		t.Fatal(err)
	}
	r := network.Request{
		Method: "PUT", URL: h.URL + "/_matrix/client/v3/rooms/" + url.PathEscape(h.room) + "/send/m.room.message/too-long",
		Header: map[string]string{"Authorization": "Bearer " + h.Ana.Token, "Content-Type": "application/json"}, Body: network.Bytes(encoded),
	}
	reply, err := calls(nil).Send(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	// This server's code is another than the documented one, so the answer proves nothing.
	if _, err = matrix.New().Describe().Classify("post 1", reply); reply.Status != 413 || network.KindOf(err) != network.Ambiguous {
		t.Errorf("an event that is too large: %d %s: %v", reply.Status, reply.Body, err)
	}
}

func realTwice(t *testing.T, h homeserver) {
	p := plan("twice", network.Part{Text: "said twice"})
	first := h.publish(t, p)
	for range 2 {
		if again := h.publish(t, p); again != first {
			t.Errorf("%+v, then %+v", first, again)
		}
	}
	h.arrived(t, h.publish(t, plan("after", network.Part{Text: "after it"})).RemoteID)
	if n := h.count(t, "said twice"); n != 1 {
		t.Errorf("%d events", n)
	}
}

func realLost(t *testing.T, h homeserver) {
	n, c := matrix.New(), calls(h.files)
	p := plan("lost", network.Part{Text: "lost, one"}, network.Part{Text: "lost, two"})
	if _, found, err := n.Find(t.Context(), c, h.account, p); found || err != nil {
		t.Fatalf("before: found %t, %v", found, err)
	}
	first := h.publish(t, plan("lost", network.Part{Text: "lost, one"}))
	h.arrived(t, first.RemoteID)
	if got, found, err := n.Find(t.Context(), c, h.account, p); !found || err != nil || got.RemoteID != first.RemoteID {
		t.Errorf("found %t %+v, %v; want %+v", found, got, err, first)
	}
	other := h.account // a session of Ana's that did not send it
	other.Secret = network.SecretOf(map[string]string{"token": h.Ana.Token})
	if got, found, err := n.Find(t.Context(), c, other, p); !found || err != nil || got.RemoteID != first.RemoteID {
		t.Errorf("another device: found %t %+v, %v", found, got, err)
	}
	p.Done = []network.Receipt{first}
	if _, found, err := n.Find(t.Context(), c, h.account, p); found || err != nil {
		t.Errorf("the second part: found %t, %v", found, err)
	}
	if r := h.publish(t, p); r != first {
		t.Errorf("going on it is %+v, and was %+v", r, first)
	}
	h.arrived(t, h.publish(t, plan("after the loss", network.Part{Text: "after it"})).RemoteID)
	if one, two := h.count(t, "lost, one"), h.count(t, "lost, two"); one != 1 || two != 1 {
		t.Errorf("%d and %d events", one, two)
	}
}

func realLarge(t *testing.T, h homeserver) {
	a := h.account
	a.Limits = nil // as if the server had never said how much it takes
	m := h.files.Picture("image/png", 3, 2<<20)
	m.Alt = "large"
	_, err := matrix.New().Publish(t.Context(), calls(h.files), a, plan("large", network.Part{Text: "too large", Media: []network.Media{m}}))
	if network.KindOf(err) != network.Rejected || h.count(t, "too large") != 0 {
		t.Errorf("%v; %d messages", err, h.count(t, "too large"))
	}
	if issue, bad := network.Blocking(network.Check(matrix.New().Describe(), *h.account.Limits, plan("large", network.Part{Media: []network.Media{m}}))); !bad || issue.Code != network.IssueMediaBytes {
		t.Errorf("the composer says %+v", issue)
	}
}

func realDeletes(t *testing.T, h homeserver) {
	r := h.publish(t, plan("gone", network.Part{Text: "gone soon"}))
	h.arrived(t, r.RemoteID)
	for range 2 {
		if err := matrix.New().Delete(t.Context(), calls(nil), h.account, r); err != nil {
			t.Fatal(err)
		}
	}
	h.arrived(t, h.publish(t, plan("after the deletion", network.Part{Text: "after it"})).RemoteID)
	if c := h.content(t, r.RemoteID); c["body"] != nil {
		t.Errorf("it says %v still", c)
	}
	later := plan("later", network.Part{Text: "may be the one that is gone"})
	later.CreatedAt = time.Now()
	if _, found, err := matrix.New().Find(t.Context(), calls(nil), h.account, later); found || network.KindOf(err) != network.Ambiguous {
		t.Errorf("a message without words proves nothing: found %t, %v", found, err)
	}
}

func realExpelled(t *testing.T, h homeserver) {
	a := h.account
	a.Secret = network.SecretOf(map[string]string{"token": "nonsense"})
	if _, err := matrix.New().Publish(t.Context(), calls(nil), a, plan("token", network.Part{Text: "no"})); network.KindOf(err) != network.Reauth {
		t.Errorf("a token that ended: %v", err)
	}
	bob := h.connect(t, map[string]string{"user": h.Bob.User, "password": h.Bob.Password}).Account
	if bob == nil {
		t.Fatal("Bob is not connected")
	}
	h.must(t, h.Ana.Token, "POST", "/_matrix/client/v3/rooms/"+url.PathEscape(h.room)+"/kick", `{"user_id":"`+h.Bob.User+`"}`)
	if _, err := matrix.New().Verify(t.Context(), calls(nil), *bob); network.KindOf(err) != network.Reauth {
		t.Errorf("verified from outside: %v", err)
	}
	if _, err := matrix.New().Publish(t.Context(), calls(nil), *bob, plan("outside", network.Part{Text: "from outside"})); network.KindOf(err) != network.Reauth || h.count(t, "from outside") != 0 {
		t.Errorf("from outside: %v", err)
	}
}
