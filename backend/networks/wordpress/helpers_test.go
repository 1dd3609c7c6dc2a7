package wordpress_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/wordpress"
)

func calls(files *networktest.Files) network.Calls {
	return networktest.NewPlain(wordpress.New(), httpcall.New(files))
}

// stopped loses the power at the request that ends a post, before it is sent, and remembers which
// draft it was about.
type stopped struct {
	networktest.Plain
	draft *string
}

func (s stopped) Publish(_ context.Context, _ string, r network.Request) (network.Reply, error) {
	*s.draft = r.Container
	return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "lost"}
}

// answering gives every read the same answer.
type answering struct {
	network.Calls
	reply network.Reply
}

func (a answering) Read(context.Context, string, network.Request) (network.Reply, error) {
	return a.reply, nil
}

func plan(key string, text string, media ...network.Media) network.Plan {
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-" + key, CreatedAt: time.Now(),
		Parts: []network.Part{{Text: text, Media: media}}, Keys: []string{key + "0123456789abcdef0123456789"},
		Options: map[string]string{},
	}
}

// connect leads a conversation to its end.
func connect(t *testing.T, answers map[string]string) network.Account {
	t.Helper()
	step, err := wordpress.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: answers})
	if err != nil || step.Account == nil {
		t.Fatalf("not connected: %q, %v", step.Message, err)
	}
	return *step.Account
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return fmt.Sprintf("%s %s", e.Kind, e.Code)
	}
	return fmt.Sprint(err)
}

// samples are texts that a site could damage.
var samples = strings.Join([]string{
	"family 👩‍👩‍👧‍👦, flag 🇯🇵, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠀋", "e\u0301 हिन्दी", "שלום \u2067abc\u2069 123",
	"see https://example.org/a_(b)?c=d&e=f#g and http://example.com.", "one\ntwo\n three", `back\slash \n %s {{x}} $CASH`,
	`<b>&amp; "quotes" 'single' ]]> <!-- more --> <script>alert(1)</script>`, "[gallery ids=1] [caption]x[/caption]",
	"no\u00a0break, zero\u200bwidth, tab\tstop", "-- --- ... (c) 'tis \"so\" :-)",
}, "\n\n")

func basic(a network.Account) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(a.Secret.Field("user")+":"+a.Secret.Field("password")))
}

// prepared answers one step in the site's stead.
type prepared struct {
	network.Calls
	step  string
	reply network.Reply
}

func (p prepared) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	if step == p.step {
		return p.reply, nil
	}
	return p.Calls.Prepare(ctx, step, r)
}
