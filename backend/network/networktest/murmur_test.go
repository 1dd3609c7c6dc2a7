package networktest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// murmur is a network for a made-up service. mistake plants one fault in it; "" is right.
type murmur struct{ mistake string }

var (
	_ network.Finder  = murmur{}
	_ network.Deleter = murmur{}
)

var murmurRefusals = []network.Refusal{
	{Status: 401, Kind: network.Reauth, Source: "Murmur API, 2026-01-01"},
	{Status: 404, Kind: network.Rejected, Source: "Murmur API, 2026-01-01"},
	{Status: 422, Kind: network.Rejected, Source: "Murmur API, 2026-01-01"},
	{Status: 429, Kind: network.Throttled, Source: "Murmur API, 2026-01-01"},
}

func (m murmur) Describe() network.Descriptor {
	d := network.Descriptor{
		ID: "murmur", Name: "Murmur", About: "A service made up for tests.",
		Icon: []byte(`<svg xmlns="http://www.w3.org/2000/svg"><path fill="currentColor" d="M0 0h1v1z"/></svg>`),
		Limits: network.Limits{
			Text:  network.TextLimit{Max: 280, Unit: network.UnitCodePoints},
			Media: network.MediaLimit{Max: 2, Types: []string{"image/png", "image/jpeg"}, ImageBytes: 1 << 20},
			Alt:   network.AltLimit{Max: 100, Unit: network.UnitCodePoints}, Parts: 5,
		},
		Measure:   func(_ network.Limits, text string) int { return utf8.RuneCountInString(text) },
		Preview:   "short",
		Reconcile: network.Reconcile{Shape: network.ShapeKey, KeyLife: time.Hour},
		Thread:    network.ThreadChain,
		Classify:  m.classify,
		Refusals:  murmurRefusals,
		Facts: []network.Fact{
			{About: network.FactText, Value: "280 codepoints", Source: "Murmur API, 2026-01-01"},
			{About: network.FactMedia, Value: "2", Source: "Murmur API, 2026-01-01"},
			{About: network.FactImageBytes, Value: "1048576 bytes", Source: "Murmur API, 2026-01-01"},
			{About: network.FactAlt, Value: "100 codepoints", Source: "Murmur API, 2026-01-01"},
		},
		Examples: []network.Example{{Text: "né", Count: 2, Source: "Murmur API, 2026-01-01"}},
	}
	switch m.mistake {
	case "429 not documented":
		d.Refusals = slices.DeleteFunc(slices.Clone(d.Refusals), func(r network.Refusal) bool { return r.Status == 429 })
	case "502 called a refusal":
		d.Refusals = append(slices.Clone(d.Refusals), network.Refusal{Status: 502, Kind: network.Throttled, Source: "a guess"})
	case "a refusal without a source":
		d.Refusals = append(slices.Clone(d.Refusals), network.Refusal{Status: 418, Kind: network.Rejected})
	case "bytes counted instead of characters":
		d.Measure = func(_ network.Limits, text string) int { return len(text) }
	case "a limit without a source":
		d.Facts = d.Facts[1:]
	case "an id with a capital":
		d.ID = "Murmur"
	case "an icon with a script":
		d.Icon = []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/><path fill="currentColor"/></svg>`)
	}
	return d
}

func (m murmur) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	ask := network.Step{Name: "token", Ask: []network.Question{
		{Key: "server", Label: "Server"}, {Key: "token", Label: "Token", Secret: true},
	}}
	if answers.Name == "" {
		return ask, nil
	}
	a := network.Account{Server: answers.Answers["server"], Secret: network.NewSecret(answers.Answers["token"])}
	reply, err := c.Read(ctx, "who", m.request(a, "GET", "/me", nil))
	if err != nil {
		return network.Step{}, err
	}
	if !reply.OK() && m.mistake != "a wrong token accepted" {
		if m.mistake == "a wrong token without a reason" {
			ask.Message = "The server does not know this token."
			return ask, nil
		}
		return ask.Because(network.ReasonRefused, "token", "The server does not know this token."), nil
	}
	a.RemoteID, a.Handle = "1", "me"
	return network.Step{Name: "done", Account: &a}, nil
}

func (murmur) request(a network.Account, method, path string, body network.Body) network.Request {
	return network.Request{
		Method: method, URL: a.Server + path, Body: body,
		Header: map[string]string{"Authorization": "Bearer " + a.Secret.Reveal()},
	}
}

type murmurPost struct {
	Text   string   `json:"text"`
	Media  []string `json:"media"`
	Parent string   `json:"parent"`
}

func (m murmur) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if m.mistake != "no check before sending" {
		if err := m.Describe().Refuse(a, p); err != nil {
			return network.Receipt{}, err
		}
	}
	live := p.Done
	if m.mistake == "live parts sent again" {
		live = nil
	}
	for i := len(live); i < len(p.Parts); i++ {
		receipt, err := m.part(ctx, c, a, p, i, live)
		if err != nil {
			return network.Receipt{}, err
		}
		live = append(live[:i:i], receipt)
	}
	return live[0], nil
}

func (m murmur) part(ctx context.Context, c network.Calls, a network.Account, p network.Plan, i int, live []network.Receipt) (network.Receipt, error) {
	out := murmurPost{Text: p.Parts[i].Text}
	if i > 0 && m.mistake != "a thread without parents" {
		out.Parent = live[i-1].RemoteID
	}
	if m.mistake == "spaces trimmed" {
		out.Text = strings.Join(strings.Fields(out.Text), " ")
	}
	for k, media := range p.Parts[i].Media {
		if k > 0 && m.mistake == "only the first image" {
			break
		}
		id, err := m.upload(ctx, c, a, fmt.Sprintf("image %d.%d", i, k), media)
		if err != nil {
			if m.mistake == "a failed upload left out" {
				continue
			}
			return network.Receipt{}, err
		}
		out.Media = append(out.Media, id)
	}
	if m.mistake == "images in the wrong order" {
		slices.Reverse(out.Media)
	}
	body, err := json.Marshal(out)
	if err != nil {
		return network.Receipt{}, err
	}
	r := m.request(a, "POST", "/posts", network.Bytes(body))
	r.Segment = i
	r.Header["Idempotency-Key"] = p.Key(i)
	return m.send(ctx, c, a, fmt.Sprintf("post %d", i), r)
}

func (m murmur) send(ctx context.Context, c network.Calls, a network.Account, step string, r network.Request) (network.Receipt, error) {
	call := c.Publish
	switch m.mistake {
	case "random step names":
		step += fmt.Sprint(rand.Uint64())
	case "a random key":
		r.Header["Idempotency-Key"] = fmt.Sprint(rand.Uint64())
	case "a clock in the request":
		r.Header["X-Now"] = time.Now().Format(time.DateOnly)
	case "no key":
		delete(r.Header, "Idempotency-Key")
	case "the secret in the address":
		r.URL += "?token=" + a.Secret.Reveal()
	case "a post sent as preparation":
		call = c.Prepare
	}
	reply, err := call(ctx, step, r)
	if err != nil && m.mistake == "a lost answer tried again" {
		reply, err = call(ctx, step+" again", r)
	}
	if err != nil {
		switch m.mistake {
		case "the secret in an error":
			return network.Receipt{}, &network.Error{Kind: network.KindOf(err), Message: "refused " + a.Secret.Reveal(), Err: err}
		case "the wait lost":
			return network.Receipt{}, &network.Error{Kind: network.KindOf(err), Message: "not just now"}
		case "an error of no kind":
			return network.Receipt{}, fmt.Errorf("post: %v", err) //nolint:errorlint // the fault is that the kind is lost
		case "what was never sent called ambiguous":
			return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "something went wrong", Err: nil}
		}
		return network.Receipt{}, err
	}
	receipt, err := m.classify(step, reply)
	receipt.URL = a.Server + "/posts/" + receipt.RemoteID
	return receipt, err
}

func (m murmur) upload(ctx context.Context, c network.Calls, a network.Account, step string, media network.Media) (string, error) {
	if m.mistake == "one step name for all images" {
		step = "image"
	}
	r := m.request(a, "POST", "/media", network.Body{{File: media.File()}})
	r.Header["Content-Type"], r.Header["Alt"] = media.Type, fmt.Sprintf("%x", media.Alt)
	if m.mistake == "no alt text" {
		delete(r.Header, "Alt")
	}
	call := c.Prepare
	switch m.mistake {
	case "an upload sent as publishing":
		call = c.Publish
	case "an upload sent as reading":
		call = c.Read
	}
	reply, err := call(ctx, step, r)
	if err != nil {
		return "", err
	}
	receipt, err := m.classify(step, reply)
	return receipt.RemoteID, err
}

func (m murmur) classify(_ string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		table := murmurRefusals
		switch m.mistake {
		case "429 not documented":
			table = m.Describe().Refusals
		case "401 called a rejection":
			table = append([]network.Refusal{{Status: 401, Kind: network.Rejected}}, murmurRefusals[1:]...)
		case "any 5xx called throttled":
			if r.Status >= 500 {
				return network.Receipt{}, &network.Error{Kind: network.Throttled, Message: "try again later"}
			}
		}
		return network.Receipt{}, network.Judge("Murmur", table, r, "", "")
	}
	var made struct{ ID string }
	err := json.Unmarshal(r.Body, &made)
	if (err != nil || made.ID == "") && m.mistake == "nonsense accepted" {
		return network.Receipt{RemoteID: "somewhere"}, nil
	}
	if m.mistake == "accepted without an id" {
		return network.Receipt{RemoteID: made.ID}, nil
	}
	if err != nil || made.ID == "" {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the answer has no id", Err: err}
	}
	return network.Receipt{RemoteID: made.ID}, nil
}

func (m murmur) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	reply, err := c.Read(ctx, "find", m.request(a, "GET", "/keys/"+p.Key(len(p.Done)), nil))
	if err != nil {
		return network.Receipt{}, false, err
	}
	if m.mistake == "any failed look-up called absent" && !reply.OK() {
		return network.Receipt{}, false, nil
	}
	if reply.Status == 404 {
		return network.Receipt{}, false, nil
	}
	receipt, err := m.classify("find", reply)
	return receipt, err == nil, err
}

func (m murmur) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	reply, err := c.Prepare(ctx, "delete", m.request(a, "DELETE", "/posts/"+r.RemoteID, nil))
	if err != nil {
		return err
	}
	if reply.Status == 404 && m.mistake != "gone is an error" {
		return nil
	}
	_, err = m.classify("delete", reply)
	return err
}

// murmurServer is the stand-in: it knows what Murmur's documentation would say.
type murmurServer struct {
	*httptest.Server
	mu     sync.Mutex
	next   networktest.Failure
	media  []networktest.Post // one picture and its description each
	posts  []networktest.Post
	keys   map[string]string // key → id
	serial int
}

func newMurmurServer(t *testing.T) networktest.Server {
	s := &murmurServer{keys: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"id":"1"}`) })
	mux.HandleFunc("GET /keys/{key}", s.find)
	mux.HandleFunc("POST /media", s.upload)
	mux.HandleFunc("POST /posts", s.post)
	mux.HandleFunc("DELETE /posts/{id}", s.remove)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer hush-hush-hush" {
			w.WriteHeader(401)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *murmurServer) Account() network.Account {
	return network.Account{RemoteID: "1", Handle: "me", Server: s.URL, Secret: network.NewSecret("hush-hush-hush")}
}

