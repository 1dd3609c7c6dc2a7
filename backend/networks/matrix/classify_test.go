package matrix_test

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/matrix"
	"postbag/backend/networks/matrix/matrixtest"
)

func TestEveryDocumentedAnswerMeansOneThing(t *testing.T) {
	judge := matrix.New().Describe().Classify
	for _, test := range []struct {
		status int
		body   string
		want   network.Kind
	}{
		{400, `{"errcode":"M_BAD_JSON","error":"x"}`, network.Rejected},
		{400, `{"errcode":"M_NOT_JSON"}`, network.Rejected},
		{400, `{"errcode":"M_INVALID_PARAM"}`, network.Rejected},
		{400, `{"errcode":"M_MISSING_PARAM"}`, network.Rejected},
		{400, `{"errcode":"M_UNKNOWN"}`, network.Rejected},
		{400, `{"errcode":"M_TOO_LARGE"}`, network.Rejected},
		{413, `{"errcode":"M_TOO_LARGE"}`, network.Rejected},
		{404, `{"errcode":"M_NOT_FOUND"}`, network.Rejected},
		{401, `{"errcode":"M_UNKNOWN_TOKEN","soft_logout":true}`, network.Reauth},
		{401, `{"errcode":"M_MISSING_TOKEN"}`, network.Reauth},
		{401, `{"errcode":"M_USER_LOCKED"}`, network.Reauth},
		{403, `{"errcode":"M_USER_SUSPENDED"}`, network.Reauth},
		{403, `{"errcode":"M_FORBIDDEN"}`, network.Reauth},
		{403, `{"errcode":"M_GUEST_ACCESS_FORBIDDEN"}`, network.Reauth},
		{429, `{"errcode":"M_LIMIT_EXCEEDED"}`, network.Throttled},
		{429, `<html>`, network.Throttled},

		// What stands before a server says these, or nobody has documented them.
		{400, `<html>`, network.Ambiguous},
		{401, ``, network.Ambiguous},
		{403, `{"error":"M_FORBIDDEN"}`, network.Ambiguous},
		{403, `{"errcode":"M_RESOURCE_LIMIT_EXCEEDED"}`, network.Ambiguous},
		{403, `{"errcode":["M_FORBIDDEN"]}`, network.Ambiguous},
		{404, `Not found`, network.Ambiguous},
		{404, `{"errcode":"M_UNRECOGNIZED"}`, network.Ambiguous},
		{400, `{"errcode":"M_FORBIDDEN"}`, network.Ambiguous},
		{409, `{"errcode":"M_UNKNOWN"}`, network.Ambiguous},
		{413, `<html>`, network.Ambiguous},
		{500, `{"errcode":"M_FORBIDDEN"}`, network.Ambiguous},
		{502, `{"errcode":"M_LIMIT_EXCEEDED"}`, network.Ambiguous},
		{504, ``, network.Ambiguous},
		{200, `{"event_id":""}`, network.Ambiguous},
		{200, `{"event_id":"event"}`, network.Ambiguous},
		{200, `{"event_id":"$a b"}`, network.Ambiguous},
		{200, `{"event_id":"$\ud800"}`, network.Ambiguous},
		{200, `{"event_id":7}`, network.Ambiguous},
		{200, `{"event_id":"$` + strings.Repeat("x", 300) + `"}`, network.Ambiguous},
		{201, `{"event_id":"$a"}`, network.Ambiguous},
	} {
		r, err := judge("post 1", network.Reply{Status: test.status, Body: []byte(test.body)})
		if err == nil || network.KindOf(err) != test.want {
			t.Errorf("%d %.60s is %+v, %v, want %s", test.status, test.body, r, err, test.want)
		}
	}
	r, err := judge("post 1 in "+matrixtest.Room+"/"+matrixtest.User, network.Reply{Status: 200, Body: []byte(`{"event_id":"$143273582443PhrSn:example.org"}`)})
	if err != nil || r.RemoteID != "$143273582443PhrSn:example.org" || !strings.HasPrefix(r.URL, "https://matrix.to/#/") {
		t.Errorf("an event is %+v, %v", r, err)
	}
	if r, err := judge("post 1", network.Reply{Status: 200, Body: []byte(`{"event_id":"$a"}`)}); err != nil || r.URL != "" {
		t.Errorf("an event of a step without a room is %+v, %v", r, err)
	}
}

