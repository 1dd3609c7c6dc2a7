package bluesky_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/bluesky"
	"postbag/build/servers"
)

// One real server serves all tests against it: starting one takes seconds.
func TestAgainstARealPDS(t *testing.T) {
	networktest.Verified(t, "bluesky", networktest.RealServer, "the reference server, @atproto/pds 0.5.35")
	pds := servers.PDS(t)
	files := networktest.NewFiles()
	account := connect(t, newCalls(files), map[string]string{
		"server": pds.URL, "identifier": pds.Alice.Handle, "password": pds.Alice.AppPassword,
	})
	for _, test := range []struct {
		name string
		run  func(*testing.T, realPDS)
	}{
		{"connecting names the account and keeps no password", connects},
		{"a wrong password asks again", wrongPassword},
		{"a post arrives with its picture, alt text and facets", postArrives},
		{"a thread's parts have the addresses computed here", threadAddresses},
		{"the longest thread of the largest texts is accepted", longestThread},
		{"the same post again is the same post", samePost},
		{"another post at the same address is refused and nothing is lost", createOnly},
		{"a lost answer is found, an unsent post is proved absent", lostAnswer},
		{"a thread written twice is in doubt and then found", threadTwice},
		{"new tokens work, old and wrong ones ask for a new sign-in", tokens},
		{"what the server refuses is said and nothing is written", refusals},
		{"a picture that is gone asks to wait for a new upload", missingBlob},
		{"a deleted thread is gone, and deleting again is no error", deletes},
		{"a link card arrives with its picture", linkCard},
		{"limits are the server's own", limits},
		{"a video is stored as it is, and read back", videos},
		{"the server gives the permission for the video service", permissions},
		{"a gallery is stored, and read back", galleries},
		{"gates are written with their posts, read back and deleted with them", gates},
		{"a sign-in in the browser connects, and its code is good once", browserConnects},
		{"a sign-in that a person refuses connects nothing", browserDenied},
		{"who signed in in the browser publishes, finds and deletes", browserPublishes},
		{"a post without the server's nonce is not written, and the next attempt has it", browserNonce},
		{"new tokens of a browser's sign-in end the old ones", browserRefreshes},
		{"what a person ends on the server's page is ended, and a token is nothing without its key", browserRevoked},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, realPDS{pds, account, files}) })
	}
}

type realPDS struct {
	servers.RealPDS
	account network.Account
	files   *networktest.Files
}

