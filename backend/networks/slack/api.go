package slack

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"postbag/backend/network"
)

// The wire types and the requests of the service, and nothing else: this file is what a reader
// compares with the service's documentation (docs.slack.dev, reference/methods, as quoted in 2026, and
// slackapi/slack-api-specs, web-api, 2021-09-07).

// newMessage is the body of chat.postMessage. Nobody is notified by what a text looks like: names are
// not looked for in it (link_names is false unless said, and "<", "&" and ">" are escaped).
type newMessage struct {
	Channel     string   `json:"channel"`
	Text        string   `json:"text,omitempty"`
	Blocks      []block  `json:"blocks,omitempty"`
	ThreadTS    string   `json:"thread_ts,omitempty"`
	Broadcast   bool     `json:"reply_broadcast,omitempty"`
	UnfurlLinks bool     `json:"unfurl_links"`
	UnfurlMedia bool     `json:"unfurl_media"`
	Metadata    metadata `json:"metadata"`
}

// block is one of Block Kit's: a section of text, or an image that was uploaded before.
type block struct {
	Type    string     `json:"type"`
	Text    *blockText `json:"text,omitempty"`
	File    *slackFile `json:"slack_file,omitempty"`
	AltText string     `json:"alt_text,omitempty"`
}

type blockText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type slackFile struct {
	ID string `json:"id"`
}

// metadata goes with a message and is seen by apps alone. Ours is the proof that a message is the
// one in doubt.
type metadata struct {
	EventType string       `json:"event_type"`
	Payload   eventPayload `json:"event_payload"`
}

type eventPayload struct {
	Key string `json:"key"`
}

// eventType names the metadata of Postbag's messages.
const eventType = "postbag_post"

// status is what every answer of a method begins with.
type status struct {
	OK     *bool  `json:"ok"`
	Error  string `json:"error"`
	Needed string `json:"needed"` // with missing_scope
}

// posted is the answer to chat.postMessage.
type posted struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Message struct {
		ThreadTS string `json:"thread_ts"`
	} `json:"message"`
}

// page is the answer to conversations.history and conversations.replies.
type page struct {
	Messages []message `json:"messages"`
	HasMore  bool      `json:"has_more"`
	Limited  bool      `json:"is_limited"` // older messages are there, and not shown on this plan
	Metadata struct {
		NextCursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}

// message is the part of a message that is read.
type message struct {
	TS       string `json:"ts"`
	ThreadTS string `json:"thread_ts"`
	User     string `json:"user"`
	Metadata struct {
		EventType string          `json:"event_type"`
		Payload   json.RawMessage `json:"event_payload"` // anything, if it is another app's
	} `json:"metadata"`
}

// key returns what Postbag wrote into the message, "" if it did not write it.
func (m message) key() string {
	var p eventPayload
	if m.Metadata.EventType != eventType || json.Unmarshal(m.Metadata.Payload, &p) != nil {
		return ""
	}
	return p.Key
}

// identity is the answer to auth.test.
type identity struct {
	URL    string `json:"url"`
	Team   string `json:"team"`
	User   string `json:"user"`
	TeamID string `json:"team_id"`
	UserID string `json:"user_id"`
}

// conversation is the answer to conversations.info.
type conversation struct {
	Channel struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Archived bool   `json:"is_archived"`
		Member   bool   `json:"is_member"`
	} `json:"channel"`
}

// upload is the answer to files.getUploadURLExternal.
type upload struct {
	URL    string `json:"upload_url"`
	FileID string `json:"file_id"`
}

// completion is the body of files.completeUploadExternal. It names no channel: then the file is private.
type completion struct {
	Files []titled `json:"files"`
}

type titled struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// completed is the answer to it.
type completed struct {
	Files []struct {
		ID string `json:"id"`
	} `json:"files"`
}

// fileInfo is the answer to files.info. A file that is still looked at has no type yet.
type fileInfo struct {
	File struct {
		ID   string `json:"id"`
		Type string `json:"mimetype"`
		Size int64  `json:"size"`
	} `json:"file"`
}

// The forms of ids (slackapi/slack-api-specs, definitions, 2021-09-07). They go into addresses,
// names of steps and the journal.
var (
	teamForm    = regexp.MustCompile(`^[TE][A-Z0-9]{2,30}$`)
	userForm    = regexp.MustCompile(`^[UW][A-Z0-9]{2,30}$`)
	channelForm = regexp.MustCompile(`^[CG][A-Z0-9]{2,30}$`)
	fileForm    = regexp.MustCompile(`^F[A-Z0-9]{2,30}$`)
	tsForm      = regexp.MustCompile(`^[0-9]{10}\.[0-9]{6}$`)
	hostForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*\.slack\.com$`)
)

// place is what a channel of Postbag is on Slack: where the messages go, and who writes them.
type place struct{ team, channel, user string }

// placeOf reads a place from an account's RemoteID.
func placeOf(a network.Account) (p place, ok bool) {
	parts := strings.Split(a.RemoteID, "/")
	if len(parts) != 3 || !teamForm.MatchString(parts[0]) || !channelForm.MatchString(parts[1]) || !userForm.MatchString(parts[2]) {
		return place{}, false
	}
	return place{team: parts[0], channel: parts[1], user: parts[2]}, true
}

func (p place) remoteID() string { return p.team + "/" + p.channel + "/" + p.user }

// request returns a request to a method with the app's token.
func request(a network.Account, httpMethod, method string, query url.Values) network.Request {
	address := a.Server + "/api/" + method
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	h := map[string]string{"Accept": "application/json"}
	if token := a.Secret.Field(tokenField); token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return network.Request{Method: httpMethod, URL: address, Header: h}
}

// post returns a request that carries v as JSON.
func post(a network.Account, method string, v any) (network.Request, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the message cannot be encoded", Err: err}
	}
	r := request(a, "POST", method, nil)
	r.Header["Content-Type"], r.Body = "application/json; charset=utf-8", network.Bytes(body)
	return r, nil
}

// decode reads the answer of a method: a success with what it holds, or an *Error.
func decode(r network.Reply, what string, into any) error {
	if err := judge(r); err != nil {
		return err
	}
	if json.Unmarshal(r.Body, into) != nil {
		return unreadable(what)
	}
	return nil
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "Slack's answer about " + what + " cannot be read"}
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("Slack", err) }
