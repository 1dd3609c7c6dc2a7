package matrix_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/matrix"
	"postbag/backend/networks/matrix/matrixtest"
)

// plain sends every call and remembers nothing; answer, if set, may answer in the server's stead.
type plain struct {
	network.Carrier
	answer func(r network.Request) (network.Reply, bool)
}

func (p plain) Read(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	if p.answer != nil {
		if reply, ok := p.answer(r); ok {
			return reply, nil
		}
	}
	return p.Send(ctx, r, nil)
}

func (p plain) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return p.Read(ctx, step, r)
}

func (p plain) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := p.Send(ctx, r, func() error { return nil })
	if err == nil {
		_, err = matrix.New().Describe().Classify(step, reply)
	}
	return reply, err
}

func calls(files *networktest.Files) plain { return plain{Carrier: httpcall.New(files)} }

func plan(key string, parts ...network.Part) network.Plan {
	p := network.Plan{Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Parts: parts}
	for i := range parts {
		p.Keys = append(p.Keys, fmt.Sprintf("%s-%d-0123456789abcdef0123456789", key, i))
	}
	return p
}

func publish(t *testing.T, s *matrixtest.Server, c network.Calls, p network.Plan) network.Receipt {
	t.Helper()
	r, err := matrix.New().Publish(t.Context(), c, s.Account(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func find(t *testing.T, s *matrixtest.Server, c network.Calls, p network.Plan) (network.Receipt, bool, error) {
	t.Helper()
	return matrix.New().Find(t.Context(), c, s.Account(), p)
}

func TestALostAnswerIsFoundByItsKey(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "good morning"})
	s.Write(matrixtest.Other, "good morning") // somebody else says the same
	s.Write(matrixtest.User, "good morning")  // and the person in another app
	if _, found, err := find(t, s, c, p); found || err != nil {
		t.Fatalf("before: found %t, %v", found, err)
	}
	s.Fail(networktest.DropAfter)
	if _, err := matrix.New().Publish(t.Context(), c, s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("published: %v", err)
	}
	s.Forget()
	r, found, err := find(t, s, c, p)
	if err != nil || !found || r.RemoteID != s.Events()[2].ID || r.URL != "https://matrix.to/#/%21news:matrix.test/$event3?via=matrix.test" {
		t.Fatalf("found %t %+v, %v", found, r, err)
	}
}

func TestTheSameKeyAgainIsTheSameEventWhileTheServerRemembers(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "once"})
	first := publish(t, s, c, p)
	if again := publish(t, s, c, p); again != first || len(s.Events()) != 1 {
		t.Errorf("again it is %+v; %d events", again, len(s.Events()))
	}
}

func TestAnAnswerLostBeforeItCountedIsProvedAbsent(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "one"}, network.Part{Text: "two"})
	s.Fail("") // the first part arrives
	s.Fail(networktest.ServerError)
	if _, err := matrix.New().Publish(t.Context(), c, s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("published: %v", err)
	}
	first, found, err := find(t, s, c, p)
	if err != nil || !found {
		t.Fatalf("the first part: found %t, %v", found, err)
	}
	p.Done = []network.Receipt{first}
	if _, found, err := find(t, s, c, p); found || err != nil {
		t.Errorf("the second part: found %t, %v", found, err)
	}
	if r := publish(t, s, c, p); r != first || len(s.Events()) != 2 {
		t.Errorf("in the end it is %+v; %d events", r, len(s.Events()))
	}
}

func TestAnotherDeviceFindsIt(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "from here"})
	want := publish(t, s, c, p)
	step, err := matrix.New().Connect(t.Context(), c, network.Step{Name: "sign_in", Answers: s.Answers()})
	if err != nil || step.Account == nil {
		t.Fatalf("connected: %q, %v", step.Message, err)
	}
	r, found, err := matrix.New().Find(t.Context(), c, *step.Account, p)
	if err != nil || !found || r != want {
		t.Errorf("found %t %+v, %v", found, r, err)
	}
}

func TestThisDeviceFindsItsOwnWithoutAKey(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "from here"})
	p.Keys = nil
	want := publish(t, s, c, p)
	if r, found, err := find(t, s, c, p); err != nil || !found || r != want {
		t.Errorf("found %t %+v, %v", found, r, err)
	}
}

func TestADeletedMessageProvesNothing(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	first, second := plan("a", network.Part{Text: "one"}), plan("b", network.Part{Text: "two"})
	r := publish(t, s, c, first)
	if err := matrix.New().Delete(t.Context(), c, s.Account(), r); err != nil {
		t.Fatal(err)
	}
	if got, found, err := find(t, s, c, first); err != nil || !found || got.RemoteID != r.RemoteID {
		t.Errorf("the device's own, deleted: found %t %+v, %v", found, got, err)
	}
	if _, found, err := find(t, s, c, second); found || network.KindOf(err) != network.Ambiguous {
		t.Errorf("another that may be the deleted one: found %t, %v", found, err)
	}
}

