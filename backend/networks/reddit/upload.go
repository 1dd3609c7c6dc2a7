package reddit

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"postbag/backend/network"
)

// The ends of the names of an upload's two steps.
const (
	stepLease = "lease"
	stepFile  = "file"
)

func uploadStep(i int, end string) string { return fmt.Sprintf("image %d %s", i+1, end) }

// asset is a picture in Reddit's store of files, where nobody sees it: a gallery names its id, the post of
// a single one its address.
type asset struct{ id, address string }

// lease is leave to put one file there (docUpload). It ends after a minute.
type lease struct {
	Args struct {
		Action string `json:"action"` // "//host", without a scheme
		Fields []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"fields"`
	} `json:"args"`
	Asset struct {
		ID string `json:"asset_id"`
	} `json:"asset"`
}

// upload asks for a lease and sends the file with the lease's fields, the file last; the store takes
// nothing behind it (Amazon S3, "Browser-Based Uploads Using POST"). The account's token stays here: the
// fields alone say who may send.
func upload(ctx context.Context, c network.Calls, a network.Account, p network.Plan, i int) (asset, error) {
	m := p.Parts[0].Media[i]
	form := url.Values{"api_type": {"json"}, "filepath": {"picture." + strings.TrimPrefix(m.Type, "image/")}, "mimetype": {m.Type}}
	reply, err := c.Prepare(ctx, uploadStep(i, stepLease), post(a, "/api/media/asset.json", form))
	if err != nil {
		return asset{}, asError(err)
	}
	if !reply.OK() {
		return asset{}, unproved(judge(reply))
	}
	old := reply.Kept
	var to lease
	if json.Unmarshal(reply.Body, &to) != nil || !assetForm.MatchString(to.Asset.ID) {
		return asset{}, again(old, unreadable("the upload"))
	}
	address, ok := storeOf(a, to.Args.Action)
	if !ok {
		return asset{}, again(old, unreadable("the upload"))
	}
	key := ""
	var fields []network.Field
	for _, f := range to.Args.Fields {
		if !fieldForm.MatchString(f.Name) || f.Name == "file" || len(f.Value) > 32<<10 || !visible(f.Value) {
			return asset{}, again(old, unreadable("the upload"))
		}
		if f.Name == "key" {
			key = f.Value
		}
		fields = append(fields, network.Field{Name: f.Name, Value: f.Value})
	}
	if !keyForm.MatchString(key) || len(fields) > 40 {
		return asset{}, again(old, unreadable("the upload"))
	}
	step := uploadStep(i, stepFile)
	r := network.Request{Method: "POST", URL: address, Header: map[string]string{}}
	r.Header["Content-Type"], r.Body = network.Form(p.Delivery+"\n"+step, append(fields, network.Field{Name: "file", Media: &m})...)
	if reply, err = c.Prepare(ctx, step, r); err != nil {
		return asset{}, asError(err)
	}
	var stored struct {
		XMLName xml.Name `xml:"PostResponse"`
		Key     string   `xml:"Key"`
	}
	switch {
	case !reply.OK(): // what was leased earlier has ended
		return asset{}, again(old, &network.Error{
			Kind: network.Ambiguous, Message: fmt.Sprintf("Reddit's store of files answered %d", reply.Status), Wait: network.RetryAfter(reply),
		})
	case reply.Status != 201 || xml.Unmarshal(reply.Body, &stored) != nil || stored.Key != key:
		return asset{}, again(reply.Kept, unreadable("the upload"))
	}
	return asset{id: to.Asset.ID, address: strings.TrimSuffix(address, "/") + "/" + key}, nil
}

var (
	assetForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,40}$`)
	keyForm   = regexp.MustCompile(`^[0-9A-Za-z_-]+(/[0-9A-Za-z_.-]+)*$`)
	fieldForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)
	storeForm = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws|redditmedia|reddit)\.com$`)
)

// storeOf returns where a file is sent to: Amazon's store of files or Reddit's own, or the server of the
// API itself.
func storeOf(a network.Account, action string) (string, bool) {
	u, err := url.Parse(action)
	home, errHome := url.Parse(a.Server)
	if err != nil || errHome != nil || u.Scheme != "" || u.User != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	if u.Scheme = "https"; u.Host == home.Host {
		u.Scheme = home.Scheme
	} else if !storeForm.MatchString(u.Host) {
		return "", false
	}
	return u.String(), true
}

// again lets a picture be uploaded anew, where what an earlier attempt was told is of no more use. An
// upload that no post names is seen by nobody.
func again(old bool, otherwise error) error {
	if !old {
		return otherwise
	}
	return &network.Error{Kind: network.Throttled, Stale: true, Message: "Reddit knows the upload no more; it begins anew"}
}

// visible reports whether a value can stand in a form of one line.
func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