// record reads a record as the server has it.
func (p realPDS) record(t *testing.T, uri string) (id string, value json.RawMessage) {
	t.Helper()
	parts := strings.Split(strings.TrimPrefix(uri, "at://"), "/")
	reply, err := newCalls(nil).Read(t.Context(), "read", network.Request{
		Method: "GET", URL: p.URL + "/xrpc/com.atproto.repo.getRecord?repo=" + url.QueryEscape(parts[0]) +
			"&collection=" + parts[1] + "&rkey=" + parts[2],
	})
	if err != nil {
		t.Fatal(err)
	}
	if reply.Status == 400 && bytes.Contains(reply.Body, []byte("RecordNotFound")) {
		return "", nil
	}
	var answer struct {
		CID   string          `json:"cid"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(reply.Body, &answer); err != nil || !reply.OK() {
		t.Fatalf("read %s: %d %s", uri, reply.Status, reply.Body)
	}
	return answer.CID, answer.Value
}

func sameJSON(t *testing.T, got, want []byte) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatalf("%v: %s", err, want)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("the server has\n%s\nwant\n%s", got, want)
	}
}

func connects(t *testing.T, p realPDS) {
	a := p.account
	if a.RemoteID != p.Alice.DID || a.Handle != "alice.test" || a.Server != p.URL {
		t.Errorf("connected as %s, %s on %s", a.RemoteID, a.Handle, a.Server)
	}
	if strings.Contains(a.Secret.Reveal(), p.Alice.AppPassword) {
		t.Error("the password was kept")
	}
	if a.Expires.IsZero() {
		t.Error("the account does not say when its token ends")
	}
	byDID := connect(t, newCalls(nil), map[string]string{
		"server": p.URL, "identifier": p.Alice.DID, "password": p.Alice.Password,
	})
	if byDID.RemoteID != a.RemoteID {
		t.Errorf("by DID it is %s", byDID.RemoteID)
	}
	verified, err := bluesky.New().Verify(t.Context(), newCalls(nil), a)
	if err != nil || verified.Handle != "alice.test" {
		t.Errorf("verified as %q: %v", verified.Handle, err)
	}
}

func wrongPassword(t *testing.T, p realPDS) {
	step, err := bluesky.New().Connect(t.Context(), newCalls(nil), network.Step{Answers: map[string]string{
		"server": p.URL, "identifier": p.Bob.Handle, "password": "aaaa-bbbb-cccc-dddd",
	}})
	if err != nil || step.Account != nil || step.Message == "" || len(step.Ask) != 3 {
		t.Errorf("got %+v, %v", step, err)
	}
}

func postArrives(t *testing.T, p realPDS) {
	const text = "Grüße 👋🏽 @bob.test, see https://example.com/ä?b=(c). Also example.org, @nobody.test and #Grüße!"
	c := newCalls(p.files)
	receipt := publish(t, c, p.account, plan("post", network.Part{
		Text: text, Media: []network.Media{picture(p.files, 1, "ein Bild <&> \u2028")},
	}))
	blob := c.replies["blob 1.1"]
	id, value := p.record(t, receipt.RemoteID)
	if id != receipt.Ref {
		t.Errorf("the server has it at %s, the receipt says %s", id, receipt.Ref)
	}
	var uploaded struct {
		Blob json.RawMessage `json:"blob"`
	}
	if err := json.Unmarshal(blob.Body, &uploaded); err != nil {
		t.Fatal(err)
	}
	facet := func(piece, feature string) string {
		start := strings.Index(text, piece)
		return fmt.Sprintf(`{"index":{"byteStart":%d,"byteEnd":%d},"features":[{"$type":"app.bsky.richtext.facet#%s}]}`,
			start, start+len(piece), feature)
	}
	words, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, value, fmt.Appendf(nil, `{"$type":"app.bsky.feed.post","text":%s,"createdAt":"2026-11-22T10:00:00.000Z",
		"langs":["en"],"facets":[%s,%s,%s,%s],"embed":{"$type":"app.bsky.embed.images","images":[
		{"alt":"ein Bild <&> \u2028","image":%s,"aspectRatio":{"width":16,"height":16}}]}}`,
		words,
		facet("@bob.test", `mention","did":"`+p.Bob.DID+`"`),
		facet("https://example.com/ä?b=(c)", `link","uri":"https://example.com/ä?b=(c)"`),
		facet("example.org", `link","uri":"https://example.org"`),
		facet("#Grüße", `tag","tag":"Grüße"`),
		uploaded.Blob))
	sent := struct {
		Record json.RawMessage `json:"record"`
	}{}
	if err := json.Unmarshal(c.sent["post"].Body[0].Bytes, &sent); err != nil {
		t.Fatal(err)
	}
	sameJSON(t, value, sent.Record)
}

func threadAddresses(t *testing.T, p realPDS) {
	parts := []network.Part{
		{Text: "One, with https://example.com and #tag", Media: []network.Media{picture(p.files, 2, "two"), picture(p.files, 3, "")}},
		{Text: "Two, for @bob.test"},
		{Text: "", Media: []network.Media{picture(p.files, 4, "four")}},
		{Text: "Four ☕"},
	}
	in := plan("thread", parts...)
	in.Options = map[string]string{"labels": "graphic-media"}
	c := newCalls(p.files)
	receipt := publish(t, c, p.account, in)
	var input struct {
		Writes []struct {
			Key   string          `json:"rkey"`
			Value json.RawMessage `json:"value"`
		} `json:"writes"`
	}
	if err := json.Unmarshal(c.sent["thread"].Body[0].Bytes, &input); err != nil {
		t.Fatal(err)
	}
	type ref struct{ URI, CID string }
	var before, root ref
	for i, w := range input.Writes {
		uri := "at://" + p.account.RemoteID + "/app.bsky.feed.post/" + w.Key
		id, value := p.record(t, uri)
		sameJSON(t, value, w.Value)
		var post struct {
			Text  string `json:"text"`
			Reply *struct{ Root, Parent ref }
		}
		if err := json.Unmarshal(value, &post); err != nil || post.Text != parts[i].Text {
			t.Errorf("part %d reads %q: %v", i, post.Text, err)
		}
		if i == 0 {
			root = ref{uri, id}
			if uri != receipt.RemoteID || post.Reply != nil {
				t.Errorf("the thread begins with %s", uri)
			}
		} else if post.Reply == nil || post.Reply.Parent != before || post.Reply.Root != root {
			t.Errorf("part %d answers %+v, the server has %+v below %+v", i, post.Reply, before, root)
		}
		before = ref{uri, id}
	}
	if len(input.Writes) != 4 {
		t.Errorf("%d writes", len(input.Writes))
	}
}

func longestThread(t *testing.T, p realPDS) {
	d := bluesky.New().Describe()
	for _, pictures := range []int{4, d.Limits.Media.Max} {
		in := plan(fmt.Sprintf("longest %d", pictures))
		in.Options = map[string]string{"replies": "mentioned", "no_quotes": "true", "labels": "graphic-media"}
		for i := range d.Limits.Parts {
			part := network.Part{Text: strings.Repeat("🏳️‍🌈", 214)} // 2996 bytes
			for range pictures {
				part.Media = append(part.Media, picture(p.files, 5+i%2, strings.Repeat("語", d.Limits.Alt.Max)))
			}
			in.Parts = append(in.Parts, part)
		}
		if issue, bad := network.Blocking(network.Check(d, d.Limits, in)); bad {
			most, err := strconv.Atoi(issue.Values["limit"])
			if err != nil || issue.Code != network.IssueParts || pictures == 4 {
				t.Fatalf("%d pictures: %+v", pictures, issue)
			}
			in.Parts = in.Parts[:most]
		}
		c := newCalls(p.files)
		receipt := publish(t, c, p.account, in)
		t.Logf("one request of %d parts, %d bytes", len(in.Parts), c.sent[c.steps[len(c.steps)-1]].Body.Len())
		if id, _ := p.record(t, receipt.RemoteID); id == "" {
			t.Error("the server does not have it")
		}
	}
}

func samePost(t *testing.T, p realPDS) {
	in := plan("same", network.Part{Text: "the same"})
	first := publish(t, newCalls(p.files), p.account, in)
	c := newCalls(p.files)
	if second := publish(t, c, p.account, in); second != first {
		t.Errorf("%+v, then %+v", first, second)
	}
	if bytes.Contains(c.replies["post"].Body, []byte(`"commit"`)) {
		t.Error("the server wrote something the second time")
	}
}

func createOnly(t *testing.T, p realPDS) {
	first := publish(t, newCalls(p.files), p.account, plan("only", network.Part{Text: "first"}))
	other := plan("only", network.Part{Text: "second"})
	_, err := bluesky.New().Publish(t.Context(), newCalls(p.files), p.account, other)
	wantKind(t, err, network.Ambiguous)
	if e := (*network.Error)(nil); !asError(err, &e) || e.Code != "InvalidSwap" {
		t.Errorf("got %v", err)
	}
	if id, _ := p.record(t, first.RemoteID); id != first.Ref {
		t.Errorf("the first post is now %s", id)
	}
	_, found, err := bluesky.New().Find(t.Context(), newCalls(nil), p.account, other)
	if found || err == nil {
		t.Errorf("found %t, %v: want an error, since another post is there", found, err)
	}
}

func lostAnswer(t *testing.T, p realPDS) {
	in := plan("lost", network.Part{Text: "lost"})
	if _, found, err := bluesky.New().Find(t.Context(), newCalls(nil), p.account, in); found || err != nil {
		t.Fatalf("before: found %t, %v", found, err)
	}
	c := newCalls(p.files)
	c.lose = true
	_, err := bluesky.New().Publish(t.Context(), c, p.account, in)
	wantKind(t, err, network.Ambiguous)
	receipt, found, err := bluesky.New().Find(t.Context(), newCalls(nil), p.account, in)
	if err != nil || !found {
		t.Fatalf("found %t, %v", found, err)
	}
	if again := publish(t, newCalls(p.files), p.account, in); again != receipt {
		t.Errorf("found %+v, published %+v", receipt, again)
	}
}

func threadTwice(t *testing.T, p realPDS) {
	in := plan("twice", network.Part{Text: "one"}, network.Part{Text: "two"})
	first := publish(t, newCalls(p.files), p.account, in)
	c := newCalls(p.files)
	_, err := bluesky.New().Publish(t.Context(), c, p.account, in)
	t.Logf("the second time the server answers %d %s", c.replies["thread"].Status, c.replies["thread"].Body)
	wantKind(t, err, network.Ambiguous)
	receipt, found, err := bluesky.New().Find(t.Context(), newCalls(nil), p.account, in)
	if err != nil || !found || receipt != first {
		t.Errorf("found %t %+v, %v; published %+v", found, receipt, err, first)
	}
}

func tokens(t *testing.T, p realPDS) {
	fresh, err := bluesky.New().Refresh(t.Context(), newCalls(nil), p.account)
	if err != nil {
		t.Fatal(err)
	}
	if fresh.Secret.Field("access") == p.account.Secret.Field("access") || fresh.Server != p.account.Server {
		t.Errorf("refreshed on %s", fresh.Server)
	}
	publish(t, newCalls(p.files), fresh, plan("fresh", network.Part{Text: "with new tokens"}))
	again, err := bluesky.New().Refresh(t.Context(), newCalls(nil), p.account) // as if the answer had been lost
	if err != nil {
		t.Fatalf("the old refresh token: %v", err)
	}
	publish(t, newCalls(p.files), again, plan("again", network.Part{Text: "with newer tokens"}))

	wrong := p.account
	wrong.Secret = network.SecretOf(map[string]string{"kind": "session", "access": "nonsense", "refresh": "nonsense"})
	_, err = bluesky.New().Publish(t.Context(), newCalls(p.files), wrong, plan("wrong", network.Part{Text: "no"}))
	wantKind(t, err, network.Reauth)
	_, err = bluesky.New().Refresh(t.Context(), newCalls(nil), wrong)
	wantKind(t, err, network.Reauth)
	_, err = bluesky.New().Verify(t.Context(), newCalls(nil), wrong)
	wantKind(t, err, network.Reauth)
}

// refusals sends what Check would have kept back, by changing the request on its way.
func refusals(t *testing.T, p realPDS) {
	for name, change := range map[string][2]string{
		"a text too long":      {`"text":"short"`, `"text":"` + strings.Repeat("x", 301) + `"`},
		"a time that is none":  {`"createdAt":"2026-11-22T10:00:00.000Z"`, `"createdAt":"yesterday"`},
		"a key that is no TID": {`"rkey":"3`, `"rkey":"z`},
	} {
		c := newCalls(p.files)
		c.carrier = changing{c.carrier, change[0], change[1]}
		_, err := bluesky.New().Publish(t.Context(), c, p.account, plan(name, network.Part{Text: "short"}))
		if err == nil || network.KindOf(err) != network.Rejected {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// changing replaces a piece of a body.
type changing struct {
	network.Carrier
	from, to string
}

func (c changing) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	if len(r.Body) > 0 {
		r.Body = network.Bytes(bytes.Replace(r.Body[0].Bytes, []byte(c.from), []byte(c.to), 1))
	}
	return c.Carrier.Send(ctx, r, intent)
}

func missingBlob(t *testing.T, p realPDS) {
	c := newCalls(p.files)
	c.answer = func(step string, _ network.Request) (network.Reply, bool) { // as the journal answers it
		return network.Reply{Status: 200, Body: []byte(`{"blob":{"$type":"blob","ref":{"$link":` +
			`"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"},"mimeType":"image/png","size":70}}`)}, step == "blob 1.1"
	}
	_, err := bluesky.New().Publish(t.Context(), c, p.account,
		plan("gone", network.Part{Text: "gone", Media: []network.Media{picture(p.files, 9, "")}}))
	wantKind(t, err, network.Throttled)
	if life := bluesky.New().Describe().PrepareLife; network.WaitOf(err) < life {
		t.Errorf("the wait is %v: the upload is not made again before %v", network.WaitOf(err), life)
	}
}

func deletes(t *testing.T, p realPDS) {
	in := plan("delete", network.Part{Text: "one"}, network.Part{Text: "two"}, network.Part{Text: "three"})
	c := newCalls(p.files)
	receipt := publish(t, c, p.account, in)
	for range 2 {
		if err := bluesky.New().Delete(t.Context(), newCalls(nil), p.account, receipt); err != nil {
			t.Fatal(err)
		}
	}
	var results struct {
		Results []struct{ URI string }
	}
	if err := json.Unmarshal(c.replies["thread"].Body, &results); err != nil || len(results.Results) != 3 {
		t.Fatalf("%v: %s", err, c.replies["thread"].Body)
	}
	for _, r := range results.Results {
		if id, _ := p.record(t, r.URI); id != "" {
			t.Errorf("%s is still there", r.URI)
		}
	}
}

func linkCard(t *testing.T, p realPDS) {
	thumb := picture(p.files, 7, "")
	in := plan("card", network.Part{Text: "look"})
	in.Link = &network.Link{URL: "https://example.com/ü", Title: "Title", Description: "Words", Thumb: &thumb}
	receipt := publish(t, newCalls(p.files), p.account, in)
	_, value := p.record(t, receipt.RemoteID)
	for _, want := range []string{`"app.bsky.embed.external"`, `"uri":"https://example.com/ü"`, `"title":"Title"`, `"thumb":{`} {
		if !bytes.Contains(value, []byte(want)) {
			t.Errorf("%s is not in %s", want, value)
		}
	}
}

func limits(t *testing.T, p realPDS) {
	l, err := bluesky.New().Limits(t.Context(), newCalls(nil), p.account)
	if err != nil {
		t.Fatal(err)
	}
	if l.Media.ImageBytes != 2_000_000 || l.Text.Max != 300 { // the server's 5 MiB are more than a post may have
		t.Errorf("pictures of %d bytes, texts of %d", l.Media.ImageBytes, l.Text.Max)
	}
	large := p.files.Picture("image/png", 8, int(l.Media.ImageBytes))
	publish(t, newCalls(p.files), p.account, plan("large", network.Part{Text: "large", Media: []network.Media{large}}))
}
