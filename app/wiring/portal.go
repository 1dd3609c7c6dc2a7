package wiring

import (
	"context"
	"slices"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

const (
	// lookAtPortal is how soon what waits for a portal is looked at again.
	lookAtPortal = 15 * time.Second
	// knockEvery is how often a server is asked whether it can be reached, where nothing else asks.
	knockEvery = 30 * time.Second
	// knockTime is how long a server may take to answer that.
	knockTime = 4 * time.Second
)

// portalGuard keeps everything that needs a server waiting while the network lets nobody out before
// a sign-in: such a network is off line, whatever it answers. An intent would be committed against
// its answer, and that proves nothing, so a person would be asked about a
// delivery that never left.
type portalGuard struct{ *App }

// Ask implements queue.Guard.
func (g portalGuard) Ask(ctx context.Context, d domain.Delivery, _ network.Plan) (queue.Objection, error) {
	if !g.ground.lines.Portal() {
		return queue.Objection{}, nil
	}
	c, err := g.DB.Channel(ctx, d.Channel)
	if err != nil {
		return queue.Objection{}, err
	}
	if n, ok := g.Networks.Get(c.Network); ok && (n.Describe().Local || n.Describe().Rehearsal) {
		return queue.Objection{}, nil
	}
	return queue.Objection{
		Until: time.Now().Add(lookAtPortal), Class: string(network.NotSent),
		Text: "This network wants you to sign in on a page of its own first.",
	}, nil
}

// seek asks a server whether it can be reached, while something waits for that and nothing else
// would find out.
func (w *watch) seek(ctx context.Context) {
	lines := &w.ground.lines
	if !lines.Portal() && (!w.awaited || lines.Online()) || time.Since(w.knocked) < knockEvery {
		return
	}
	hosts := lines.Lost()
	if len(hosts) == 0 {
		hosts = w.servers(ctx)
	}
	if len(hosts) == 0 {
		return
	}
	w.knocked = time.Now()
	w.knock(ctx, hosts[w.knocks%len(hosts)])
	w.knocks++
}

// servers lists the servers of all channels.
func (w *watch) servers(ctx context.Context) (hosts []string) {
	spaces, err := w.DB.Workspaces(ctx)
	if err != nil {
		return nil
	}
	for _, space := range spaces {
		channels, err := w.DB.Channels(ctx, space.ID)
		if err != nil {
			return nil
		}
		for _, c := range channels {
			if host := network.HostOf(c.Server); host != "" && !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}
	}
	return hosts
}

// knock asks a server for what each of them has or has not, and no person is named in: its rules
// for robots (RFC 9309). What it answers does not matter, only who does; that is heard on the way.
func (w *watch) knock(ctx context.Context, host string) {
	scheme := "https"
	if network.Loopback(host) {
		scheme = "http"
	}
	carrier, ok := w.Carriers[scheme]
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, knockTime)
	defer cancel()
	_, _ = carrier.Send(ctx, network.Request{Method: "GET", URL: scheme + "://" + host + "/robots.txt"}, nil)
}