func (s *murmurServer) KeyHonoured() bool { return true }

func (s *murmurServer) Answers() map[string]string {
	return map[string]string{"server": s.URL, "token": "hush-hush-hush"}
}

func (s *murmurServer) WrongAnswer() (key, value string) { return "token", "wrong" }

func (s *murmurServer) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = f
}

func (s *murmurServer) Posts() []networktest.Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.posts)
}

func (s *murmurServer) find(w http.ResponseWriter, r *http.Request) {
	id, ok := s.keys[r.PathValue("key")]
	if !ok {
		w.WriteHeader(404)
		return
	}
	fmt.Fprintf(w, `{"id":%q}`, id)
}

func (s *murmurServer) upload(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	var alt []byte
	fmt.Sscanf(r.Header.Get("Alt"), "%x", &alt)
	s.media = append(s.media, networktest.Post{Images: [][]byte{content}, Alts: []string{string(alt)}})
	fmt.Fprintf(w, `{"id":"m%d"}`, len(s.media))
}

func (s *murmurServer) post(w http.ResponseWriter, r *http.Request) {
	var sent murmurPost
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
		w.WriteHeader(400)
		return
	}
	failure := s.next
	s.next = ""
	switch failure {
	case networktest.Unauthorized:
		w.WriteHeader(401)
		return
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(429)
		return
	case networktest.Refused:
		w.WriteHeader(422)
		return
	case networktest.ServerError:
		w.WriteHeader(502)
		return
	case networktest.DropAfter, networktest.Garbage, "":
	}
	id := s.save(r.Header.Get("Idempotency-Key"), sent)
	if failure == networktest.DropAfter {
		panic(http.ErrAbortHandler)
	}
	if failure == networktest.Garbage {
		fmt.Fprint(w, "<html>")
		return
	}
	fmt.Fprintf(w, `{"id":%q}`, id)
}

func (s *murmurServer) save(key string, sent murmurPost) string {
	if id, ok := s.keys[key]; ok && key != "" {
		return id
	}
	s.serial++
	post := networktest.Post{ID: fmt.Sprint(s.serial), Text: sent.Text, Parent: sent.Parent}
	for _, m := range sent.Media {
		var n int
		if _, err := fmt.Sscanf(m, "m%d", &n); err == nil && n <= len(s.media) {
			post.Images = append(post.Images, s.media[n-1].Images[0])
			post.Alts = append(post.Alts, s.media[n-1].Alts[0])
		}
	}
	s.posts = append(s.posts, post)
	s.keys[key] = post.ID
	return post.ID
}

func (s *murmurServer) remove(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	i := slices.IndexFunc(s.posts, func(p networktest.Post) bool { return p.ID == id })
	if i < 0 {
		w.WriteHeader(404)
		return
	}
	s.posts = slices.Delete(s.posts, i, i+1)
	fmt.Fprintf(w, `{"id":%q}`, id)
}
