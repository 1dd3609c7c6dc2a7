package networktest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
)

// redirect is the address a door would have bound for the callback.
const redirect = "http://127.0.0.1:53682"

// connect: the conversation ends in an account, whoever leads it.
func (s suite) connect(t *testing.T) {
	t.Run("the conversation ends in an account", func(t *testing.T) {
		b := s.bench(t)
		connector, ok := b.server.(Connector)
		if !ok {
			b.Fatal("the stand-in cannot be connected to (Connector)")
		}
		last := b.talk(connector.Answers(), "")
		if last.Account == nil {
			b.Fatalf("it ended at %q: %s", last.Name, last.Message)
		}
		a := *last.Account
		if a.RemoteID == "" || (a.Handle == "" && a.Name == "") {
			b.Errorf("the account has the id %q, handle %q and name %q", a.RemoteID, a.Handle, a.Name)
		}
		if strings.HasPrefix(a.Handle, "@") || strings.HasSuffix(a.Server, "/") {
			b.Errorf("handle %q, server %q: want neither an @ before nor a / behind", a.Handle, a.Server)
		}
		b.account, b.secrets = a, secretsOf(a)
		b.account.Folder = b.server.Account().Folder // the queue's part
		b.must(b.journal(), b.hello(1))
		b.wantPosts(1)
	})
	t.Run("a wrong answer asks again with a message", func(t *testing.T) {
		b := s.bench(t)
		connector, ok := b.server.(Connector)
		if !ok {
			return // said above
		}
		key, wrong := connector.WrongAnswer()
		if key == "" {
			return // nothing is asked
		}
		answers := maps.Clone(connector.Answers())
		answers[key] = wrong
		last := b.talk(answers, key)
		if last.Account != nil || last.Message == "" || (len(last.Ask) == 0 && last.Browse == "") {
			b.Errorf("a wrong %s leads to %q, message %q, %d questions, account %t",
				key, last.Name, last.Message, len(last.Ask), last.Account != nil)
		}
		if network.Printable(last.Message) != last.Message {
			b.Errorf("the message %q cannot be shown", last.Message)
		}
		about := slices.ContainsFunc(last.Ask, func(q network.Question) bool { return q.Key == last.About })
		if !slices.Contains(network.Reasons(), last.Reason) || last.About != "" && !about {
			b.Errorf("a wrong %s asks again for the reason %q about %q: the window has no words for that", key, last.Reason, last.About)
		}
	})
}

// talk leads a conversation with the given answers until it ends, or asks for key once more.
// Every step passes through JSON, as it does between the window and Go.
func (b *bench) talk(answers map[string]string, key string) network.Step {
	b.Helper()
	calls := &connectCalls{journal{t: b.T, carrier: b.carrier}}
	first := map[string]string{}
	if b.d.SignIn.Loopback {
		path := b.d.SignIn.Path
		if path == "" {
			path = "/callback"
		}
		first["redirect_uri"] = redirect + path
	}
	say := network.Step{Answers: first}
	asked := map[string]bool{}
	for range 12 {
		step, err := b.n.Connect(b.Context(), calls, say)
		if err != nil {
			b.Fatalf("connect at %q: %v", say.Name, err)
		}
		if step.Account != nil || (key != "" && asked[key] && step.Message != "") {
			return step
		}
		say = b.reply(step, answers, asked, first)
	}
	b.Fatalf("the conversation does not end; it stands at %q", say.Name)
	return network.Step{}
}

// reply answers one step.
func (b *bench) reply(step network.Step, answers map[string]string, asked map[string]bool, first map[string]string) network.Step {
	b.Helper()
	if step.Name == "" || (len(step.Ask) == 0 && step.Browse == "") {
		b.Fatalf("step %q asks nothing and ends nothing: %s", step.Name, step.Message)
	}
	text, err := json.Marshal(step)
	if err != nil {
		b.Fatalf("step %q has no JSON form: %v", step.Name, err)
	}
	var say network.Step
	if err := json.Unmarshal(text, &say); err != nil {
		b.Fatalf("step %q does not survive JSON: %v", step.Name, err)
	}
	say.Carry, say.Message = step.Carry, "" // Carry stays in Go
	say.Answers = maps.Clone(first)
	for _, q := range step.Ask {
		value, known := answers[q.Key]
		if !known {
			value = q.Default
		}
		if q.Key == "" || q.Label == "" {
			b.Errorf("step %q has the question %q with the label %q", step.Name, q.Key, q.Label)
		}
		if !known && q.Default == "" {
			b.Logf("step %q asks for %q, which the stand-in does not answer", step.Name, q.Key)
		}
		say.Answers[q.Key] = value
		asked[q.Key] = true
	}
	if step.Browse != "" {
		maps.Copy(say.Answers, b.browse(step.Browse, answers))
	}
	return say
}

// browse stands in for the system's browser: it opens the address once, and takes the answers
// from the redirect to the callback, or from answers if the stand-in shows a code instead.
func (b *bench) browse(address string, answers map[string]string) map[string]string {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.Fatalf("the address to browse: %v", err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		b.Fatalf("browse: %v", err)
	}
	defer response.Body.Close()
	to, err := url.Parse(response.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), redirect) {
		return answers
	}
	got := map[string]string{}
	for k, v := range to.Query() {
		got[k] = v[0]
	}
	for k, v := range answers { // a wrong code or state goes before the browser's
		if _, sent := got[k]; sent {
			got[k] = v
		}
	}
	return got
}
