package practice

import (
	"encoding/json"

	"postbag/backend/network"
)

// The wire types and the requests of the service, and nothing else: this file is what a
// reader compares with the service's documentation.

const (
	mediaURL = "none:///media"
	postsURL = "none:///posts"
)

// post is the body of a publishing request.
type post struct {
	Text      string  `json:"text"`
	Media     []image `json:"media,omitempty"`
	InReplyTo string  `json:"in_reply_to,omitempty"`
	Language  string  `json:"language,omitempty"`
	Warning   string  `json:"warning,omitempty"`
	Poll      *poll   `json:"poll,omitempty"`
}

// poll is a question with answers.
type poll struct {
	Options   []string `json:"options"`
	DurationS int64    `json:"duration_s"`
	Multiple  bool     `json:"multiple,omitempty"`
}

// image is an uploaded picture and its description.
type image struct {
	ID  string `json:"id"`
	Alt string `json:"alt,omitempty"`
}

// made is the answer to every write.
type made struct {
	ID string `json:"id"`
}

// problem is the answer to a write that was refused.
type problem struct {
	Error string `json:"error"`
}

// uploadRequest sends one picture. Its content is its key, so that the same picture again is
// the same upload.
func uploadRequest(m network.Media) network.Request {
	return network.Request{
		Method: "POST",
		URL:    mediaURL,
		Header: map[string]string{"Content-Type": m.Type, "Idempotency-Key": m.SHA256},
		Body:   network.Body{{File: m.File()}},
	}
}

// postRequest publishes one segment under its key.
func postRequest(segment int, key string, p post) (network.Request, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return network.Request{}, err
	}
	return network.Request{
		Method:  "POST",
		URL:     postsURL,
		Header:  map[string]string{"Content-Type": "application/json", "Idempotency-Key": key},
		Body:    network.Bytes(body),
		Segment: segment,
	}, nil
}

// deleteRequest takes a post back.
func deleteRequest(id string) network.Request {
	return network.Request{
		Method: "DELETE",
		URL:    postsURL + "/" + id,
		Header: map[string]string{"Idempotency-Key": id},
	}
}

// change is the body of a request that changes a post: pictures and everything else stay.
type change struct {
	Text string   `json:"text"`
	Alts []string `json:"alts,omitempty"`
}

// editRequest changes the words of a post. The same again is the same.
func editRequest(id string, c change) (network.Request, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return network.Request{}, err
	}
	return network.Request{
		Method: "PUT",
		URL:    postsURL + "/" + id,
		Header: map[string]string{"Content-Type": "application/json", "Idempotency-Key": id},
		Body:   network.Bytes(body),
	}, nil
}
