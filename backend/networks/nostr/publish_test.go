package nostr_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/nostr"
	"postbag/backend/networks/nostr/nostrtest"
)

func TestANoteHasEverythingThatWasChosen(t *testing.T) {
	s := nostrtest.New(t)
	files := networktest.NewFiles()
	picture, film := files.Picture("image/jpeg", 1, 0), files.Picture("video/mp4", 2, 0)
	picture.Alt, film.Alt = "A window\nwith \"geraniums\"", "A door opens"
	p := plan(
		network.Part{Text: "Open at seven. #Bakery #bakery #日本 no#tag", Media: []network.Media{picture, film}},
		network.Part{Text: "And"}, network.Part{Text: "closed at four."})
	p.Warning, p.Link = "bread", &network.Link{URL: "https://bakery.example/"}
	first := must(t, files, s.Account(), p)
	sent := s.Sent()
	if len(sent) != 3 || sent[0].ID != first.RemoteID {
		t.Fatalf("%d events arrived", len(sent))
	}
	want := [][]string{
		{"t", "bakery"},
		{"t", "日本"},
		{"content-warning", "bread"},
		{"imeta", "url " + s.URL + "/" + picture.SHA256 + ".bin", "m image/jpeg", "x " + picture.SHA256, "size " + strconv.FormatInt(picture.Bytes, 10), "dim 16x16", "alt A window\nwith \"geraniums\""},
		{"imeta", "url " + s.URL + "/" + film.SHA256 + ".bin", "m video/mp4", "x " + film.SHA256, "size " + strconv.FormatInt(film.Bytes, 10), "dim 16x16", "alt A door opens"},
	}
	if !slices.EqualFunc(sent[0].Tags, want, slices.Equal) {
		t.Errorf("tags %q\nwant %q", sent[0].Tags, want)
	}
	text := "Open at seven. #Bakery #bakery #日本 no#tag\n\nhttps://bakery.example/\n\n" + s.URL + "/" + picture.SHA256 + ".bin\n" + s.URL + "/" + film.SHA256 + ".bin"
	if sent[0].Content != text || sent[0].Kind != 1 || sent[0].CreatedAt != due.Unix() || sent[0].PubKey != nostrtest.PubKey() {
		t.Errorf("the note is %+v", sent[0])
	}
	me := nostrtest.PubKey()
	for i, want := range [][][]string{
		{{"e", sent[0].ID, s.WS, "root", me}, {"p", me}, {"content-warning", "bread"}},
		{{"e", sent[0].ID, s.WS, "root", me}, {"e", sent[1].ID, s.WS, "reply", me}, {"p", me}, {"content-warning", "bread"}},
	} {
		if got := sent[i+1]; !slices.EqualFunc(got.Tags, want, slices.Equal) || got.CreatedAt != due.Unix()+int64(i)+1 {
			t.Errorf("part %d: %q at %d, want %q", i+2, got.Tags, got.CreatedAt, want)
		}
	}
}

func TestTheSamePlanIsTheSameEvent(t *testing.T) {
	one, two := nostrtest.New(t), nostrtest.New(t)
	p := plan(network.Part{Text: "once\u2028 \u007f \U0001f469\u200d\U0001f467 <&>"})
	a := must(t, nil, account(one.WS), p)
	b := must(t, nil, account(two.WS), p)
	if again := must(t, nil, account(one.WS), p); a.RemoteID != b.RemoteID || again.RemoteID != a.RemoteID {
		t.Errorf("the ids are %q, %q and %q", a.RemoteID, b.RemoteID, again.RemoteID)
	}
	if x, y := one.Sent(), two.Sent(); len(x) != 2 || x[0].Sig != x[1].Sig || x[0].Sig != y[0].Sig || len(one.Posts()) != 1 {
		t.Error("the same event was signed in two ways")
	}
}

func TestOneRelayThatAcceptsIsEnough(t *testing.T) {
	first, second, third := nostrtest.New(t), nostrtest.New(t), nostrtest.New(t)
	a := account(first.WS, second.WS, "ws://127.0.0.1:1", third.WS)
	first.Fail(networktest.Refused)
	second.Fail(networktest.DropAfter)
	r := must(t, nil, a, plan(network.Part{Text: "to four relays"}))
	for i, s := range []*nostrtest.Relay{first, second, third} {
		if len(s.Sent()) != 1 || (len(s.Posts()) == 1) != (i > 0) {
			t.Errorf("relay %d got %d events and has %d notes", i+1, len(s.Sent()), len(s.Posts()))
		}
	}
	// A relay that is away leaves absence unproved, and presence is proved by any.
	if got := find(t, a, plan(network.Part{Text: "to four relays"})); got != r.RemoteID {
		t.Errorf("looked for: %s", got)
	}
	if got := find(t, a, plan(network.Part{Text: "never sent"})); got != "unknown" {
		t.Errorf("what one relay cannot say is %s", got)
	}
	if got := find(t, account(first.WS, second.WS, third.WS), plan(network.Part{Text: "never sent"})); got != "absent" {
		t.Errorf("what no relay has is %s", got)
	}
}

