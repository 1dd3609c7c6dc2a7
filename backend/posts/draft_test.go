package posts

import (
	"strings"
	"testing"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/networks/practice"
)

// short is a network without threads that takes texts of limit characters.
func short(limit int) (network.Descriptor, network.Limits) {
	d := practice.New().Describe()
	l := d.Limits
	l.Parts, l.Text.Max = 1, limit
	return d, l
}

func TestWhatAJoinedThreadIsToldIsAboutItsWrittenParts(t *testing.T) {
	picture := domain.Asset{ID: "a", Kind: domain.AssetImage, Format: "jpeg", Width: 100, Height: 50, Bytes: 10}
	post := domain.Post{Content: domain.Content{
		Text: "eleven chars ", Parts: []string{"", "and more than fits here"}, Media: []domain.Media{{Asset: "a", Part: 2}},
	}}
	d, l := short(20)
	plan, uses, err := Draft(post, domain.Variant{}, map[domain.AssetID]domain.Asset{"a": picture}, Frame{Parts: l.Parts})
	if err != nil {
		t.Fatal(err)
	}
	if want := "eleven chars\n\nand more than fits here"; len(plan.Parts) != 1 || plan.Parts[0].Text != want {
		t.Fatalf("%+v, want %q", plan.Parts, want)
	}
	r := folded(post.Content, domain.Variant{}, l.Parts).unfold(CheckPlan(d, l, plan), post.Content, uses)
	if !r.Joined || r.Only != -1 || len(r.Parts) != 3 {
		t.Fatalf("%+v", r)
	}
	if r.Parts[0].OverflowAt != -1 || r.Parts[2].OverflowAt != 6 || r.Parts[2].Remaining >= 0 {
		t.Errorf("the parts are cut at %+v", r.Parts)
	}
	found := map[string]network.Issue{}
	for _, i := range r.Problems {
		found[i.Code] = i
	}
	if i := found[network.IssueTooLong]; i.Part != 2 || i.OverflowAt != 6 {
		t.Errorf("too long: %+v", i)
	}
	if i, ok := found[network.IssueAltMissing]; !ok || i.Part != 2 || i.Media != 0 {
		t.Errorf("no description: %+v", i)
	}
}

func TestAChosenPartGoesOutAloneWithItsPictures(t *testing.T) {
	asset := func(id domain.AssetID) domain.Asset {
		return domain.Asset{ID: id, Kind: domain.AssetImage, Format: "jpeg", Width: 100, Height: 50, Alt: "x"}
	}
	assets := map[domain.AssetID]domain.Asset{"a": asset("a"), "b": asset("b")}
	post := domain.Post{Content: domain.Content{
		Text: strings.Repeat("long ", 20), Parts: []string{"two"}, Media: []domain.Media{{Asset: "a"}, {Asset: "b", Part: 1}},
	}}
	v := domain.Variant{Own: domain.Override{Only: new(1)}}
	d, l := short(20)
	plan, uses, err := Draft(post, v, assets, Frame{Parts: l.Parts})
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Parts) != 1 || plan.Parts[0].Text != "two" || len(plan.Parts[0].Media) != 1 || uses[0].Place != 1 {
		t.Fatalf("%+v with %+v", plan.Parts, uses)
	}
	r := folded(post.Content, v, l.Parts).unfold(CheckPlan(d, l, plan), post.Content, uses)
	if !r.Valid || r.Joined || r.Only != 1 || r.Parts[1].Length != 3 || r.Parts[0].OverflowAt != -1 {
		t.Errorf("%+v", r)
	}
	// Where there are threads the choice says nothing.
	if plan, _, err = Draft(post, v, assets, Frame{Parts: 5}); err != nil || len(plan.Parts) != 2 {
		t.Errorf("%+v, %v", plan.Parts, err)
	}
}

func TestACropOutsideOfThePictureIsRefusedByName(t *testing.T) {
	id := domain.AssetID(domain.NewID(domain.Post{}.CreatedAt))
	_, err := Clean(domain.Content{Media: []domain.Media{{Asset: id, Crops: map[string]domain.Crop{"a": {X: 0.6, Width: 0.5, Height: 1}}}}})
	if err == nil || !strings.Contains(err.Error(), "crops") {
		t.Errorf("%v", err)
	}
}

// A comment is no part of a thread, which becomes one text all the same; what is wrong with it is about the options.
func TestAFirstCommentIsAPartOfThePlanAndNotOfWhatIsWritten(t *testing.T) {
	d, l := short(40)
	d.Thread = network.ThreadComment
	for _, parts := range [][]string{nil, {"and more"}} {
		post := domain.Post{Content: domain.Content{Text: "eleven chars", Parts: parts}}
		for words, want := range map[string]int{" ": 1, " a comment ": 2, strings.Repeat("x", 41): 2} {
			v := domain.Variant{Options: map[string]string{network.OptionComment: words}}
			plan, uses, err := Draft(post, v, nil, Frame{Comment: true})
			if err != nil || len(plan.Parts) != want || want == 2 && plan.Parts[1].Text != strings.TrimSpace(words) {
				t.Fatalf("%q: %+v, %v", words, plan.Parts, err)
			}
			r := folded(post.Content, v, 0).unfold(CheckPlan(d, l, plan), post.Content, uses)
			if len(r.Parts) != 1+len(parts) || r.OverflowAt != -1 || r.Valid != (len(words) < 41) {
				t.Errorf("%q: %+v", words, r)
			}
			if !r.Valid && (len(r.Problems) != 1 || r.Problems[0].Code != network.IssueComment || r.Problems[0].Field != "options" || r.Problems[0].Part != 0) {
				t.Errorf("%q: %+v", words, r.Problems)
			}
		}
	}
	plan, _, err := Draft(domain.Post{}, domain.Variant{Options: map[string]string{network.OptionComment: "x"}}, nil, Frame{})
	if err != nil || len(plan.Parts) != 1 {
		t.Errorf("where there are no comments: %+v, %v", plan.Parts, err)
	}
}
