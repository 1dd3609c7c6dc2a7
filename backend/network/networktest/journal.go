package networktest

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"postbag/backend/network"
)

// effect says what a call may do, in the queue's words.
type effect string

const (
	read    effect = "read"
	prepare effect = "prepare"
	publish effect = "publish"
)

// call is one request that was really made.
type call struct {
	effect  effect
	step    string
	request network.Request
	reply   network.Reply
	err     error
}

// fault answers a call in the server's stead; it reports false to let the call go on.
type fault func(ctx context.Context, c call) (network.Reply, error, bool)

// journal makes a network's calls as the queue does: it refuses a step name used twice in a
// run, answers finished steps after a restart, judges the reply to a Publish step by the
// descriptor, and lets nothing follow a Publish step that failed. It complains to t.
type journal struct {
	t       testing.TB
	d       network.Descriptor
	carrier network.Carrier
	secrets []string
	fault   fault
	answer  func(c call) // told of every call that was answered
	stop    int          // the power goes off after so many calls; below zero: never

	mu     sync.Mutex
	done   map[string]call // finished Prepare and Publish steps
	used   map[string]bool // step names of this run
	failed string          // the Publish step of this run that failed
	sent   []call
}

var _ network.Calls = (*journal)(nil)

func (j *journal) Read(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return j.make(ctx, call{effect: read, step: step, request: r})
}

func (j *journal) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return j.make(ctx, call{effect: prepare, step: step, request: r})
}

func (j *journal) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return j.make(ctx, call{effect: publish, step: step, request: r})
}

// restart begins a new run with the journal of the last.
func (j *journal) restart() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.used, j.failed, j.stop = map[string]bool{}, "", -1
}

// calls returns what was sent so far, in order.
func (j *journal) calls() []call {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]call(nil), j.sent...)
}

// publishes counts the publishing calls sent so far.
func (j *journal) publishes() int {
	n := 0
	for _, c := range j.calls() {
		if c.effect == publish {
			n++
		}
	}
	return n
}

func (j *journal) make(ctx context.Context, c call) (network.Reply, error) {
	j.t.Helper()
	if reply, finished := j.begin(c); finished {
		return reply, nil
	}
	if j.off() {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "the power is off"}
	}
	c.reply, c.err = j.carry(ctx, c)
	if c.err == nil && c.effect == publish {
		c.err = j.judge(c)
	}
	j.mu.Lock()
	j.sent = append(j.sent, c)
	if c.effect == publish && c.err != nil {
		j.failed = c.step
	}
	if c.err == nil && c.effect != read && !c.request.Fresh && (c.effect == publish || c.reply.Status < 300) {
		j.done[c.step] = c
	}
	j.mu.Unlock()
	if j.answer != nil {
		j.answer(c)
	}
	return c.reply, c.err
}

// begin checks a call before it is made, and answers a finished step.
func (j *journal) begin(c call) (network.Reply, bool) {
	j.t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if c.step == "" || len(c.step) > 200 || network.Printable(c.step) != c.step {
		j.t.Errorf("step name %q: want a short line of plain text", c.step)
	}
	if c.request.Fresh {
		j.inspect(c)
		return network.Reply{}, false
	}
	if j.used[c.step] {
		j.t.Errorf("step name %q is used twice in one run", c.step)
	}
	j.used[c.step] = true
	if old, ok := j.done[c.step]; ok && c.effect != read {
		if old.effect != c.effect || old.request.Hash() != c.request.Hash() {
			j.t.Errorf("after a restart step %q asks for something else", c.step)
		}
		old.reply.Kept = true
		return old.reply, true
	}
	if j.failed != "" && c.effect != read {
		j.t.Errorf("%s call %q was made after the publishing call %q had failed", c.effect, c.step, j.failed)
	}
	j.inspect(c)
	return network.Reply{}, false
}

// inspect holds a request to the rules of network.Request.
func (j *journal) inspect(c call) {
	j.t.Helper()
	r := c.request
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme == "" {
		j.t.Errorf("step %q has the address %q", c.step, r.URL)
		return
	}
	if r.Method == "" {
		j.t.Errorf("step %q has no method", c.step)
	}
	if u.User != nil {
		j.t.Errorf("step %q has a user in its address", c.step)
	}
	if len(r.Files) > 0 && u.Scheme != "file" {
		j.t.Errorf("step %q puts files to %s:", c.step, u.Scheme)
	}
	if c.effect == read && (len(r.Files) > 0 || slices.ContainsFunc(r.Body, func(p network.Piece) bool { return p.File.SHA256 != "" })) {
		j.t.Errorf("step %q is a read that sends a file", c.step)
	}
	for k, v := range r.Header {
		if textproto.CanonicalMIMEHeaderKey(k) != k {
			j.t.Errorf("step %q has the header %q, want %q", c.step, k, textproto.CanonicalMIMEHeaderKey(k))
		}
		if k != "Authorization" && leaks(v, j.secrets) {
			j.t.Errorf("step %q shows the secret in the header %s", c.step, k)
		}
	}
	if leaks(r.URL, j.secrets) || leaks(c.step, j.secrets) {
		j.t.Errorf("step %q shows the secret in its address or its name", c.step)
	}
}

