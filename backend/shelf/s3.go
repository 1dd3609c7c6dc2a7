package shelf

import (
	"context"
	"encoding/xml"
	"net/url"
	"path"
	"strings"
	"time"

	"postbag/backend/network"
)

// noBytes is the SHA-256 of nothing, which is the body of every request but a PUT.
const noBytes = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// mostPages bounds a listing: a thousand files a page.
const mostPages = 50

// s3 is a folder in a bucket of an S3-compatible store. It uses PutObject, DeleteObject and
// ListObjectsV2 (Amazon S3 API Reference, 2025), and no access-control list: that the public may read the
// bucket, or the folder, is a policy of the bucket, which many stores can only have so.
type s3 struct {
	place  Place
	sign   signer
	web    network.Carrier
	now    func() time.Time
	host   string
	scheme string
	root   string // encoded path of the bucket: "/bucket", or "" where it is in the host's name
}

func newS3(p Place, secret network.Secret, parts Parts) (*s3, error) {
	u, err := url.Parse(p.Address)
	if err != nil {
		return nil, wrong("address", "the address cannot be read")
	}
	s := &s3{
		place: p, sign: signer{id: p.User, secret: secret.Reveal(), region: p.Region}, web: parts.Web, now: parts.Now,
		scheme: u.Scheme, host: u.Host, root: "/" + encode(p.Bucket, false),
	}
	// Amazon wants the bucket in the host's name, and its certificates cover one label before theirs;
	// every other store knows the bucket in the path.
	if strings.HasSuffix(u.Hostname(), ".amazonaws.com") && !strings.Contains(p.Bucket, ".") {
		s.host, s.root = p.Bucket+"."+u.Host, ""
	}
	return s, nil
}

func (s *s3) Put(ctx context.Context, f File, intent func() error) error {
	r := s.request("PUT", s.key(f.Name), nil, map[string]string{"Content-Type": f.Type, "Cache-Control": "no-store"}, f.Sum())
	r.Body = network.Body{f.Body}
	reply, err := s.web.Send(ctx, r, intent)
	if err != nil {
		return sending(err)
	}
	return s.judge(reply)
}

func (s *s3) Remove(ctx context.Context, name string) error {
	reply, err := s.web.Send(ctx, s.request("DELETE", s.key(name), nil, nil, noBytes), nil)
	if err != nil {
		return sending(err)
	}
	if reply.Status == 404 && codeOf(reply) == "NoSuchKey" { // some stores say so
		return nil
	}
	return s.judge(reply)
}

// listing is what ListObjectsV2 answers, as far as it is read.
type listing struct {
	Contents []struct {
		Key          string
		LastModified string
	}
	IsTruncated           bool
	NextContinuationToken string
}

func (s *s3) List(ctx context.Context) ([]Item, error) {
	prefix := s.place.Folder
	if prefix != "" {
		prefix += "/"
	}
	query := map[string]string{"list-type": "2", "prefix": prefix + namePrefix}
	var list []Item
	for range mostPages {
		reply, err := s.web.Send(ctx, s.request("GET", "", query, nil, noBytes), nil)
		if err != nil {
			return nil, sending(err)
		}
		if err := s.judge(reply); err != nil {
			return nil, err
		}
		var page listing
		if err := xml.Unmarshal(reply.Body, &page); err != nil {
			return nil, ambiguous(CodeAnswer, s.hostName()+" answered no list of files", nil)
		}
		for _, c := range page.Contents {
			at, err := time.Parse(time.RFC3339, c.LastModified)
			if name, ok := strings.CutPrefix(c.Key, prefix); ok && !strings.Contains(name, "/") && err == nil {
				list = append(list, Item{Name: name, At: at.UTC()})
			}
		}
		if !page.IsTruncated || page.NextContinuationToken == "" {
			return list, nil
		}
		query["continuation-token"] = page.NextContinuationToken
	}
	return list, nil
}

func (s *s3) key(name string) string { return path.Join(s.place.Folder, name) }

// request returns a signed request for a key of the bucket, "" for the bucket itself.
func (s *s3) request(method, key string, query, header map[string]string, payload string) network.Request {
	where := s.root + "/" + encode(key, true)
	if key == "" && s.root != "" {
		where = s.root
	}
	r := network.Request{Method: method, URL: s.scheme + "://" + s.host + where}
	if len(query) > 0 {
		r.URL += "?" + queryOf(query)
	}
	r.Header = s.sign.authorize(signed{
		method: method, host: s.host, path: where, query: query, header: header, payload: payload,
	}, s.now())
	return r
}

func (s *s3) hostName() string { return hostOf(s.place.Address) }

// codeOf reads S3's own code from a refusal, "" if there is none that can be shown.
func codeOf(r network.Reply) string {
	var refusal struct{ Code string }
	if xml.Unmarshal(r.Body, &refusal) != nil || len(refusal.Code) > 60 ||
		strings.Trim(refusal.Code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.") != "" {
		return ""
	}
	return refusal.Code
}

// judge says what an answer means (Amazon S3 API Reference, "Error responses", 2025).
func (s *s3) judge(r network.Reply) error {
	if r.OK() {
		return nil
	}
	host, code := s.hostName(), codeOf(r)
	switch code {
	case "NoSuchBucket":
		return ambiguous(CodeFolder, "there is no such bucket on "+host, nil)
	case "SlowDown", "TooManyRequests":
		return &network.Error{Kind: network.Throttled, Code: CodeBusy, Message: host + " asks to wait", Wait: network.RetryAfter(r)}
	case "RequestTimeTooSkewed":
		return ambiguous(CodeRefused, host+" says that the clock of this computer is wrong", nil)
	case "EntityTooLarge", "QuotaExceeded":
		return ambiguous(CodeFull, host+" has no room for the file", nil)
	case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
		return ambiguous(CodeRefused, "the bucket on "+host+" is in another region", nil)
	}
	return judge(host, code, r)
}
