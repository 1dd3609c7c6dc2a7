package instagram_test

import (
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/instagram"
)

func commented(p network.Plan, text string) network.Plan {
	p.Parts = append(p.Parts, network.Part{Text: text})
	return p
}

func TestACommentStandsUnderEveryKindOfPost(t *testing.T) {
	b := newBench(t)
	for i, p := range []network.Plan{
		b.plan("One", b.picture(1, "")), b.plan("A reel", b.film(2)), b.plan("Two", b.picture(3, ""), b.picture(4, "")),
	} {
		b.calls = networktest.Record(instagram.New(), b.files)
		b.calls.Carrier = b.Shelf
		r := b.must(commented(p, "#bread #oven #flour #yeast #rye"))
		list := b.Comments()
		if len(list) != i+1 || list[i].Post != r.RemoteID || list[i].Text != "#bread #oven #flour #yeast #rye" {
			t.Fatalf("under %+v: %+v", r, list)
		}
		last := b.calls.Sent[len(b.calls.Sent)-1]
		if last != "comment on "+r.RemoteID+" by kari.bakes" {
			t.Errorf("the last step is %q", last)
		}
	}
}

// A comment has nothing invisible before it: what is lost is a person's to settle, and the post stays as it is.
func TestALostCommentIsDoubtAboutTheCommentAlone(t *testing.T) {
	for failure, want := range map[networktest.Failure]network.Kind{
		networktest.DropAfter: network.Ambiguous, networktest.Garbage: network.Ambiguous, networktest.ServerError: network.Ambiguous,
		networktest.Unauthorized: network.Reauth, networktest.RateLimited: network.Throttled,
	} {
		b := newBench(t)
		p := commented(b.plan("One", b.picture(1, "")), "First")
		b.FailComment(failure)
		if _, err := b.publish(p); network.KindOf(err) != want {
			t.Errorf("%s: %v", failure, err)
		}
		p.Done = []network.Receipt{{RemoteID: b.container().Post}}
		if box, err := b.ask(p); err == nil {
			t.Errorf("%s: a comment is the container %+v", failure, box)
		}
		if n := len(b.Containers()); n != 1 {
			t.Errorf("%s: %d containers", failure, n)
		}
	}
}

func TestWhatIsNoCommentIsSaidBefore(t *testing.T) {
	b := newBench(t)
	d := instagram.New().Describe()
	for name, c := range map[string]struct {
		code string
		plan network.Plan
	}{
		"too long":      {network.IssueTooLong, commented(b.plan("One", b.picture(1, "")), strings.Repeat("x", 2201))},
		"too many tags": {"too_many_tags", commented(b.plan("One", b.picture(1, "")), strings.Repeat("#a ", 31))},
		"two":           {network.IssueParts, commented(commented(b.plan("One", b.picture(1, "")), "x"), "y")},
		"empty":         {network.IssueEmpty, commented(b.plan("One", b.picture(1, "")), " ")},
	} {
		issue, bad := network.Blocking(network.Check(d, d.Limits, c.plan))
		if !bad || issue.Code != c.code {
			t.Errorf("%s: %+v", name, issue)
		}
	}
	story := commented(b.plan("", b.picture(1, "")), "x")
	story.Options["place"] = "story"
	if issue, bad := network.Blocking(network.Check(d, d.Limits, story)); !bad || issue.Code != network.IssueOption || issue.Part != 1 {
		t.Errorf("a story with a comment: %+v", issue)
	}
	good := commented(b.plan("One", b.picture(1, "")), strings.Repeat("#a ", 30))
	if issue, bad := network.Blocking(network.Check(d, d.Limits, good)); bad {
		t.Errorf("thirty tags: %+v", issue)
	}
	pictured := commented(b.plan("One", b.picture(1, "")), "x")
	pictured.Parts[1].Media = []network.Media{b.picture(2, "")}
	if _, bad := network.Blocking(network.Check(d, d.Limits, pictured)); !bad {
		t.Error("a comment with a picture is taken")
	}
}

func TestWithoutThePermissionNoCommentIsTried(t *testing.T) {
	b := newBench(t)
	p := commented(b.plan("One", b.picture(1, "")), "First")
	a := b.Account()
	a.Options = map[string]string{"comments": "off"}
	if _, err := instagram.New().Publish(t.Context(), b.calls, a, p); network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "instagram_business_manage_comments") || len(b.Containers()) != 0 {
		t.Errorf("it gives %v", err)
	}
	b.Silence() // taken away since
	if _, err := b.publish(p); network.KindOf(err) != network.Reauth || !strings.Contains(err.Error(), "instagram_business_manage_comments") {
		t.Errorf("refused by Instagram it gives %v", err)
	}
	p.Done = []network.Receipt{{RemoteID: "../me"}}
	if _, err := b.publish(p); network.KindOf(err) != network.Rejected {
		t.Errorf("under a post whose id cannot be read: %v", err)
	}
	for _, body := range []string{`{"id":"../me"}`, `{}`, `<html>`} {
		r, err := instagram.New().Describe().Classify("comment on 17920238422030506 by kari.bakes", network.Reply{Status: 200, Body: []byte(body)})
		if network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %+v, %v", body, r, err)
		}
	}
}
