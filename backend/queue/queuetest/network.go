package queuetest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"postbag/backend/network"
)

// Network speaks to a ledger. New gives the one of a shape with its way to look; by itself it is
// a network that cannot look (a keyed one, or one of no shape).
type Network struct {
	Server    string // the ledger's address
	Shape     network.Shape
	Reconcile network.Reconcile // what is not zero replaces what the shape has by itself
	Media     bool              // each part has an upload first
	Piece     int64             // media of parts are uploaded in pieces of so many bytes; zero: not at all
	Reuse     time.Duration     // how long an upload serves other posts
}

// New returns the network of a shape on a ledger. Its quarantine is as given: doubt is asked
// about after that long.
func New(shape network.Shape, server string, quarantine time.Duration) network.Network {
	n := Network{Server: server, Shape: shape, Media: true, Reconcile: network.Reconcile{Quarantine: quarantine}}
	return n.Looking()
}

// Shapes lists every shape there is a network for.
func Shapes() []network.Shape {
	return []network.Shape{network.ShapeKey, network.ShapeRecord, network.ShapePhase, network.ShapeLookUp, network.ShapeNone}
}

// Looking returns n with the way to look that its shape has.
func (n Network) Looking() network.Network {
	switch n.Shape {
	case network.ShapeRecord:
		return Record{n}
	case network.ShapePhase:
		return Phase{n}
	case network.ShapeLookUp:
		return LookUp{n}
	case network.ShapeKey, network.ShapeNone:
	}
	return n
}

func (n Network) recon() network.Reconcile {
	r := n.Reconcile
	r.Shape = n.Shape
	if r.KeyLife == 0 && n.Shape == network.ShapeKey {
		r.KeyLife = time.Hour
	}
	return r
}

// Describe implements network.Network.
func (n Network) Describe() network.Descriptor {
	d := network.Descriptor{
		ID: "fake", Name: "Fake",
		Limits:    network.Limits{Text: network.TextLimit{Max: 100, Unit: network.UnitCodePoints}, Parts: 5},
		Measure:   func(_ network.Limits, s string) int { return utf8.RuneCountInString(s) },
		Reconcile: n.recon(),
		Thread:    network.ThreadChain,
		Refusals: []network.Refusal{
			{Status: 401, Kind: network.Reauth, Source: "ledger"},
			{Status: 410, Kind: network.Throttled, Stale: true, Source: "ledger"},
			{Status: 422, Kind: network.Rejected, Source: "ledger"},
			{Status: 425, Kind: network.Throttled, Source: "ledger"},
			{Status: 429, Kind: network.Throttled, Source: "ledger"},
		},
		PrepareLife: time.Hour,
		ReuseMedia:  n.Reuse,
	}
	if n.Piece > 0 {
		d.Limits.Media = network.MediaLimit{Max: 4, Videos: 1, Types: []string{"video/mp4"}}
	}
	if n.Shape == network.ShapePhase {
		d.Container = made
	}
	d.Classify = func(_ string, r network.Reply) (network.Receipt, error) {
		if err := network.Judge("Fake", d.Refusals, r, "", ""); err != nil {
			return network.Receipt{}, err
		}
		var made struct{ ID, URL string }
		if err := json.Unmarshal(r.Body, &made); err != nil || made.ID == "" {
			return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "no id in the answer"}
		}
		return network.Receipt{RemoteID: made.ID, URL: made.URL}, nil
	}
	return d
}

// made reads the id of a new container: the ledger answers 201 to nothing else that has one.
func made(_ string, r network.Reply) string {
	var box struct{ ID string }
	if r.Status != 201 || json.Unmarshal(r.Body, &box) != nil {
		return ""
	}
	return box.ID
}

// Connect implements network.Network; it asks nothing.
func (Network) Connect(context.Context, network.Calls, network.Step) (network.Step, error) {
	return network.Step{Account: &network.Account{RemoteID: "me"}}, nil
}

