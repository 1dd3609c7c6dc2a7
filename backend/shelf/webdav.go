package shelf

import (
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// webdav is a folder on a WebDAV server (RFC 4918), signed in to with a name and a password (RFC 7617),
// which an application password can be.
type webdav struct {
	place  Place
	secret network.Secret
	web    network.Carrier
}

func (w *webdav) Put(ctx context.Context, f File, intent func() error) error {
	r := w.request("PUT", f.Name)
	r.Header["Content-Type"] = f.Type
	r.Body = network.Body{f.Body}
	reply, err := w.web.Send(ctx, r, intent)
	if err != nil {
		return sending(err)
	}
	if reply.Status == http.StatusConflict { // 9.7.1: the folder is not there
		return ambiguous(CodeFolder, "the folder is not there on "+hostOf(w.place.Address), nil)
	}
	return judge(hostOf(w.place.Address), "", reply)
}

func (w *webdav) Remove(ctx context.Context, name string) error {
	reply, err := w.web.Send(ctx, w.request("DELETE", name), nil)
	if err != nil {
		return sending(err)
	}
	if reply.Status == http.StatusNotFound || reply.Status == http.StatusGone {
		return nil
	}
	return judge(hostOf(w.place.Address), "", reply)
}

// multistatus is what PROPFIND answers, as far as it is read.
type multistatus struct {
	Responses []struct {
		Href  string `xml:"DAV: href"`
		Props []struct {
			Modified string `xml:"DAV: prop>getlastmodified"`
		} `xml:"DAV: propstat"`
	} `xml:"DAV: response"`
}

const whatIsThere = `<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><getlastmodified/></prop></propfind>`

func (w *webdav) List(ctx context.Context) ([]Item, error) {
	r := w.request("PROPFIND", "")
	r.Header["Depth"] = "1"
	r.Header["Content-Type"] = "application/xml; charset=utf-8"
	r.Body = network.Bytes([]byte(whatIsThere))
	reply, err := w.web.Send(ctx, r, nil)
	if err != nil {
		return nil, sending(err)
	}
	host := hostOf(w.place.Address)
	if err := judge(host, "", reply); err != nil {
		return nil, err
	}
	var answer multistatus
	if reply.Status != http.StatusMultiStatus || xml.Unmarshal(reply.Body, &answer) != nil {
		return nil, ambiguous(CodeAnswer, host+" answered no list of files", nil)
	}
	var list []Item
	for _, r := range answer.Responses {
		u, err := url.Parse(strings.TrimSpace(r.Href))
		if err != nil {
			continue
		}
		item := Item{Name: u.Path[strings.LastIndexByte(u.Path, '/')+1:]}
		for _, p := range r.Props {
			if at, err := http.ParseTime(p.Modified); err == nil {
				item.At = at.UTC()
			}
		}
		if item.Name != "" { // a folder's address ends in a slash
			list = append(list, item)
		}
	}
	return list, nil
}

func (w *webdav) request(method, name string) network.Request {
	return network.Request{Method: method, URL: w.place.Address + "/" + name, Header: map[string]string{
		"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(w.place.User+":"+w.secret.Reveal())),
	}}
}

// judge says what an answer of a store means (RFC 9110, 15; RFC 4918, 11). code is the store's own.
func judge(host, code string, r network.Reply) error {
	if r.OK() {
		return nil
	}
	said := host + " answered " + strconv.Itoa(r.Status)
	if code != "" {
		said += " (" + code + ")"
	}
	switch {
	case r.Status == http.StatusUnauthorized, r.Status == http.StatusForbidden:
		return ambiguous(CodeRefused, host+" refuses the sign-in, or what it may do", nil)
	case r.Status == http.StatusNotFound:
		return ambiguous(CodeFolder, "the folder is not there on "+host, nil)
	case r.Status == http.StatusRequestEntityTooLarge, r.Status == http.StatusInsufficientStorage:
		return ambiguous(CodeFull, host+" has no room for the file", nil)
	case r.Status == http.StatusTooManyRequests:
		return &network.Error{Kind: network.Throttled, Code: CodeBusy, Message: host + " asks to wait", Wait: network.RetryAfter(r)}
	case r.Status >= 500:
		return &network.Error{Kind: network.Ambiguous, Code: CodeAnswer, Message: said, Wait: network.RetryAfter(r)}
	}
	return ambiguous(CodeAnswer, said, nil)
}

// sending gives what the carrier says of a request that was not answered the package's code.
func sending(err error) error {
	known, ok := errors.AsType[*network.Error](network.AsError("the storage", err))
	if !ok || known.Code != "" {
		return err
	}
	e := *known
	e.Code = CodeUnreachable
	return &e
}
