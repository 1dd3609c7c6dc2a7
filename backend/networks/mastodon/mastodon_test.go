package mastodon_test

import (
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/mastodon"
	"postbag/backend/networks/mastodon/mastodontest"
)

func TestNetwork(t *testing.T) {
	networktest.Run(t, mastodon.New(), func(t *testing.T) networktest.Server { return mastodontest.New(t) })
}

// other is the same network with the facts of a server without keys, as a channel on such a server
// has them.
type other struct {
	mastodon.Network
	limits network.Limits
}

func (o other) Describe() network.Descriptor {
	d := o.Network.Describe()
	d.Edit.Fields = []network.EditField{network.EditText} // descriptions are Mastodon's alone
	d.Limits, d.Reconcile, d.Facts = o.limits, o.limits.Reconcile, nil
	for _, key := range d.Limits.Explained() {
		value, _ := d.Limits.Shown(key)
		d.Facts = append(d.Facts, network.Fact{About: key, Value: value, Source: "what the stand-in says of itself, 2026-11"})
	}
	d.Examples = []network.Example{{Text: "https://example.com @ana@b.example", Count: 34, Source: "observed on loopback, 2025-10"}}
	return d
}

type limitedServer struct {
	*mastodontest.Server
	limits network.Limits
}

func (s limitedServer) Account() network.Account {
	a := s.Server.Account()
	a.Limits = &s.limits
	return a
}

func TestTheSameNetworkOnServersWithoutKeys(t *testing.T) {
	for _, f := range []mastodontest.Flavour{mastodontest.GoToSocial, mastodontest.Pleroma, mastodontest.Pixelfed, mastodontest.Older} {
		t.Run(string(f), func(t *testing.T) {
			server := mastodontest.NewFlavour(t, f)
			limits, err := mastodon.New().Limits(t.Context(), plainCalls{carrier: httpcall.New(networktest.NewFiles())}, server.Account())
			if err != nil {
				t.Fatal(err)
			}
			if limits.Reconcile.Shape != network.ShapeLookUp || limits.Text.Unit != network.UnitCodePoints || limits.Text.URL != 0 {
				t.Fatalf("limits %+v", limits)
			}
			networktest.Run(t, other{limits: limits}, func(t *testing.T) networktest.Server {
				return limitedServer{mastodontest.NewFlavour(t, f), limits}
			})
		})
	}
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, mastodon.New()) }