// Publish implements network.Network.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	d := n.Describe()
	if err := d.Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	done := p.Done
	for i := len(done); i < len(p.Parts); i++ {
		if n.Media {
			if _, err := n.prepare(ctx, c, fmt.Sprintf("media %d", i+1), network.Request{
				Method: "POST", URL: n.Server + "/media", Body: network.Bytes([]byte(p.Parts[i].Text)),
			}); err != nil {
				return network.Receipt{}, err
			}
		}
		e := Entry{Text: p.Parts[i].Text}
		for j, m := range p.Parts[i].Media {
			id, err := n.upload(ctx, c, fmt.Sprintf("file %d of %d", j+1, i+1), m)
			if err != nil {
				return network.Receipt{}, err
			}
			e.Media = append(e.Media, id)
		}
		if i > 0 {
			e.Parent = done[i-1].RemoteID
		}
		request, err := n.request(ctx, c, p, i, e)
		if err != nil {
			return network.Receipt{}, err
		}
		reply, err := c.Publish(ctx, fmt.Sprintf("post %d", i+1), request)
		if err != nil {
			return network.Receipt{}, err
		}
		receipt, err := d.Classify("post", reply)
		if err != nil {
			return network.Receipt{}, err
		}
		done = append(done[:i:i], receipt)
	}
	return done[0], nil
}

// upload sends a file in pieces and returns its id.
func (n Network) upload(ctx context.Context, c network.Calls, step string, m network.Media) (string, error) {
	u := network.Upload{
		Step: step, File: m.File(), Piece: n.Piece,
		Begin: network.Request{
			Method: "POST", URL: n.Server + "/uploads", Reuse: m.SHA256,
			Body: network.Bytes(fmt.Appendf(nil, `{"length":%d,"sha256":%q}`, m.Bytes, m.SHA256)),
		},
		Address: func(r network.Reply) (string, error) {
			if r.Status != 201 || r.Header["Location"] == "" {
				return "", unusable(r)
			}
			return r.Header["Location"], nil
		},
		Ask: func(address string) network.Request { return network.Request{Method: "GET", URL: address} },
		Send: func(address string, offset int64, body network.Body) network.Request {
			return network.Request{Method: "PATCH", URL: address, Header: map[string]string{"Upload-Offset": fmt.Sprint(offset)}, Body: body}
		},
		Progress: func(r network.Reply) (p network.Progress, err error) {
			if r.Status == 404 || r.Status == 410 {
				return network.Progress{Gone: true}, nil
			}
			var at struct {
				Offset int64 `json:"offset,string"`
				ID     string
			}
			if r.Status != 200 || json.Unmarshal(r.Body, &at) != nil {
				return p, unusable(r)
			}
			return network.Progress{Offset: at.Offset, Done: at.ID != ""}, nil
		},
	}
	reply, err := u.Run(ctx, c)
	if err != nil {
		return "", err
	}
	var file struct{ ID string }
	return file.ID, json.Unmarshal(reply.Body, &file)
}

// prepare makes an invisible call and judges its answer.
func (n Network) prepare(ctx context.Context, c network.Calls, step string, r network.Request) (network.Reply, error) {
	reply, err := c.Prepare(ctx, step, r)
	if err != nil {
		return reply, err
	}
	return reply, network.Judge("Fake", n.Describe().Refusals, reply, "", "")
}

// request makes the request of part i; in ShapePhase it makes the container first.
func (n Network) request(ctx context.Context, c network.Calls, p network.Plan, i int, e Entry) (network.Request, error) {
	r := n.Request(p, i, e)
	if n.Shape != network.ShapePhase {
		return r, nil
	}
	reply, err := n.prepare(ctx, c, fmt.Sprintf("container %d", i+1), network.Request{
		Method: "POST", URL: n.Server + "/containers", Segment: i, Body: r.Body,
	})
	if err != nil {
		return r, err
	}
	if r.Container = made("", reply); r.Container == "" {
		return r, &network.Error{Kind: network.Ambiguous, Message: "no container in the answer"}
	}
	state, err := Phase{n}.Container(ctx, c, network.Account{}, p, r.Container)
	if err != nil {
		return r, err
	}
	if state.State == network.ContainerBuilding {
		return r, &network.Error{Kind: network.Throttled, Code: network.CodeBuilding, Message: "the server still works on it", Wait: time.Second}
	}
	r.URL, r.Body = n.Server+"/containers/"+r.Container+"/publish", network.Bytes([]byte("{}"))
	return r, nil
}

