package linkedin

import (
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"

	"postbag/backend/network"
)

// The wire types and the requests of the service, and nothing else: this file is what a reader compares
// with the service's documentation (learn.microsoft.com/linkedin, marketing/community-management/shares).

// apiVersion is the version that is spoken where an account names no other. Versions come every month and
// live for at least a year (docVersions); an account can name a newer one.
const apiVersion = "202609"

// newPost is the body of POST /rest/posts.
type newPost struct {
	Author       string       `json:"author"`
	Commentary   string       `json:"commentary"`
	Visibility   string       `json:"visibility"`
	Distribution distribution `json:"distribution"`
	Content      *content     `json:"content,omitempty"`
	State        string       `json:"lifecycleState"`
	NoReshare    bool         `json:"isReshareDisabledByAuthor"`
}

type distribution struct {
	Feed     string   `json:"feedDistribution"`
	Targets  []string `json:"targetEntities"`
	Channels []string `json:"thirdPartyDistributionChannels"`
}

// content is one of its fields.
type content struct {
	Media      *media      `json:"media,omitempty"`
	MultiImage *multiImage `json:"multiImage,omitempty"`
	Article    *article    `json:"article,omitempty"`
}

type media struct {
	ID      string `json:"id"`
	AltText string `json:"altText,omitempty"`
	Title   string `json:"title,omitempty"` // which a document must have
}

type multiImage struct {
	Images []media `json:"images"`
}

