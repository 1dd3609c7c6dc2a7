package mastodon

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

// status is the part of a Status that is read, and the one field that tells a ScheduledStatus
// from it (Mastodon documentation, entities/Status, 2026-07-02).
type status struct {
	ID          string            `json:"id"`
	URL         string            `json:"url"`
	URI         string            `json:"uri"`
	CreatedAt   string            `json:"created_at"`
	Content     string            `json:"content"`
	SpoilerText string            `json:"spoiler_text"`
	InReplyToID string            `json:"in_reply_to_id"`
	Media       []json.RawMessage `json:"media_attachments"`
	Poll        *json.RawMessage  `json:"poll"`
	Reblog      *json.RawMessage  `json:"reblog"`
	ScheduledAt string            `json:"scheduled_at"`
}

func (s status) receipt() network.Receipt {
	for _, address := range []string{s.URL, s.URI} {
		if u, err := url.Parse(address); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			return network.Receipt{RemoteID: s.ID, URL: address}
		}
	}
	return network.Receipt{RemoteID: s.ID}
}

// created returns when the server says the status was made, the zero time if it cannot be read.
func (s status) created() time.Time {
	t, err := time.Parse(time.RFC3339Nano, s.CreatedAt)
	if err != nil {
		return time.Time{}
	}
	return t
}

// source is a StatusSource: what was written, before it became HTML.
type source struct {
	ID          string `json:"id"`
	Text        string `json:"text"`
	SpoilerText string `json:"spoiler_text"`
}

// attachment is a MediaAttachment.
type attachment struct {
	ID string `json:"id"`
}

// problem is the Error entity.
type problem struct {
	Error string `json:"error"`
}

// account is a CredentialAccount.
type account struct {
	ID          string `json:"id"`
	Username    string `json:"username"`
	Acct        string `json:"acct"`
	DisplayName string `json:"display_name"`
}

// handle returns user@domain, as other servers know the account.
func (a account) handle(domain string) string {
	acct := network.Printable(strings.TrimPrefix(a.Acct, "@"))
	if domain == "" || strings.Contains(acct, "@") {
		return acct
	}
	return acct + "@" + domain
}

func (a account) name() string {
	if name := network.Printable(a.DisplayName); name != "" {
		return name
	}
	return network.Printable(a.Username)
}

// number is a count in a server's description of itself. Anything that is no number from 0 to
// a thousand million million reads as -1, which is nobody's limit.
type number int64

// UnmarshalJSON never fails: one odd field must not hide the others.
func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err != nil || v != v || v < 0 || v > 1e15 {
		v = -1
	}
	*n = number(v)
	return nil
}

// instance is the part of Instance and V1::Instance that is read. The keys outside of
// configuration are those of forks and of Pleroma's family.
type instance struct {
	Domain      string            `json:"domain"` // v2
	URI         string            `json:"uri"`    // v1: a host, or an address on some servers
	Version     string            `json:"version"`
	APIVersions map[string]number `json:"api_versions"`
	Config      struct {
		Statuses struct {
			MaxCharacters  number  `json:"max_characters"`
			MaxAttachments *number `json:"max_media_attachments"`
			URL            number  `json:"characters_reserved_per_url"`
		} `json:"statuses"`
		Media struct {
			Types       []string `json:"supported_mime_types"`
			Description *number  `json:"description_limit"`
			ImageBytes  number   `json:"image_size_limit"`
			ImagePixels number   `json:"image_matrix_limit"`
			VideoBytes  number   `json:"video_size_limit"`
		} `json:"media_attachments"`
		Polls *polls `json:"polls"`
	} `json:"configuration"`
	MaxTootChars     number  `json:"max_toot_chars"`
	MaxAttachments   *number `json:"max_media_attachments"`
	DescriptionLimit *number `json:"description_limit"`
	UploadLimit      number  `json:"upload_limit"`
	PollLimits       *struct {
		Options number `json:"max_options"`
		Chars   number `json:"max_option_chars"`
		Min     number `json:"min_expiration"`
		Max     number `json:"max_expiration"`
	} `json:"poll_limits"`
	Pleroma *pleroma `json:"pleroma"`
}

// pleroma is what servers of Pleroma's family add to their description. Its second version has the
// limit of descriptions here and nowhere else (Pleroma, instance_view.ex, read 2026-11).
type pleroma struct {
	Metadata struct {
		DescriptionLimit *number `json:"description_limit"`
	} `json:"metadata"`
}

func (p *pleroma) descriptionLimit() *number {
	if p == nil {
		return nil
	}
	return p.Metadata.DescriptionLimit
}

type polls struct {
	Options number `json:"max_options"`
	Chars   number `json:"max_characters_per_option"`
	Min     number `json:"min_expiration"`
	Max     number `json:"max_expiration"`
}

// post is the body of POST /api/v1/statuses. What a server would fill in from the account's
// settings is always said.
type post struct {
	Status      string   `json:"status"`
	MediaIDs    []string `json:"media_ids,omitempty"`
	Poll        *poll    `json:"poll,omitempty"`
	InReplyToID string   `json:"in_reply_to_id,omitempty"`
	Sensitive   bool     `json:"sensitive"`
	SpoilerText string   `json:"spoiler_text,omitempty"`
	Visibility  string   `json:"visibility"`
	Language    string   `json:"language,omitempty"`
	ContentType string   `json:"content_type,omitempty"` // where the server has one (asksFormat)
}

type poll struct {
	Options    []string `json:"options"`
	ExpiresIn  int64    `json:"expires_in"`
	Multiple   bool     `json:"multiple"`
	HideTotals bool     `json:"hide_totals"`
}

// get returns a request for path with the account's token.
func get(a network.Account, path string) network.Request {
	h := map[string]string{"Accept": "application/json"}
	if token := tokenOf(a.Secret); token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return network.Request{Method: "GET", URL: a.Server + path, Header: h}
}

// tokenOf returns the access token in a channel's secret.
func tokenOf(s network.Secret) string { return s.Field("token") }

// validID reports whether id can be an id of this API: it goes into addresses and the journal.
func validID(id string) bool {
	if id == "" || len(id) > 200 {
		return false
	}
	for _, r := range id {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return true
}

// asError makes sure that err is a classified one.
func asError(err error) error {
	if _, ok := errors.AsType[*network.Error](err); ok {
		return err
	}
	return &network.Error{Kind: network.Ambiguous, Message: "the request did not go through", Err: err}
}