// Request is the request that publishes part i, in every shape that needs no more than one.
func (n Network) Request(p network.Plan, i int, e Entry) network.Request {
	body, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	r := network.Request{
		Method: "POST", URL: n.Server + "/plain", Body: network.Bytes(body), Segment: i,
		Header: map[string]string{"Idempotency-Key": p.Key(i), "Content-Type": "application/json"},
	}
	switch n.Shape {
	case network.ShapeKey:
		r.URL = n.Server + "/posts"
	case network.ShapeRecord:
		r.Method, r.URL = "PUT", n.Server+"/records/"+p.Key(i)
		delete(r.Header, "Idempotency-Key")
	case network.ShapePhase, network.ShapeLookUp, network.ShapeNone: // the header is sent, and ignored
	}
	return r
}

// Linked reads the address of a post: its last piece is the id.
func (Network) Linked(_ network.Account, link string) (network.Receipt, bool) {
	const host = "https://ledger.example/"
	if len(link) <= len(host) || link[:len(host)] != host {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: link[len(host):], URL: link}, true
}

// Record is a Network that can read its own address.
type Record struct{ Network }

// Find implements network.Finder.
func (n Record) Find(ctx context.Context, c network.Calls, _ network.Account, p network.Plan) (network.Receipt, bool, error) {
	reply, err := c.Read(ctx, "look", network.Request{Method: "GET", URL: n.Server + "/records/" + p.Key(len(p.Done))})
	if err != nil {
		return network.Receipt{}, false, err
	}
	switch reply.Status {
	case 404:
		return network.Receipt{}, false, nil
	case 200:
		receipt, err := n.Describe().Classify("look", reply)
		return receipt, err == nil, err
	}
	return network.Receipt{}, false, unusable(reply)
}

func unusable(r network.Reply) error {
	return &network.Error{Kind: network.Ambiguous, Message: fmt.Sprintf("the look-up was answered with %d", r.Status)}
}

// Phase is a Network that makes a container first and can ask it.
type Phase struct{ Network }

// Container implements network.Phaser.
func (n Phase) Container(ctx context.Context, c network.Calls, _ network.Account, _ network.Plan, id string) (network.Container, error) {
	reply, err := c.Read(ctx, "state of "+id, network.Request{Method: "GET", URL: n.Server + "/containers/" + id})
	if err != nil {
		return network.Container{}, err
	}
	if reply.Status == 404 {
		return network.Container{State: network.ContainerExpired}, nil
	}
	var box struct{ Status, ID, URL string }
	if reply.Status != 200 || json.Unmarshal(reply.Body, &box) != nil {
		return network.Container{}, unusable(reply)
	}
	found := network.Container{Detail: box.Status}
	switch box.Status {
	case "IN_PROGRESS":
		found.State = network.ContainerBuilding
	case "FINISHED":
		found.State = network.ContainerReady
	case "PUBLISHED":
		found.State, found.Receipt = network.ContainerPublished, network.Receipt{RemoteID: box.ID, URL: box.URL}
	case "ERROR":
		found.State = network.ContainerFailed
	case "EXPIRED":
		found.State = network.ContainerExpired
	default:
		return network.Container{}, unusable(reply)
	}
	return found, nil
}

// LookUp is a Network that lists its posts.
type LookUp struct{ Network }

// List implements network.Lister.
func (n LookUp) List(ctx context.Context, c network.Calls, _ network.Account, _ network.Plan, since time.Time) (network.Listing, error) {
	var all network.Listing
	for page := 1; page <= 50; page++ {
		reply, err := c.Read(ctx, fmt.Sprintf("list %d", page), network.Request{
			Method: "GET", URL: fmt.Sprintf("%s/posts?skip=%d", n.Server, len(all.Posts)),
		})
		if err != nil {
			return all, err
		}
		var got struct{ Posts []listed }
		if reply.Status != 200 || json.Unmarshal(reply.Body, &got) != nil || got.Posts == nil {
			return all, unusable(reply)
		}
		for _, p := range got.Posts {
			all.Posts = append(all.Posts, network.Seen{
				Receipt: network.Receipt{RemoteID: p.ID, URL: p.URL}, Text: p.Text, Parent: p.Parent, At: time.UnixMilli(p.AtMs),
			})
			if time.UnixMilli(p.AtMs).Before(since) {
				all.Complete = true
				return all, nil
			}
		}
		if len(got.Posts) == 0 {
			all.Complete = true
			return all, nil
		}
	}
	return all, nil
}
