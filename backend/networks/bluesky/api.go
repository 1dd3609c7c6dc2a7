package bluesky

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"postbag/backend/network"
)

// Names of the methods used (lexicons com.atproto.*, 2026-08-20).
const (
	createSession  = "com.atproto.server.createSession"
	refreshSession = "com.atproto.server.refreshSession"
	getSession     = "com.atproto.server.getSession"
	describeServer = "com.atproto.server.describeServer"
	resolveHandle  = "com.atproto.identity.resolveHandle"
	uploadBlob     = "com.atproto.repo.uploadBlob"
	putRecord      = "com.atproto.repo.putRecord"
	applyWrites    = "com.atproto.repo.applyWrites"
	getRecord      = "com.atproto.repo.getRecord"
	deleteRecord   = "com.atproto.repo.deleteRecord"
)

// query asks a method that changes nothing. pairs are names and values.
func query(server, method string, pairs ...string) network.Request {
	address := server + "/xrpc/" + method
	for i := 0; i+1 < len(pairs); i += 2 {
		sign := "?"
		if i > 0 {
			sign = "&"
		}
		address += sign + pairs[i] + "=" + url.QueryEscape(pairs[i+1])
	}
	return network.Request{Method: "GET", URL: address, Header: map[string]string{"Accept": "application/json"}}
}

// procedure calls a method that changes something.
func procedure(server, method string, input any) (network.Request, error) {
	r := network.Request{
		Method: "POST", URL: server + "/xrpc/" + method,
		Header: map[string]string{"Accept": "application/json"},
	}
	if input != nil {
		body, err := encode(input)
		if err != nil {
			return network.Request{}, err
		}
		r.Header["Content-Type"] = "application/json"
		r.Body = network.Bytes(body)
	}
	return r, nil
}

func describeRequest(server string) network.Request { return query(server, describeServer) }

func uploadRequest(a network.Account, m network.Media) network.Request {
	return signed(network.Request{
		Method: "POST", URL: a.Server + "/xrpc/" + uploadBlob,
		Header: map[string]string{"Accept": "application/json", "Content-Type": m.Type},
		Body:   network.Body{{File: m.File()}},
	}, a)
}

// putInput is the input of putRecord. SwapRecord is always null: only if nothing is there.
type putInput struct {
	Repo       string  `json:"repo"`
	Collection string  `json:"collection"`
	Key        string  `json:"rkey"`
	Record     post    `json:"record"`
	SwapRecord *string `json:"swapRecord"`
}

type applyInput struct {
	Repo   string        `json:"repo"`
	Writes []createWrite `json:"writes"`
}

type createWrite struct {
	Type       string `json:"$type"`
	Collection string `json:"collection"`
	Key        string `json:"rkey"`
	Value      any    `json:"value"`
}

func create(at recordAddress, record any) createWrite {
	return createWrite{Type: applyWrites + "#create", Collection: at.collection, Key: at.key, Value: record}
}

// recordAddress names a record: at://did/collection/key.
type recordAddress struct{ did, collection, key string }

func (a recordAddress) String() string {
	return "at://" + a.did + "/" + a.collection + "/" + a.key
}

// web returns where a person sees the post.
func (a recordAddress) web() string { return webApp + "/profile/" + a.did + "/post/" + a.key }

// didShape is what a DID may look like (AT Protocol specification, "DID", 2026-04).
var didShape = regexp.MustCompile(`^did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]$`)

func validDID(s string) bool { return len(s) <= 2048 && didShape.MatchString(s) }

// parsePostAddress reads the address of a post, and refuses any other record.
func parsePostAddress(s string) (recordAddress, error) {
	at, err := parseAddress(s)
	if err == nil && at.collection != postCollection {
		err = fmt.Errorf("%.100q is not the address of a post", s)
	}
	return at, err
}

// parseAddress reads the address of a record that this network writes.
func parseAddress(s string) (recordAddress, error) {
	rest, ok := strings.CutPrefix(s, "at://")
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 3 || !validDID(parts[0]) ||
		!slices.Contains([]string{postCollection, threadgateCollection, postgateCollection}, parts[1]) {
		return recordAddress{}, fmt.Errorf("%.100q is not the address of a post or a gate", s)
	}
	if _, err := parseTID(parts[2]); err != nil {
		return recordAddress{}, fmt.Errorf("%.100q is not the address of a post or a gate: %w", s, err)
	}
	return recordAddress{parts[0], parts[1], parts[2]}, nil
}
