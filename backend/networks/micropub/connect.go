package micropub

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

// The turn of the conversation and the keys of its answers.
const (
	siteStep = "site"
	siteKey  = "site"
	tokenKey = "token"
)

const (
	siteHelp  = "Where readers find it, such as https://example.com. Its home page says where posts are sent to."
	tokenHelp = "Your site makes one for apps, with the permissions create, media and delete. Micro.blog: Account, App tokens. " +
		"WordPress with the IndieAuth plug-in: Users, Manage Tokens."
)

// Connect asks for a site and a token, finds the endpoint by the site, and tries the token there.
func (Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	typed := strings.TrimSpace(answers.Answers[siteKey])
	token := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(answers.Answers[tokenKey]), "Bearer "))
	again := ask(typed)
	switch {
	case answers.Name != siteStep:
		return again, nil
	case typed == "":
		return again.Because(network.ReasonMissing, siteKey, "Please give the address of the site."), nil
	case token == "":
		return again.Because(network.ReasonMissing, tokenKey, "Please give an access token. "+tokenHelp), nil
	case len(token) > 4000 || !network.Visible(token):
		return again.Because(network.ReasonMalformed, tokenKey, "A token has no spaces or other signs; copy it again."), nil
	}
	site, err := siteURL(typed)
	if err != nil {
		return noSite(again, err), nil
	}
	final, endpoint, err := discover(ctx, c, site)
	if err != nil {
		return notFound(again, err), nil
	}
	a := accountAt(final, endpoint, token)
	k, err := readConfig(ctx, c, a)
	if err == nil {
		if wrong := choose(&a, k.destinations); wrong != "" {
			return again.Because(network.ReasonWrongKind, siteKey, wrong), nil
		}
		var l network.Limits
		l, err = limitsOf(ctx, c, a, k)
		a.Limits = &l
	}
	if err != nil {
		return again.After(err, "The site", network.ReasonRefused, tokenKey, "The site does not accept this token."), nil
	}
	return network.Step{Name: "done", Account: &a}, nil
}

func ask(site string) network.Step {
	return network.Step{Name: siteStep, Ask: []network.Question{
		{Key: siteKey, Label: "Address of the site", Help: siteHelp, Default: network.Printable(site)},
		{Key: tokenKey, Label: "Access token", Help: tokenHelp, Secret: true},
	}}
}

// noSite asks again after something that siteURL does not take.
func noSite(again network.Step, err error) network.Step {
	return again.Because(network.ReasonMalformed, siteKey, "That is no address of a site: "+err.Error()+".")
}

// notFound asks again where no endpoint was found.
func notFound(again network.Step, err error) network.Step {
	switch {
	case errors.Is(err, errNoPage):
		return again.Because(network.ReasonNotFound, siteKey, "There is no page at this address.")
	case errors.Is(err, errNoEndpoint):
		return again.Because(network.ReasonWrongKind, siteKey,
			"This page names no Micropub endpoint (a link with rel=\"micropub\" in its head). Give the home page, or switch Micropub on there.")
	case errors.Is(err, errUnsafe):
		return again.Because(network.ReasonWrongKind, siteKey, "This site leads to an address that is not safe to send a token to.")
	}
	return again.After(err, "The site", network.ReasonNotFound, siteKey, "The site does not show its home page.")
}

// accountAt is the account of a site. It is known by the site: an endpoint may serve many, and may move.
func accountAt(site, endpoint, token string) network.Account {
	if u, err := url.Parse(site); err == nil {
		site = tidy(u)
	}
	site = strings.TrimRight(site, "/")
	_, name, _ := strings.Cut(site, "://")
	return network.Account{
		RemoteID: site, Handle: network.Printable(name), Server: site,
		Secret:  network.SecretOf(map[string]string{tokenField: token}),
		Options: map[string]string{endpointOption: endpoint},
	}
}

// choose finds the site among those behind the endpoint (Micro.blog's extension "mp-destination",
// 2018-09-05), and says what is wrong if it cannot be told which it is.
func choose(a *network.Account, list []target) string {
	if len(list) == 0 {
		return ""
	}
	i := slices.IndexFunc(list, func(t target) bool {
		return hostOf(t.UID) == hostOf(a.Server) || hostOf("https://"+t.Name) == hostOf(a.Server)
	})
	if i < 0 && len(list) > 1 {
		return "This token is for several sites: " + namesOf(list) + ". Give the address of the one you mean."
	}
	one := list[max(i, 0)]
	a.Options[destinationOption] = one.UID
	a.Name = network.Printable(one.Name)
	return ""
}

// hostOf is the name in an address, without "www.".
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Host), "www.")
}
