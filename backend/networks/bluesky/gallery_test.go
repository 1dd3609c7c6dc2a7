package bluesky_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/bluesky"
	"postbag/backend/networks/bluesky/blueskytest"
)

func pictures(files *networktest.Files, n int) []network.Media {
	var media []network.Media
	for i := range n {
		media = append(media, picture(files, i, fmt.Sprintf("picture %d", i+1)))
	}
	return media
}

func TestMoreThanFourPicturesAreAGallery(t *testing.T) {
	for n := 1; n <= 10; n++ {
		server, files := blueskytest.New(t), networktest.NewFiles()
		in := plan("pictures", network.Part{Text: "look", Media: pictures(files, n)})
		receipt := publish(t, newCalls(files), server.Account(), in)
		want := "app.bsky.embed.images" // which every app knows
		if n > 4 {
			want = "app.bsky.embed.gallery"
		}
		if embed, _ := server.Record(receipt.RemoteID)["embed"].(map[string]any); embed["$type"] != want {
			t.Errorf("%d pictures are %v", n, embed["$type"])
		}
		var alts []string
		for _, m := range in.Parts[0].Media {
			alts = append(alts, m.Alt)
		}
		if posts := server.Posts(); len(posts) != 1 || len(posts[0].Images) != n || !slices.Equal(posts[0].Alts, alts) {
			t.Errorf("of %d pictures arrived %v", n, posts[0].Alts)
		}
	}
	server, files := blueskytest.New(t), networktest.NewFiles()
	eleven, unmeasured := pictures(files, 11), pictures(files, 5)
	unmeasured[2].Width = 0
	for name, media := range map[string][]network.Media{"eleven": eleven, "one without a width": unmeasured} {
		c := newCalls(files)
		_, err := bluesky.New().Publish(t.Context(), c, server.Account(), plan("x", network.Part{Media: media}))
		if err == nil || network.KindOf(err) != network.Rejected || len(c.steps) > 0 {
			t.Errorf("%s: %v, after %v", name, err, c.steps)
		}
	}
	unmeasured = unmeasured[:4] // the older form needs no width
	publish(t, newCalls(files), server.Account(), plan("x", network.Part{Media: unmeasured}))
}

func TestAThreadThatDoesNotFitOneRequestIsRefused(t *testing.T) {
	server, files := blueskytest.New(t), networktest.NewFiles()
	d := bluesky.New().Describe()
	for name, part := range map[string]network.Part{
		"long descriptions": {Text: "look @bob.test", Media: pictures(files, 10)},
		"escaped ones":      {Text: "look", Media: pictures(files, 4)},
		"tags":              {Text: strings.Repeat("#a ", 100), Media: pictures(files, 6)},
	} {
		alt := map[string]string{"long descriptions": "語", "escaped ones": "\x01", "tags": "語"}[name]
		in := plan("large " + name)
		in.Options = map[string]string{"replies": "nobody", "no_quotes": "true"}
		for range d.Limits.Parts {
			p := network.Part{Text: part.Text, Media: slices.Clone(part.Media)}
			for j := range p.Media {
				p.Media[j].Alt = strings.Repeat(alt, 2000)
			}
			in.Parts = append(in.Parts, p)
		}
		c := newCalls(files)
		_, err := bluesky.New().Publish(t.Context(), c, server.Account(), in)
		if err == nil || network.KindOf(err) != network.Rejected || len(c.steps) > 0 {
			t.Fatalf("%s: %v, after %d steps", name, err, len(c.steps))
		}
		issue, _ := network.Blocking(network.Check(d, d.Limits, in))
		most, err := strconv.Atoi(issue.Values["limit"])
		if err != nil || issue.Code != network.IssueParts || issue.Part != most {
			t.Fatalf("%s: %+v", name, issue)
		}
		in.Parts = in.Parts[:most]
		c = newCalls(files)
		publish(t, c, server.Account(), in)
		if size := c.sent[c.steps[len(c.steps)-1]].Body.Len(); size > 1_000_000 || size < 850_000 {
			t.Errorf("%s: the %d parts that fit are %d bytes", name, most, size)
		}
	}
}

// galleries writes one to the real server.
func galleries(t *testing.T, p realPDS) {
	c := newCalls(p.files)
	receipt := publish(t, c, p.account, plan("gallery", network.Part{Text: "look", Media: pictures(p.files, 10)}, network.Part{Text: "and read"}))
	if step := c.steps[len(c.steps)-1]; strings.Count(string(c.replies[step].Body), `"validationStatus":"valid"`) != 2 {
		t.Errorf("the server says %s", c.replies[step].Body)
	}
	id, value := p.record(t, receipt.RemoteID)
	var post struct {
		Embed struct {
			Type  string `json:"$type"`
			Items []struct {
				Type        string `json:"$type"`
				Alt         string
				AspectRatio struct{ Width, Height int }
			}
		}
	}
	if err := json.Unmarshal(value, &post); err != nil || !strings.HasPrefix(receipt.Ref, id) {
		t.Fatalf("%v: %s at %s, the receipt says %s", err, value, id, receipt.Ref)
	}
	if post.Embed.Type != "app.bsky.embed.gallery" || len(post.Embed.Items) != 10 {
		t.Fatalf("the server has %s", value)
	}
	for i, item := range post.Embed.Items {
		if item.Type != "app.bsky.embed.gallery#image" || item.Alt != fmt.Sprintf("picture %d", i+1) || item.AspectRatio.Width != 16 || item.AspectRatio.Height != 16 {
			t.Errorf("picture %d is %+v", i+1, item)
		}
	}
}