func TestALongRoomIsReadBackToThePlansTime(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "one"})
	publish(t, s, c, p)
	for range 350 { // three pages without one of ours
		s.Write(matrixtest.Other, "chatter")
	}
	if _, found, err := find(t, s, c, p); !found || err != nil {
		t.Errorf("found %t, %v", found, err)
	}
	if _, found, err := find(t, s, c, plan("b", network.Part{Text: "two"})); found || err != nil {
		t.Errorf("what is not there: found %t, %v", found, err)
	}
	for range 700 {
		s.Write(matrixtest.Other, "chatter")
	}
	if _, found, err := find(t, s, c, p); found || network.KindOf(err) != network.Ambiguous {
		t.Errorf("in too long a room: found %t, %v", found, err)
	}
	old := plan("b", network.Part{Text: "two"})
	old.CreatedAt = time.Now().Add(3 * time.Hour)
	s.Write(matrixtest.User, "before that time")
	if _, found, err := find(t, s, c, old); found || err != nil {
		t.Errorf("after all of it: found %t, %v", found, err)
	}
}

// What a list of events can be made of, and whether it proves that there is no event.
func TestOnlyAWholeListProvesAbsence(t *testing.T) {
	s := matrixtest.New(t)
	p := plan("a", network.Part{Text: "one"})
	event := func(content string) string {
		return fmt.Sprintf(`{"start":"1","chunk":[{"event_id":"$1","type":"m.room.message","sender":%q,"origin_server_ts":%d,"content":%s}]}`,
			matrixtest.User, time.Now().UnixMilli(), content)
	}
	for name, test := range map[string]struct {
		status int
		body   string
		absent bool
		found  bool
	}{
		"an empty room":            {200, `{"start":"1","chunk":[]}`, true, false},
		"another message":          {200, event(`{"msgtype":"m.text","body":"x"}`), true, false},
		"somebody's odd message":   {200, strings.Replace(event(`[1]`), "@ana", "@eve", 1), true, false},
		"a key that is no text":    {200, event(`{"body":"x","org.postbag.key":{"a":1}}`), true, false},
		"half a pair":              {200, event(`{"body":"\ud800","org.postbag.key":"\ud800"}`), true, false},
		"the key":                  {200, event(fmt.Sprintf(`{"body":"x","org.postbag.key":%q}`, p.Keys[0])), false, true},
		"somebody else's key":      {200, strings.Replace(event(fmt.Sprintf(`{"body":"x","org.postbag.key":%q}`, p.Keys[0])), "@ana", "@eve", 1), true, false},
		"the key in an edit":       {200, event(fmt.Sprintf(`{"body":"* x","org.postbag.key":%q,"m.relates_to":{"rel_type":"m.replace","event_id":"$0"}}`, p.Keys[0])), true, false},
		"a content that is none":   {200, event(`"x"`), false, false},
		"a redacted one":           {200, event(`{}`), false, false},
		"no chunk":                 {200, `{"start":"1"}`, false, false},
		"a chunk of nothing":       {200, `{"start":"1","chunk":null}`, false, false},
		"a chunk of texts":         {200, `{"start":"1","chunk":["a"]}`, false, false},
		"an event without an id":   {200, strings.Replace(event(`{"body":"x"}`), "$1", "", 1), false, false},
		"an event without a time":  {200, `{"start":"1","chunk":[{"event_id":"$1","type":"m.room.message","sender":"@a:b","content":{}}]}`, false, false},
		"a page for ever":          {200, `{"start":"1","end":"2","chunk":[]}`, false, false},
		"half an answer":           {200, `{"start":"1","chunk":[`, false, false},
		"a page of a hotel":        {200, `<html>Welcome</html>`, false, false},
		"success with no content":  {204, ``, false, false},
		"a refusal":                {403, `{"errcode":"M_FORBIDDEN","error":"not in the room"}`, false, false},
		"a list that is not found": {404, `{"errcode":"M_NOT_FOUND","error":"x"}`, false, false},
		"a server that is ill":     {503, `{"errcode":"M_UNKNOWN","error":"x"}`, false, false},
	} {
		c := calls(nil)
		c.answer = func(network.Request) (network.Reply, bool) {
			return network.Reply{Status: test.status, Body: []byte(test.body)}, true
		}
		_, found, err := find(t, s, c, p)
		if found != test.found || (err == nil && !found) != test.absent {
			t.Errorf("%s: found %t, %v", name, found, err)
		}
		if k := network.KindOf(err); err != nil && k != network.Ambiguous && k != network.Reauth {
			t.Errorf("%s: %v", name, err)
		}
	}
}
