package bluesky_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/bluesky"
	"postbag/backend/networks/bluesky/blueskytest"
)

func TestAGhostThatArrivesLateIsNotASecondPost(t *testing.T) {
	server := blueskytest.New(t)
	account, in := server.Account(), plan("ghost", network.Part{Text: "one"})
	server.Fail(blueskytest.Ghost)
	_, err := bluesky.New().Publish(t.Context(), newCalls(nil), account, in)
	wantKind(t, err, network.Ambiguous)
	if _, found, err := bluesky.New().Find(t.Context(), newCalls(nil), account, in); found || err != nil {
		t.Fatalf("found %t, %v", found, err)
	}
	receipt := publish(t, newCalls(nil), account, in) // the queue's "put must not exist"
	server.ReleaseGhosts()
	if posts := server.Posts(); len(posts) != 1 || posts[0].ID != receipt.RemoteID {
		t.Errorf("the server has %d posts", len(posts))
	}
}

func TestAGhostThatArrivesFirstIsFoundByTheSamePut(t *testing.T) {
	server := blueskytest.New(t)
	account, in := server.Account(), plan("ghost", network.Part{Text: "one"})
	server.Fail(blueskytest.Ghost)
	_, err := bluesky.New().Publish(t.Context(), newCalls(nil), account, in)
	wantKind(t, err, network.Ambiguous)
	server.ReleaseGhosts()
	receipt := publish(t, newCalls(nil), account, in)
	if posts := server.Posts(); len(posts) != 1 || posts[0].ID != receipt.RemoteID {
		t.Errorf("the server has %d posts", len(posts))
	}
}

func TestAnEndedTokenIsRefreshedAndTheSamePostGoesOut(t *testing.T) {
	server := blueskytest.New(t)
	files := networktest.NewFiles()
	account := server.Account()
	in := plan("expired", network.Part{Text: "one", Media: []network.Media{picture(files, 1, "a")}})
	server.ExpireAccess()
	_, err := bluesky.New().Publish(t.Context(), newCalls(files), account, in)
	wantKind(t, err, network.Reauth)
	fresh, err := bluesky.New().Refresh(t.Context(), newCalls(files), account)
	if err != nil {
		t.Fatal(err)
	}
	publish(t, newCalls(files), fresh, in)
	if n := len(server.Posts()); n != 1 {
		t.Errorf("the server has %d posts", n)
	}
	server.Revoke()
	_, err = bluesky.New().Refresh(t.Context(), newCalls(files), fresh)
	wantKind(t, err, network.Reauth)
}

func TestPicturesThatWereDeletedAreUploadedAgainAfterTheWait(t *testing.T) {
	server := blueskytest.New(t)
	files := networktest.NewFiles()
	in := plan("blobs", network.Part{Text: "one", Media: []network.Media{picture(files, 1, "a")}})
	c := newCalls(files)
	c.answer = func(step string, _ network.Request) (network.Reply, bool) {
		if step == "post" {
			server.ForgetBlobs()
		}
		return network.Reply{}, false
	}
	_, err := bluesky.New().Publish(t.Context(), c, server.Account(), in)
	wantKind(t, err, network.Throttled)
	if network.WaitOf(err) < bluesky.New().Describe().PrepareLife {
		t.Errorf("after %v the journal still answers the upload", network.WaitOf(err))
	}
	publish(t, newCalls(files), server.Account(), in) // the journal has forgotten the upload
}

func TestAMentionOfNobodyStaysPlainText(t *testing.T) {
	server := blueskytest.New(t)
	receipt := publish(t, newCalls(nil), server.Account(),
		plan("mention", network.Part{Text: "@bob.test and @nobody.test and @bob.test again"}))
	facets, _ := server.Record(receipt.RemoteID)["facets"].([]any)
	if len(facets) != 2 {
		t.Errorf("%d facets: %v", len(facets), facets)
	}
	if n := server.Requests("com.atproto.identity.resolveHandle"); n != 2 {
		t.Errorf("%d handles were asked for, want each once", n)
	}
}

func TestAServerThatCannotResolveNowStopsThePost(t *testing.T) {
	server := blueskytest.New(t)
	for _, status := range []int{429, 500, 503} {
		c := newCalls(nil)
		c.answer = func(step string, _ network.Request) (network.Reply, bool) {
			return network.Reply{Status: status}, step == "mention 1"
		}
		_, err := bluesky.New().Publish(t.Context(), c, server.Account(), plan("later", network.Part{Text: "@bob.test"}))
		if err == nil || len(server.Posts()) != 0 {
			t.Errorf("%d: %v, %d posts", status, err, len(server.Posts()))
		}
	}
}

