package x

import (
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// The windows. Uploads are counted together, though X counts each kind of request for itself: the
// stricter reading.
const (
	windowPosts    = "posts"
	windowAppPosts = "app_posts"
	windowUploads  = "uploads"
	windowAlts     = "descriptions"
)

const quarter = 15 * time.Minute

// docPrices is the price list that is told to people. It is in US dollars.
const docPrices = "xdevplatform/docs, pay-per-use prices, 2026-08"

// Prices in millionths of a dollar.
const (
	pricePost     = 15_000
	priceWithLink = 200_000
	priceAlt      = 5_000
)

func budgets() network.Budgets {
	return network.Budgets{
		Host: "api.x.com",
		Windows: []network.Window{
			{Name: windowPosts, Scope: network.ScopeAccount, Points: 100, Per: quarter, Source: docRates},
			{Name: windowAppPosts, Scope: network.ScopeApp, Points: 10_000, Per: 24 * time.Hour, Source: docRates},
			{Name: windowUploads, Scope: network.ScopeAccount, Points: 1875, Per: quarter, Source: docRates},
			{Name: windowAlts, Scope: network.ScopeAccount, Points: 500, Per: quarter, Source: docRates},
		},
		App:    func(a network.Account) string { return a.Options[clientOption] },
		Cost:   cost,
		Expect: expected,
		Read:   left,
		Price:  price,
	}
}

func cost(w network.Window, u network.Use) int {
	describes := strings.HasSuffix(u.Step, stepAlt)
	switch w.Name {
	case windowPosts, windowAppPosts:
		return point(u.Kind == network.UsePublish)
	case windowAlts:
		return point(u.Kind == network.UsePrepare && describes)
	}
	return point(u.Kind == network.UsePrepare && !describes)
}

func point(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// expected counts for every file its beginning, its pieces, its end and its description, and one
// question whether X is done with it.
func expected(p network.Plan) []network.Use {
	var list []network.Use
	for _, part := range p.Parts {
		for _, m := range part.Media {
			for range pieces(m) + 2 {
				list = append(list, network.Use{Step: "file", Kind: network.UsePrepare})
			}
			if describable(m) {
				list = append(list, network.Use{Step: "file" + stepAlt, Kind: network.UsePrepare})
			}
			list = append(list, network.Use{Step: "file", Kind: network.UseRead})
		}
	}
	for range p.Parts {
		list = append(list, network.Use{Step: "post", Kind: network.UsePublish, Parts: 1})
	}
	return list
}

// price adds up what X charges: more for a post with a link in it, and something for a description.
func price(p network.Plan) network.Price {
	sum := int64(0)
	for i, part := range p.Parts {
		if len(measure.LinksX(p.TextWithLink(i))) > 0 {
			sum += priceWithLink
		} else {
			sum += pricePost
		}
		for _, m := range part.Media {
			if describable(m) {
				sum += priceAlt
			}
		}
	}
	return network.Price{Micros: sum, Currency: "USD", Source: docPrices}
}

// left reads the headers of an answer. What is said of an upload is about one kind of request and is
// left to the documented number.
func left(u network.Use, r network.Reply) (list []network.Left) {
	if u.Kind != network.UsePublish {
		return nil
	}
	for _, w := range []struct{ prefix, name string }{{"x-rate-limit-", windowPosts}, {"x-app-limit-24hour-", windowAppPosts}} {
		if limit, points, opens, ok := window(r, w.prefix); ok {
			list = append(list, network.Left{Window: w.name, Limit: limit, Points: points, Opens: opens})
		}
	}
	return list
}

// window reads one set of headers. The reset is in seconds of Unix time and counted from the answer's
// own Date, so that no clock of ours comes into it.
func window(r network.Reply, prefix string) (limit, points int, opens time.Duration, ok bool) {
	limit, errLimit := strconv.Atoi(header(r, prefix+"limit"))
	points, errPoints := strconv.Atoi(header(r, prefix+"remaining"))
	reset, errReset := strconv.ParseInt(header(r, prefix+"reset"), 10, 64)
	now, dated := network.ParseDate(header(r, "date"))
	if errLimit != nil || errPoints != nil || errReset != nil || !dated || limit <= 0 || points < 0 || reset <= 0 || reset > 1<<40 {
		return 0, 0, 0, false
	}
	if opens = time.Unix(reset, 0).Sub(now); opens < 0 || opens > 48*time.Hour {
		return 0, 0, 0, false
	}
	return limit, points, opens, true
}
