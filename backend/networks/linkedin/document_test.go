package linkedin_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/linkedin"
	"postbag/backend/networks/linkedin/linkedintest"
)

// leaflet is a plan whose two pictures are a document.
func leaflet(files *networktest.Files) network.Plan {
	p := plan("Five loaves\nand how to bake them", files.Picture("image/jpeg", 1, 0), files.Picture("image/jpeg", 2, 0))
	p.Options = map[string]string{"document": "true"}
	content := []byte("%PDF-1.4 of two pages")
	p.Document = &network.Document{SHA256: files.Add(content), Bytes: int64(len(content)), Title: "Five loaves", Pages: 2}
	return p
}

func TestPicturesGoAsADocument(t *testing.T) {
	s, files := linkedintest.New(t), networktest.NewFiles()
	j, p := calls(files), leaflet(files)
	r := must(t, j, s.Account(), p)
	saved := s.Saved()[0]
	if saved.Document == nil || !bytes.HasPrefix(saved.Document.Bytes, []byte("%PDF-1.4 of two pages")) || saved.Title != "Five loaves" || len(saved.Images) != 0 || r.RemoteID != saved.URN {
		t.Errorf("saved as %+v", saved)
	}
	if got := strings.Join(j.Sent, ", "); got != "document: address, document: file, document: state, post 1" {
		t.Errorf("sent %s", got)
	}
	d := linkedin.New().Describe()
	if n := len(d.Budgets.Expect(p)); n != len(j.Sent) {
		t.Errorf("%d requests are expected of %d", n, len(j.Sent))
	}
}

// What LinkedIn does not take is no acceptance, and what it still works on is asked again.
func TestADocumentThatIsNotReadyWaits(t *testing.T) {
	s, files := linkedintest.New(t), networktest.NewFiles()
	j, p := calls(files), leaflet(files)
	s.Slow(1)
	if _, err := linkedin.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Throttled || len(s.Saved()) != 0 {
		t.Fatalf("while LinkedIn works on it: %v", err)
	}
	must(t, j, s.Account(), p)
	for _, a := range []linkedintest.Answer{
		{Status: 200, Body: `{"value":{"uploadUrl":"https://elsewhere.example/","document":"urn:li:document:x"}}`},
		{Status: 200, Body: `{"value":{"uploadUrl":"` + s.URL + `/dms-uploads/x","image":"urn:li:image:x"}}`},
		{Status: 500, Body: `{}`},
	} {
		s.Instead("POST /rest/documents", a)
		if _, err := linkedin.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Errorf("after %s: %v", a.Body, err)
		}
	}
	if len(s.Saved()) != 1 {
		t.Errorf("%d posts", len(s.Saved()))
	}
}

func TestADocumentOfAPageIsFoundAgain(t *testing.T) {
	s, files := linkedintest.NewPage(t), networktest.NewFiles()
	p := leaflet(files)
	r := must(t, calls(files), s.Account(), p)
	list, err := linkedin.New().List(t.Context(), calls(files), s.Account(), p, p.CreatedAt)
	if err != nil || len(list.Posts) != 1 || list.Posts[0].Receipt.RemoteID != r.RemoteID || list.Posts[0].Media != 2 {
		t.Errorf("found is %+v, %v", list, err)
	}
	p.Document, p.Options = nil, nil
	if list, err = linkedin.New().List(t.Context(), calls(files), s.Account(), p, p.CreatedAt); err != nil || list.Posts[0].Receipt.RemoteID != "" {
		t.Errorf("for two pictures a document is taken: %+v, %v", list, err)
	}
}

func TestWhatIsADocumentIsSaidBefore(t *testing.T) {
	d, files := linkedin.New().Describe(), networktest.NewFiles()
	blocked := func(change func(*network.Plan)) string {
		p := leaflet(files)
		change(&p)
		issue, _ := network.Blocking(network.Check(d, d.Limits, p))
		return issue.Code
	}
	if code := blocked(func(*network.Plan) {}); code != "" {
		t.Errorf("a good document: %s", code)
	}
	for want, change := range map[string]func(*network.Plan){
		network.IssueMediaNeeded: func(p *network.Plan) { p.Parts[0].Media, p.Document = nil, nil },
		network.IssueOption:      func(p *network.Plan) { p.Parts[0].Text = "" },
		network.IssueMediaBytes:  func(p *network.Plan) { p.Document.Bytes = 100_000_001 },
	} {
		if code := blocked(change); code != want {
			t.Errorf("%q instead of %q", code, want)
		}
	}
	p := leaflet(files)
	p.Parts[0].Media[0].Alt = "A loaf"
	issues := network.Check(d, d.Limits, p)
	lost := slices.IndexFunc(issues, func(i network.Issue) bool { return i.Code == network.IssueAltLost })
	if _, bad := network.Blocking(issues); bad || lost < 0 || !issues[lost].Warning || issues[lost].Media != 0 {
		t.Errorf("a description is lost without a word: %+v", issues)
	}
	n := linkedin.New()
	for want, change := range map[string]func(*network.Plan){
		"Five loaves": func(*network.Plan) {},
		"My leaflet":  func(p *network.Plan) { p.Options["document_title"] = " My leaflet " },
		"-":           func(p *network.Plan) { p.Options = nil },
		"--":          func(p *network.Plan) { p.Parts[0].Media = nil },
		"---":         func(p *network.Plan) { p.Parts[0].Media[0].Kind = network.Video },
	} {
		p := leaflet(files)
		change(&p)
		title, wanted := n.Binds(p)
		if wanted == strings.HasPrefix(want, "-") || wanted && title != want {
			t.Errorf("%q, %t instead of %q", title, wanted, want)
		}
	}
	p.Options["document_title"] = strings.Repeat("long ", 100)
	if title, _ := n.Binds(p); len(title) == 0 || len(title) > 100 {
		t.Errorf("a title of %d bytes", len(title))
	}
}