func TestAnAnswerThatGetsLostIsSettledByTheID(t *testing.T) {
	s := nostrtest.New(t)
	files := networktest.NewFiles()
	picture := files.Picture("image/png", 1, 0)
	for _, p := range []network.Plan{
		plan(network.Part{Text: "words alone"}), plan(network.Part{Text: "with a picture", Media: []network.Media{picture}}),
	} {
		if got := find(t, s.Account(), p); got != "absent" {
			t.Errorf("before it was sent: %s", got)
		}
		s.Fail(networktest.DropAfter)
		if _, err := nostr.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Fatalf("a lost answer: %v", err)
		}
		posts := s.Posts()
		if got := find(t, s.Account(), p); got != posts[len(posts)-1].ID {
			t.Errorf("after it was lost: %s", got)
		}
		before := len(posts)
		if r := must(t, files, s.Account(), p); r.RemoteID != posts[before-1].ID || len(s.Posts()) != before {
			t.Errorf("sent again it is %q, %d notes", r.RemoteID, len(s.Posts()))
		}
	}
	s.Mute(true)
	_, _, err := nostr.New().Find(t.Context(), quick(), s.Account(), plan(network.Part{Text: "words alone"}))
	if network.KindOf(err) != network.Ambiguous {
		t.Errorf("a relay that says nothing: %v", err)
	}
}

func TestAForgedNoteProvesNothing(t *testing.T) {
	s := nostrtest.New(t)
	p := plan(network.Part{Text: "mine"})
	must(t, nil, s.Account(), p)
	mine := s.Sent()[0]
	for name, change := range map[string]func(e *nostrtest.Event){
		"another text":      func(e *nostrtest.Event) { e.Content = "not mine" },
		"another signature": func(e *nostrtest.Event) { e.Sig = strings.Repeat("0", 128) },
		"half a signature":  func(e *nostrtest.Event) { e.Sig = e.Sig[:64] },
		"another author":    func(e *nostrtest.Event) { e.PubKey = someID },
		"no author":         func(e *nostrtest.Event) { e.PubKey = "" },
	} {
		liar := nostrtest.New(t)
		forged := mine
		change(&forged)
		liar.Put(forged)
		if got := find(t, nostrtest.AccountAt("", liar.WS), p); got == mine.ID {
			t.Errorf("%s: believed", name)
		}
	}
}

func TestAMediaServerIsHeldToWhatItWasSent(t *testing.T) {
	s := nostrtest.New(t)
	files := networktest.NewFiles()
	picture := files.Picture("image/png", 1, 0)
	p := plan(network.Part{Text: "a picture", Media: []network.Media{picture}})
	blob := func(url, sum, size string) func(http.ResponseWriter) bool {
		return func(w http.ResponseWriter) bool {
			_, _ = w.Write([]byte(`{"url":"` + url + `","sha256":"` + sum + `","size":` + size + `}`))
			return true
		}
	}
	refuse := func(status int) func(http.ResponseWriter) bool {
		return func(w http.ResponseWriter) bool {
			w.Header().Set("Blossom-Upload-Message", "File too large. Max allowed size is 100MB")
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			return true
		}
	}
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter) bool
		want   network.Kind
	}{
		"another file":       {blob("https://m.example/a", someID, "1"), network.Rejected},
		"another size":       {blob("https://m.example/a", picture.SHA256, "1"), network.Rejected},
		"no address":         {blob("", picture.SHA256, "0"), network.Ambiguous},
		"a script":           {blob("javascript:alert(1)", picture.SHA256, "0"), network.Ambiguous},
		"two addresses":      {blob("https://m.example/a https://evil.example", picture.SHA256, "0"), network.Ambiguous},
		"in clear":           {blob("http://m.example/a", picture.SHA256, "0"), network.Ambiguous},
		"too large":          {refuse(413), network.Rejected},
		"to be paid":         {refuse(402), network.Rejected},
		"not allowed":        {refuse(403), network.Rejected},
		"later":              {refuse(429), network.Throttled},
		"broken":             {refuse(500), network.Ambiguous},
		"moved":              {refuse(302), network.Ambiguous},
		"never heard of it":  {refuse(418), network.Ambiguous},
		"an empty agreement": {refuse(204), network.Ambiguous},
	} {
		s.RefuseFiles(c.answer)
		_, err := nostr.New().Publish(t.Context(), calls(files), s.Account(), p)
		if network.KindOf(err) != c.want || strings.Contains(err.Error(), nostrtest.Key) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if c.want == network.Throttled && network.WaitOf(err).Seconds() != 7 {
			t.Errorf("%s: waits %v", name, network.WaitOf(err))
		}
	}
	if len(s.Sent()) != 0 {
		t.Error("a post went out without its picture")
	}
}

func TestDeletingAsksEveryRelay(t *testing.T) {
	one, two := nostrtest.New(t), nostrtest.New(t)
	a := account(one.WS, two.WS)
	r := must(t, nil, a, plan(network.Part{Text: "to be deleted"}))
	two.Fail(networktest.Refused)
	if err := nostr.New().Delete(t.Context(), calls(nil), a, r); err == nil || !strings.Contains(err.Error(), "blocked") || len(two.Posts()) != 1 {
		t.Errorf("one relay refused: %v", err)
	}
	if err := nostr.New().Delete(t.Context(), calls(nil), a, r); err != nil || len(one.Posts())+len(two.Posts()) != 0 {
		t.Errorf("deleted: %v; %d and %d are left", err, len(one.Posts()), len(two.Posts()))
	}
	last := two.Sent()[len(two.Sent())-1]
	if last.Kind != 5 || !slices.EqualFunc(last.Tags, [][]string{{"e", r.RemoteID}, {"k", "1"}}, slices.Equal) {
		t.Errorf("the wish is %+v", last)
	}
	if err := nostr.New().Delete(t.Context(), calls(nil), account("ws://127.0.0.1:1"), r); network.KindOf(err) != network.NotSent {
		t.Errorf("nobody there: %v", err)
	}
}