func TestUnavailableIsDoubtAndExpiredIsNot(t *testing.T) {
	server := blueskytest.New(t)
	for failure, want := range map[networktest.Failure]network.Kind{
		blueskytest.Unavailable: network.Ambiguous, blueskytest.Expired: network.Reauth,
	} {
		server.Fail(failure)
		_, err := bluesky.New().Publish(t.Context(), newCalls(nil), server.Account(), plan("x", network.Part{Text: "x"}))
		if network.KindOf(err) != want {
			t.Errorf("%s gives %v, want %s", failure, err, want)
		}
	}
}

func TestAWaitIsReadFromTheResetByTheServersClock(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		header map[string]string
		want   time.Duration
	}{
		"seconds first": {map[string]string{"Retry-After": "7", "Ratelimit-Reset": "1", "Date": "x"}, 7 * time.Second},
		"the reset": {map[string]string{
			"Ratelimit-Reset": strconv.FormatInt(now.Add(90*time.Second).Unix(), 10), "Date": "Sun, 22 Nov 2026 10:00:00 GMT",
		}, 90 * time.Second},
		"no date":  {map[string]string{"Ratelimit-Reset": "1795341690"}, 0},
		"the past": {map[string]string{"Ratelimit-Reset": "5", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0},
		"far away": {map[string]string{"Ratelimit-Reset": "9223372036854775807", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 24 * time.Hour},
	} {
		_, err := bluesky.New().Describe().Classify("post", network.Reply{Status: 429, Header: c.header})
		if network.KindOf(err) != network.Throttled || network.WaitOf(err) != c.want {
			t.Errorf("%s: %v, wait %v, want %v", name, err, network.WaitOf(err), c.want)
		}
	}
}

func TestPicturesAndALinkThatIsNotInTheTextAreRefused(t *testing.T) {
	files := networktest.NewFiles()
	server := blueskytest.New(t)
	in := plan("link", network.Part{Text: "look", Media: []network.Media{picture(files, 1, "a")}})
	in.Link = &network.Link{URL: "https://example.com/a"}
	c := newCalls(files)
	_, err := bluesky.New().Publish(t.Context(), c, server.Account(), in)
	wantKind(t, err, network.Rejected)
	if len(c.steps) > 0 {
		t.Errorf("requests were made: %v", c.steps)
	}
	in.Parts[0].Text = "look: https://example.com/a"
	receipt := publish(t, newCalls(files), server.Account(), in)
	embed, _ := server.Record(receipt.RemoteID)["embed"].(map[string]any)
	if embed["$type"] != "app.bsky.embed.images" {
		t.Errorf("the embed is %v", embed["$type"])
	}
	for _, bad := range []string{"", "example.com", "javascript:alert(1)", "https://a b", "https://" + strings.Repeat("x", 9000)} {
		in := plan("bad", network.Part{Text: "look"})
		in.Link = &network.Link{URL: bad}
		_, err := bluesky.New().Publish(t.Context(), newCalls(files), server.Account(), in)
		wantKind(t, err, network.Rejected)
	}
}

func TestALabelIsOnTheRecordAndNoneIsNot(t *testing.T) {
	server := blueskytest.New(t)
	for label, want := range map[string]bool{"nudity": true, "none": false, "": false} {
		in := plan("label "+label, network.Part{Text: "label " + label})
		in.Options = map[string]string{"labels": label}
		_, has := server.Record(publish(t, newCalls(nil), server.Account(), in).RemoteID)["labels"]
		if has != want {
			t.Errorf("%q: labels %t, want %t", label, has, want)
		}
	}
}

func TestAnAccountOfAnotherKindHasToBeConnectedAgain(t *testing.T) {
	account := blueskytest.New(t).Account()
	for _, secret := range []network.Secret{{}, network.NewSecret("plain"), network.SecretOf(map[string]string{"kind": "other", "access": "x"})} {
		account.Secret = secret
		c := newCalls(nil)
		_, err := bluesky.New().Publish(t.Context(), c, account, plan("x", network.Part{Text: "x"}))
		wantKind(t, err, network.Reauth)
		if len(c.steps) > 0 {
			t.Errorf("requests were made: %v", c.steps)
		}
	}
}

func TestOnlyAnOwnPostCanBeDeleted(t *testing.T) {
	account := blueskytest.New(t).Account()
	for _, id := range []string{
		"", "at://did:plc:other/app.bsky.feed.post/3jzfcijpj2z2a", "at://" + account.RemoteID + "/app.bsky.actor.profile/self",
		"at://" + account.RemoteID + "/app.bsky.feed.post/../x", "https://bsky.app",
	} {
		c := newCalls(nil)
		if err := bluesky.New().Delete(t.Context(), c, account, network.Receipt{RemoteID: id}); err == nil || len(c.steps) > 0 {
			t.Errorf("%q: %v, requests %v", id, err, c.steps)
		}
	}
}
