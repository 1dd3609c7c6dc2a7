// Package blackbox kills the built program while it publishes to a server that keeps count.
//
// It knows nothing of the code: only the command line, which is a promise, and what the server
// accepted. No post may be lost and none doubled, and a delivery that is unsure is unknown or
// held, never rejected and never quietly published.
package blackbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"postbag/backend/network/networktest"
	"postbag/backend/networks/mastodon/mastodontest"
)

// program is the built command with a data folder of its own.
type program struct {
	t    *testing.T
	path string
	data string
}

func build(t *testing.T) *program {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("SIGKILL is a word of Unix")
	}
	path := filepath.Join(t.TempDir(), "postbag")
	cmd := exec.Command("go", "build", "-o", path, "postbag/app/postbag")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return &program{t: t, path: path, data: filepath.Join(t.TempDir(), "data")}
}

func (p *program) command(ctx context.Context, stdin string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.path, append([]string{"--data", p.data, "--json"}, args...)...)
	cmd.Env = append(os.Environ(), "POSTBAG_PASSPHRASE=black box passphrase", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	cmd.Stdin = strings.NewReader(stdin)
	return cmd
}

// run runs a command to its end and reads its JSON. The exit statuses in allowed are no failure.
func (p *program) run(into any, stdin string, allowed []int, args ...string) {
	p.t.Helper()
	cmd := p.command(p.t.Context(), stdin, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && slices.Contains(allowed, exit.ExitCode()) {
		err = nil
	}
	if err != nil {
		p.t.Fatalf("postbag %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(out, into); err != nil {
		p.t.Fatalf("postbag %s printed %q: %v", strings.Join(args, " "), out, err)
	}
}

// kill starts the publisher and kills it after a while, unless it ended before.
func (p *program) kill(after time.Duration) bool {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), after)
	defer cancel()
	err := p.command(ctx, "", "queue", "run", "--until-idle").Run() // the end of ctx is SIGKILL
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled()
}

// story returns what the program tells of the first delivery that is not published.
func (p *program) story() string {
	var list []delivery
	p.run(&list, "", nil, "queue", "list")
	for _, d := range list {
		if d.State != "published" {
			var story any
			p.run(&story, "", nil, "queue", "show", d.ID)
			text, err := json.MarshalIndent(story, "", " ")
			if err != nil {
				p.t.Fatal(err)
			}
			return string(text)
		}
	}
	return ""
}

// haunt lets posts whose connection was lost appear some seconds later, for as long as the test
// runs: well within the quarantine, which is what a server's own time-outs leave room for.
func haunt(server *mastodontest.Server) (end func()) {
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(5 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				server.Settle()
			case <-stop:
				server.Settle()
				return
			}
		}
	}()
	return func() { close(stop); <-done }
}

type delivery struct {
	ID         string `json:"id"`
	Post       string `json:"post"`
	State      string `json:"state"`
	HoldReason string `json:"hold_reason"`
}

func TestAKilledProgramLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	cycles := 120
	if testing.Short() {
		cycles = 15
	}
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	server := mastodontest.New(t)
	p := build(t)

	var channel struct{ ID string }
	p.run(&channel, server.Token+"\n", nil, "channel", "add", "mastodon", "--server", server.URL, "--secret-stdin")
	texts := map[string]string{} // by post
	faults := []networktest.Failure{networktest.DropAfter, networktest.ServerError, mastodontest.Ghost, networktest.RateLimited, networktest.Garbage}
	defer haunt(server)()
	kills := 0
	for i := range cycles {
		text := fmt.Sprintf("black box %d", i)
		var post struct{ ID string }
		p.run(&post, "", nil, "post", "add", "--text", text, "--to", channel.ID, "--now")
		texts[post.ID] = text
		if random.IntN(3) == 0 {
			server.Fail(faults[random.IntN(len(faults))])
		}
		if p.kill(time.Duration(10+random.IntN(150)) * time.Millisecond) {
			kills++
		}
	}
	p.audit(server, texts, true)
	if !testing.Short() {
		// The quarantine is 90 seconds of real time: then doubt is settled by the program itself. Faults
		// that no request has met yet are met now, so some go through it twice.
		ends := map[string]int{"unknown": len(texts)}
		for round := 0; round < 3 && ends["published"] < len(texts); round++ {
			p.run(nil, "", []int{3}, "queue", "run", "--for", "110s")
			ends = p.audit(server, texts, round < 3)
		}
		if ends["published"] != len(texts) {
			t.Errorf("a server that honours keys leaves nothing for a person, yet: %v\n%s", ends, p.story())
		}
		t.Logf("figure: black box: %d posts, %d kills, seed %d, ends: %v", len(texts), kills, seed, ends)
	}
	if kills < cycles/4 {
		t.Errorf("only %d of %d runs were killed", kills, cycles)
	}
}

// audit holds what the program says against what the server saved. midway allows what is still
// on its way. It returns how many deliveries are in which state.
func (p *program) audit(server *mastodontest.Server, texts map[string]string, midway bool) map[string]int {
	p.t.Helper()
	visible, ends := map[string]int{}, map[string]int{}
	for _, s := range server.Statuses() {
		visible[s.Text]++
	}
	var list []delivery
	p.run(&list, "", nil, "queue", "list")
	if len(list) != len(texts) {
		p.t.Errorf("%d deliveries for %d posts", len(list), len(texts))
	}
	for _, d := range list {
		n := visible[texts[d.Post]]
		ends[strings.TrimSpace(d.State+" "+d.HoldReason)]++
		switch {
		case n > 1:
			p.t.Errorf("%q is doubled: visible %d times (%s %s)", texts[d.Post], n, d.State, d.HoldReason)
		case d.State == "published" && n != 1:
			p.t.Errorf("%q is published and visible %d times", texts[d.Post], n)
		case d.State == "held" || d.State == "unknown" || d.State == "published":
		case midway && (d.State == "planned" || d.State == "waiting" || d.State == "preparing" || d.State == "sending"):
		default:
			p.t.Errorf("%q is %s %s and visible %d times", texts[d.Post], d.State, d.HoldReason, n)
		}
	}
	return ends
}