// off reports whether the power is off.
func (j *journal) off() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.stop >= 0 && len(j.sent) >= j.stop
}

// carry makes the call, unless a fault comes first.
func (j *journal) carry(ctx context.Context, c call) (network.Reply, error) {
	j.t.Helper()
	if err := ctx.Err(); err != nil {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "stopped before anything was sent", Err: err}
	}
	if j.fault != nil {
		if reply, err, played := j.fault(ctx, c); played {
			return reply, err
		}
	}
	if c.effect == read {
		return j.carrier.Send(ctx, c.request, nil)
	}
	intents := 0
	reply, err := j.carrier.Send(ctx, c.request, func() error { intents++; return nil })
	if intents > 1 || (intents == 0 && err == nil && reply.OK()) {
		j.t.Errorf("the carrier called the intent of step %q %d times, want once", c.step, intents)
	}
	if intents > 0 && err != nil && network.KindOf(err) == network.NotSent {
		j.t.Errorf("the carrier says step %q was not sent, after its intent", c.step)
	}
	return reply, err
}

// judge runs the descriptor's Classify, which must never accept without an id.
func (j *journal) judge(c call) error {
	j.t.Helper()
	receipt, err := j.d.Classify(c.step, c.reply)
	if err == nil && receipt.RemoteID == "" {
		j.t.Errorf("Classify accepts a reply of status %d to %q without an id", c.reply.Status, c.step)
		return &network.Error{Kind: network.Ambiguous, Message: "accepted without an id"}
	}
	if err != nil {
		if _, classified := errors.AsType[*network.Error](err); !classified {
			j.t.Errorf("Classify fails with %T, want *network.Error", err)
		}
	}
	return err
}

// describe lists calls for a message of a failed test.
func describe(calls []call) string {
	var b strings.Builder
	for _, c := range calls {
		fmt.Fprintf(&b, "\n  %s %q: %s %s", c.effect, c.step, c.request.Method, c.request.URL)
		if c.err != nil {
			fmt.Fprintf(&b, " failed: %v", c.err)
		} else {
			fmt.Fprintf(&b, " answered %d", c.reply.Status)
		}
	}
	return b.String()
}

// connectCalls is what a connect conversation gets: no journal, and no publishing.
type connectCalls struct{ journal }

func (c *connectCalls) Read(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	return c.carrier.Send(ctx, r, nil)
}

func (c *connectCalls) Prepare(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	return c.carrier.Send(ctx, r, func() error { return nil })
}

func (c *connectCalls) Publish(_ context.Context, step string, _ network.Request) (network.Reply, error) {
	c.t.Helper()
	c.t.Errorf("the conversation publishes (%q)", step)
	return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "a connect conversation cannot publish"}
}

// replay answers every step with the reply it got in an earlier run and notes differences.
type replay struct {
	t    testing.TB
	left []call
}

func (r *replay) next(e effect, step string, q network.Request) (network.Reply, error) {
	r.t.Helper()
	if len(r.left) == 0 {
		r.t.Errorf("the same plan makes one request more: %s %q", e, step)
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "no such step before"}
	}
	want := r.left[0]
	r.left = r.left[1:]
	switch {
	case want.effect != e || want.step != step:
		r.t.Errorf("the same plan makes other steps: %s %q was %s %q", e, step, want.effect, want.step)
	case want.request.Hash() != q.Hash():
		r.t.Errorf("the same plan makes another request in step %q: %s", step, differ(want.request, q))
	}
	return want.reply, want.err
}

// differ says where two requests part, without showing either.
func differ(a, b network.Request) string {
	switch {
	case a.Method != b.Method:
		return "the method differs"
	case a.URL != b.URL:
		return fmt.Sprintf("the address was %q and is %q", a.URL, b.URL)
	case a.Segment != b.Segment:
		return fmt.Sprintf("the segment was %d and is %d", a.Segment, b.Segment)
	}
	for k, v := range a.Header {
		if b.Header[k] != v && k != "Authorization" {
			return "the header " + k + " differs"
		}
	}
	if len(a.Header) != len(b.Header) {
		return "the headers differ"
	}
	if len(a.Files) != len(b.Files) {
		return fmt.Sprintf("there were %d files and are %d", len(a.Files), len(b.Files))
	}
	for i := range a.Files {
		one := network.Request{Files: a.Files[i : i+1]}
		if one.Hash() != (network.Request{Files: b.Files[i : i+1]}).Hash() {
			return "the file " + a.Files[i].Path + " differs"
		}
	}
	return "the body differs"
}

func (r *replay) Read(_ context.Context, step string, q network.Request) (network.Reply, error) {
	r.t.Helper()
	return r.next(read, step, q)
}

func (r *replay) Prepare(_ context.Context, step string, q network.Request) (network.Reply, error) {
	r.t.Helper()
	return r.next(prepare, step, q)
}

func (r *replay) Publish(_ context.Context, step string, q network.Request) (network.Reply, error) {
	r.t.Helper()
	return r.next(publish, step, q)
}
