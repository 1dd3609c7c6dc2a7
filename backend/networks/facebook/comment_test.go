package facebook_test

import (
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/facebook"
	"postbag/backend/networks/facebook/facebooktest"
)

func commented(p network.Plan, text string) network.Plan {
	p.Parts = append(p.Parts, network.Part{Text: text})
	return p
}

func TestACommentStandsUnderPostsVideosAndReels(t *testing.T) {
	files := networktest.NewFiles()
	for name, p := range map[string]network.Plan{
		"a text": plan("A post"), "a video": film(files, "A film", 900), "a reel": put("reel", film(files, "A reel", 900)),
	} {
		s := facebooktest.New(t)
		p = commented(p, "The recipe: https://example.com/")
		receipt := must(t, calls(files), s.Account(), p)
		saved := s.Saved()
		if len(saved) != 2 || saved[1].Text != "The recipe: https://example.com/" || saved[1].Parent != receipt.RemoteID {
			t.Fatalf("%s: saved as %+v under %+v", name, saved, receipt)
		}
		p.Done = []network.Receipt{receipt}
		s.Write(facebooktest.Post{Text: "The recipe: https://example.com/", Parent: receipt.RemoteID, Writer: "999888777"})
		exact, near := looked(t, s, p)
		if len(exact) != 1 || exact[0].Receipt.RemoteID != saved[1].ID || len(near) != 0 {
			t.Errorf("%s: the comment is found as %+v, %+v", name, exact, near)
		}
		if want := "?comment_id=" + saved[1].ID[strings.LastIndex(saved[1].ID, "_")+1:]; !strings.HasSuffix(exact[0].Receipt.URL, want) {
			t.Errorf("%s: the comment is at %q", name, exact[0].Receipt.URL)
		}
		if err := facebook.New().Delete(t.Context(), calls(files), s.Account(), exact[0].Receipt); err != nil || len(s.Saved()) != 2 {
			t.Errorf("%s: delete: %v", name, err)
		}
	}
}

func TestALostCommentIsDoubtAboutTheCommentAlone(t *testing.T) {
	for failure, kept := range map[networktest.Failure]int{networktest.DropAfter: 2, networktest.Garbage: 2, networktest.ServerError: 1} {
		s := facebooktest.New(t)
		j := calls(networktest.NewFiles())
		p := commented(plan("A post"), "First")
		p.Done = []network.Receipt{must(t, j, s.Account(), plan("A post"))}
		s.Fail(failure)
		if _, err := facebook.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous || len(s.Saved()) != kept {
			t.Errorf("%s: %v, %d saved", failure, err, len(s.Saved()))
		}
		if exact, near := looked(t, s, p); len(exact) != kept-1 || len(near) != 0 {
			t.Errorf("%s: found as %+v, %+v", failure, exact, near)
		}
	}
	s := facebooktest.New(t)
	p := commented(plan("A post"), "First")
	p.Done = []network.Receipt{must(t, calls(networktest.NewFiles()), s.Account(), plan("A post"))}
	s.Write(facebooktest.Post{Text: "First", Parent: p.Done[0].RemoteID}) // nobody says whose
	if exact, near := looked(t, s, p); len(exact) != 0 || len(near) != 1 {
		t.Errorf("a comment of nobody is taken: %+v, %+v", exact, near)
	}
	p.Done[0].RemoteID = "../me"
	if _, err := facebook.New().Publish(t.Context(), calls(networktest.NewFiles()), s.Account(), p); network.KindOf(err) != network.Rejected {
		t.Errorf("under a post whose id cannot be read: %v", err)
	}
}

func TestWithoutThePermissionNoCommentIsTried(t *testing.T) {
	s := facebooktest.New(t)
	s.Grant("pages_show_list", "pages_manage_posts", "pages_read_engagement")
	n := facebook.At(s.URL)
	j := calls(networktest.NewFiles())
	step, err := n.Connect(t.Context(), j, network.Step{Name: "app", Answers: s.Answers()})
	if err != nil || step.Account == nil || step.Account.Options["comments"] != "off" {
		t.Fatalf("connected as %+v, %v", step, err)
	}
	p := commented(plan("A post"), "First")
	if _, err := n.Publish(t.Context(), j, *step.Account, p); network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "pages_manage_engagement") || len(s.Saved()) != 0 {
		t.Errorf("it gives %v, %d saved", err, len(s.Saved()))
	}
	must(t, j, *step.Account, plan("A post"))
	p.Done = []network.Receipt{{RemoteID: s.Saved()[0].ID}} // one that was connected before
	if _, err := n.Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Reauth || !strings.Contains(err.Error(), "pages_manage_engagement") {
		t.Errorf("refused by Facebook it gives %v", err)
	}
}