// article is a link card. LinkedIn does not read the page: what is not given is not shown.
type article struct {
	Source      string `json:"source"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Thumbnail   string `json:"thumbnail,omitempty"`
}

// beginUpload is the body of POST /rest/images?action=initializeUpload, and of the same of documents.
type beginUpload struct {
	Request struct {
		Owner string `json:"owner"`
	} `json:"initializeUploadRequest"`
}

// begun is the answer to it.
type begun struct {
	Value struct {
		UploadURL string `json:"uploadUrl"`
		Image     string `json:"image"`
		Document  string `json:"document"`
	} `json:"value"`
}

// beginVideo is the body of POST /rest/videos?action=initializeUpload (docVideos).
type beginVideo struct {
	Request struct {
		Owner     string `json:"owner"`
		Bytes     int64  `json:"fileSizeBytes"`
		Captions  bool   `json:"uploadCaptions"`
		Thumbnail bool   `json:"uploadThumbnail"`
	} `json:"initializeUploadRequest"`
}

// begunVideo is the answer to it.
type begunVideo struct {
	Value struct {
		Video string      `json:"video"`
		Token string      `json:"uploadToken"`
		Parts []videoPart `json:"uploadInstructions"`
	} `json:"value"`
}

// videoPart is a piece of a video, both ends included, and where it goes.
type videoPart struct {
	URL   string `json:"uploadUrl"`
	First *int64 `json:"firstByte"`
	Last  *int64 `json:"lastByte"`
}

// endVideo is the body of POST /rest/videos?action=finalizeUpload.
type endVideo struct {
	Request struct {
		Video string   `json:"video"`
		Token string   `json:"uploadToken"`
		Parts []string `json:"uploadedPartIds"`
	} `json:"finalizeUploadRequest"`
}

// imageState is the answer to GET /rest/images/{urn}.
type imageState struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// posts is a page of the answer to GET /rest/posts?q=author.
type posts struct {
	Elements []post `json:"elements"`
}

// post is the part of a post that is read.
type post struct {
	ID         string  `json:"id"`
	Author     string  `json:"author"`
	Commentary string  `json:"commentary"`
	State      string  `json:"lifecycleState"`
	Published  int64   `json:"publishedAt"`    // ms
	Created    int64   `json:"createdAt"`      // ms
	Modified   int64   `json:"lastModifiedAt"` // ms
	Content    content `json:"content"`
}

// userinfo is the answer to GET /v2/userinfo (OpenID Connect).
type userinfo struct {
	Sub  string `json:"sub"`
	Name string `json:"name"`
}

// acls is the answer to GET /rest/organizationAcls?q=roleAssignee.
type acls struct {
	Elements []struct {
		Organization string `json:"organization"`
		Target       string `json:"organizationTarget"` // what older versions call it
		Role         string `json:"role"`
		State        string `json:"state"`
	} `json:"elements"`
}

// organization is the part of GET /rest/organizations/{id} that is read.
type organization struct {
	Name   string `json:"localizedName"`
	Vanity string `json:"vanityName"`
}

// failure is the body of an answer that says no.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Details struct {
		Inputs []struct {
			Code        string `json:"code"`
			Description string `json:"description"`
		} `json:"inputErrors"`
	} `json:"errorDetails"`
}

// The forms of ids. They go into addresses, names of steps and the journal.
var (
	personForm  = regexp.MustCompile(`^urn:li:person:[A-Za-z0-9_-]{1,64}$`)
	pageForm    = regexp.MustCompile(`^urn:li:organization:[0-9]{1,20}$`)
	postForm    = regexp.MustCompile(`^urn:li:(share|ugcPost):[0-9]{1,25}$`)
	imageForm   = regexp.MustCompile(`^urn:li:image:[A-Za-z0-9_-]{1,100}$`)
	paperForm   = regexp.MustCompile(`^urn:li:document:[A-Za-z0-9_-]{1,100}$`)
	filmForm    = regexp.MustCompile(`^urn:li:video:[A-Za-z0-9_-]{1,100}$`)
	versionForm = regexp.MustCompile(`^20[2-9][0-9](0[1-9]|1[0-2])$`)
)

const (
	tokenField    = "token"   // of the secret
	versionOption = "version" // of an account: the version that it speaks
)

// pageOf returns the number of the page that an account writes on.
func pageOf(a network.Account) (number string, ok bool) {
	if !pageForm.MatchString(a.RemoteID) {
		return "", false
	}
	return strings.TrimPrefix(a.RemoteID, "urn:li:organization:"), true
}

// authorOf returns the URN that an account writes as.
func authorOf(a network.Account) (string, bool) {
	return a.RemoteID, personForm.MatchString(a.RemoteID) || pageForm.MatchString(a.RemoteID)
}

func versionOf(a network.Account) string {
	if v := a.Options[versionOption]; versionForm.MatchString(v) {
		return v
	}
	return apiVersion
}

// request returns a request to the versioned API.
func request(a network.Account, method, path string, query url.Values) network.Request {
	address := a.Server + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return network.Request{Method: method, URL: address, Header: map[string]string{
		"Accept":                    "application/json",
		"Authorization":             "Bearer " + a.Secret.Field(tokenField),
		"Linkedin-Version":          versionOf(a),
		"X-Restli-Protocol-Version": "2.0.0",
	}}
}

// postJSON returns a request that carries v as JSON.
func postJSON(a network.Account, path string, query url.Values, v any) (network.Request, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	r := request(a, "POST", path, query)
	r.Header["Content-Type"], r.Body = "application/json", network.Bytes(body)
	return r, nil
}

// escaped writes a URN as it stands in a path.
func escaped(urn string) string { return strings.ReplaceAll(urn, ":", "%3A") }

// decode reads the answer to a question: a 200 with what it holds, or an *Error.
func decode(r network.Reply, what string, into any) error {
	if err := judge(r); err != nil {
		return unproved(err)
	}
	if r.Status != 200 || json.Unmarshal(r.Body, into) != nil {
		return unreadable(what)
	}
	return nil
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "LinkedIn's answer about " + what + " cannot be read"}
}

// unproved makes sure that a question that was refused is no refused post.
func unproved(err error) error {
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Rejected {
		other := *e
		other.Kind = network.Ambiguous
		return &other
	}
	return err
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("LinkedIn", err) }

// codeOf returns the network's own code of an error, "" if it has none.
func codeOf(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return e.Code
	}
	return ""
}