func TestAServerSaysHowLongToWaitInEitherWay(t *testing.T) {
	judge := matrix.New().Describe().Classify
	for _, test := range []struct {
		header, body string
		want         time.Duration
	}{
		{"9", `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2000}`, 9 * time.Second},
		{"", `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2500}`, 2500 * time.Millisecond},
		{"", `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":-5}`, 0},
		{"", `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":9007199254740991}`, 24 * time.Hour},
		{"", `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":"soon"}`, 0},
		{"", ``, 0},
	} {
		_, err := judge("post 1", network.Reply{Status: 429, Header: map[string]string{"Retry-After": test.header}, Body: []byte(test.body)})
		if network.KindOf(err) != network.Throttled || network.WaitOf(err) != test.want {
			t.Errorf("%q %s: %v, wait %v", test.header, test.body, err, network.WaitOf(err))
		}
	}
}

func TestAnUploadThatIsRefusedIsNoEndOfTheSignIn(t *testing.T) {
	s, files := matrixtest.New(t), networktest.NewFiles()
	p := plan("a", network.Part{Media: []network.Media{files.Picture("image/png", 1, 0)}})
	for _, test := range []struct {
		status int
		body   string
		want   network.Kind
	}{
		{403, `{"errcode":"M_FORBIDDEN","error":"Cannot upload this content"}`, network.Rejected},
		{413, `<html>`, network.Rejected},
		{401, `{"errcode":"M_UNKNOWN_TOKEN"}`, network.Reauth},
		{429, `{"errcode":"M_LIMIT_EXCEEDED"}`, network.Throttled},
		{403, `<html>`, network.Ambiguous},
		{200, `{"content_uri":"https://example.org/a"}`, network.Ambiguous},
		{200, `{"content_uri":"mxc://matrix.test/../a"}`, network.Ambiguous},
		{200, `{"content_uri":"mxc:///a"}`, network.Ambiguous},
	} {
		c := calls(files)
		c.answer = func(r network.Request) (network.Reply, bool) {
			return network.Reply{Status: test.status, Body: []byte(test.body)}, strings.Contains(r.URL, "/upload")
		}
		if _, err := matrix.New().Publish(t.Context(), c, s.Account(), p); network.KindOf(err) != test.want {
			t.Errorf("%d %s: %v", test.status, test.body, err)
		}
	}
	if n := len(s.Events()); n != 0 {
		t.Errorf("%d events were sent", n)
	}
}

func TestAPostIsToldByItsAddress(t *testing.T) {
	a := network.Account{RemoteID: "!abc:matrix.test/@ana:matrix.test", Handle: "#news:matrix.test"}
	const want = "$143273582443PhrSn:example.org"
	for link, found := range map[string]bool{
		"https://matrix.to/#/!abc:matrix.test/$143273582443PhrSn:example.org?via=example.org": true,
		"https://matrix.to/#/%21abc%3Amatrix.test/%24143273582443PhrSn%3Aexample.org":         true,
		"https://matrix.to/#/#news:matrix.test/$143273582443PhrSn:example.org":                true,
		"https://matrix.to/#/%23news:matrix.test/%24143273582443PhrSn:example.org":            true,
		"matrix:roomid/abc:matrix.test/e/143273582443PhrSn:example.org?via=example.org":       true,
		"matrix:r/news:matrix.test/e/143273582443PhrSn:example.org":                           true,
		"matrix:u/ana:matrix.test": false,
		"https://matrix.to/#/!other:matrix.test/$143273582443PhrSn:example.org":         false,
		"https://matrix.to/#/!abc:matrix.test":                                          false,
		"https://matrix.to.evil.test/#/!abc:matrix.test/$143273582443PhrSn:example.org": false,
		"https://example.org/!abc:matrix.test/$143273582443PhrSn:example.org":           false,
		"http://matrix.to/#/!abc:matrix.test/$143273582443PhrSn:example.org":            false,
		"https://matrix.to/#/!abc:matrix.test/$143273582443PhrSn:example.org/more":      false,
		"https://ana@matrix.to/#/!abc:matrix.test/$143273582443PhrSn:example.org":       false,
	} {
		r, ok := matrix.New().Linked(a, link)
		if ok != found || ok && r.RemoteID != want {
			t.Errorf("%s is %+v %t", link, r, ok)
		}
	}
	if at := matrix.New().Profile(a); at != "https://matrix.to/#/%21abc:matrix.test?via=matrix.test" {
		t.Errorf("the room is at %q", at)
	}
}
