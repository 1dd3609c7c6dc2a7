package api

import (
	"slices"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/practice"
)

// paid is the practice network if it charged for posts.
type paid struct{ network.Network }

func (p paid) Describe() network.Descriptor {
	d := p.Network.Describe()
	d.Budgets.Price = func(network.Plan) network.Price { return network.Price{Micros: 15_000, Currency: "USD"} }
	return d
}

func TestANetworkThatChargesForPostsSaysSoBeforeItIsChosen(t *testing.T) {
	free := practice.New()
	charges := paid{free}
	if slices.Contains(abilities(free, free.Describe()), "priced") {
		t.Error("a network that is free is called priced")
	}
	if !slices.Contains(abilities(charges, charges.Describe()), "priced") {
		t.Error("a network that charges is not called priced")
	}
}
