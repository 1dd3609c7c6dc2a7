package queue_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// naming is a network whose one request makes a post and begins to publish it: its answer names the post,
// and what became of it can be asked by that name alone.
type naming struct {
	scripted
	mu    *sync.Mutex
	asked *[]string
	box   func(id string) (network.Container, error)
}

func (n naming) Describe() network.Descriptor {
	d := n.scripted.Describe()
	d.Classify = func(_ string, r network.Reply) (network.Receipt, error) {
		e := &network.Error{Kind: network.Ambiguous, Code: network.CodeTaken, Message: "taken"}
		if r.Status != 202 {
			e.Code = ""
		}
		return network.Receipt{RemoteID: string(r.Body), URL: "http://ledger/not-known-yet"}, e
	}
	return d
}

func (n naming) Publish(ctx context.Context, c network.Calls, _ network.Account, p network.Plan) (network.Receipt, error) {
	r := network.Request{Method: "POST", URL: n.Server + "/post", Body: network.Bytes([]byte(`{"text":"` + p.Parts[0].Text + `"}`))}
	reply, err := c.Publish(ctx, "post", r)
	if err != nil {
		return network.Receipt{}, err
	}
	return n.Describe().Classify("post", reply)
}

func (n naming) Container(_ context.Context, _ network.Calls, _ network.Account, _ network.Plan, id string) (network.Container, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	*n.asked = append(*n.asked, id)
	return n.box(id)
}

// given plans one post on such a network, whose first answers are so.
func given(t *testing.T, r network.Reconcile, box func(id string) (network.Container, error), answers ...network.Reply) (a *haunted, id domain.DeliveryID, asked *[]string, posts *int) {
	t.Helper()
	asked, posts = &[]string{}, new(int)
	n := naming{script(network.ShapePhase), &sync.Mutex{}, asked, box}
	n.Reconcile = r
	app, p := newScripted(t, n)
	a = &haunted{app: app}
	p.reply = func(_ network.Request, public bool) (network.Reply, error) {
		if !public {
			return network.Reply{}, nil
		}
		*posts++
		if *posts > len(answers) {
			return lost()
		}
		return answers[*posts-1], nil
	}
	id = a.plan(a.channel("me"), time.Now(), "hello")
	a.rest()
	return a, id, asked, posts
}

func taken(id string) network.Reply { return network.Reply{Status: 202, Body: []byte(id)} }

func TestWhatTheAnswerNamedIsAskedWhatBecameOfIt(t *testing.T) {
	looks := 0
	a, id, asked, posts := given(t, network.Reconcile{Quarantine: time.Nanosecond}, func(string) (network.Container, error) {
		if looks++; looks == 1 {
			return network.Container{State: network.ContainerBuilding}, nil
		}
		return network.Container{State: network.ContainerPublished, Receipt: network.Receipt{RemoteID: "post-7", URL: "http://ledger/post-7"}}, nil
	}, taken("pub-7"))
	a.want(id, domain.Published, "")
	if d := a.get(id); d.RemoteID != "post-7" || d.RemoteURL != "http://ledger/post-7" {
		t.Errorf("published as %q at %q", d.RemoteID, d.RemoteURL)
	}
	if len(*asked) != 2 || (*asked)[0] != "pub-7" || (*asked)[1] != "pub-7" || *posts != 1 {
		t.Errorf("asked for %q after %d requests", *asked, *posts)
	}
}

// The name in the answer is no proof: until the network says more, nothing of it stands as published.
func TestANameInAnAnswerIsNoProof(t *testing.T) {
	a, id, _, posts := given(t, network.Reconcile{Quarantine: time.Nanosecond}, func(string) (network.Container, error) {
		return network.Container{State: network.ContainerFailed, Detail: "not taken after all"}, nil
	}, taken("pub-7"))
	a.want(id, domain.Held, domain.HoldAmbiguous)
	var named int
	if err := a.raw.QueryRow("SELECT count(*) FROM segment WHERE remote_id IS NOT NULL OR remote_url IS NOT NULL OR state = 'published'").Scan(&named); err != nil || named != 0 {
		t.Errorf("%d parts stand as published (%v)", named, err)
	}
	if _, text := a.evidence(id); !strings.Contains(text, "not taken after all") || *posts != 1 {
		t.Errorf("the evidence after %d requests is %q", *posts, text)
	}
}

// Without an answer there is no name, and never is the request made again on the word of another one.
func TestWithoutANameAPersonIsAsked(t *testing.T) {
	for name, reply := range map[string][]network.Reply{
		"the answer is lost": nil,
		"the answer has the name in a form that the network does not document": {{Status: 200, Body: []byte("pub-7")}},
		"the answer has no name": {taken("")},
	} {
		t.Run(name, func(t *testing.T) {
			a, id, asked, posts := given(t, network.Reconcile{Quarantine: time.Nanosecond, ContainerLife: time.Hour, FailedAbsent: true, ExpiredAbsent: true},
				func(string) (network.Container, error) { return network.Container{State: network.ContainerFailed}, nil }, reply...)
			a.want(id, domain.Held, domain.HoldAmbiguous)
			if len(*asked) != 0 || *posts != 1 {
				t.Errorf("asked for %q, %d requests", *asked, *posts)
			}
		})
	}
}

// Where a network documents that what failed never appears, it is sent again, and the new answer has a new
// name. One that says that it is ready is not made visible by anybody but the request that made it.
func TestWhatFailedForCertainIsSentAgainUnderANewName(t *testing.T) {
	box := func(id string) (network.Container, error) {
		if id == "pub-1" {
			return network.Container{State: network.ContainerFailed}, nil
		}
		return network.Container{State: network.ContainerPublished, Receipt: network.Receipt{RemoteID: "post-" + id}}, nil
	}
	a, id, asked, posts := given(t, network.Reconcile{Quarantine: time.Nanosecond, FailedAbsent: true}, box, taken("pub-1"), taken("pub-2"))
	a.want(id, domain.Published, "")
	if d := a.get(id); d.RemoteID != "post-pub-2" || *posts != 2 || len(*asked) != 2 {
		t.Errorf("published as %q after %d requests, asked for %q", d.RemoteID, *posts, *asked)
	}
	a, id, _, posts = given(t, network.Reconcile{Quarantine: time.Nanosecond, ContainerLife: time.Hour}, func(string) (network.Container, error) {
		return network.Container{State: network.ContainerReady}, nil
	}, taken("pub-1"))
	a.want(id, domain.Held, domain.HoldAmbiguous)
	if *posts != 1 {
		t.Errorf("one that is ready was sent %d times", *posts)
	}
}
