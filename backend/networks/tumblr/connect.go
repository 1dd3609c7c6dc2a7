package tumblr

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"postbag/backend/network"
)

// The turns of the conversation: the application, the browser, and which blog, where there are several.
const (
	turnApp  = "app"
	turnCode = "code"
	turnBlog = "blog"
	turnDone = "done"
)

// The keys of the answers.
const (
	keyClient   = "client_id"
	keySecret   = "client_secret"
	keyBlog     = "blog"
	keyRedirect = "redirect_uri"
)

// Tumblr calls back the addresses that an application has registered, and no others, so the port is
// always the same one, below those that systems give away. That a port in it is kept is said in
// tumblr/docs, issue 104, 2023-04; that an address on this machine may be http is not written anywhere,
// and is what others register (2026-11).
const (
	port = 28764
	path = "/callback"
)

const appsPage = "https://www.tumblr.com/oauth/apps" // tumblr/docs, api.md, "What You Need", 2024-10-18

const (
	clientHelp = "1. Open tumblr.com/oauth/apps, sign in, and choose Register application. 2. Name, website, description and e-mail are " +
		"yours to choose. 3. Write http://127.0.0.1:28764/callback both into Default callback URL and into OAuth2 redirect URLs, and save. " +
		"4. Under the application's name the key now stands as OAuth Consumer Key."
	secretHelp = "Beside the key: choose Show secret key, and copy the long word that appears. Postbag keeps it encrypted."
	blogHelp   = "The name of the blog as it stands in its address, before .tumblr.com."
)

// Connect asks for the application, sends the person to Tumblr's own page, and asks for the blog if
// there is more than one. A sign-in that does not end well begins again.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	switch {
	case answers.Name == turnCode && !answers.Carry.IsZero():
		return n.finishSignIn(ctx, c, answers)
	case answers.Name == turnBlog && !answers.Carry.IsZero():
		return n.chooseBlog(ctx, c, accountOf(answers.Carry), answers.Answers[keyBlog])
	}
	client, secret := strings.TrimSpace(answers.Answers[keyClient]), strings.TrimSpace(answers.Answers[keySecret])
	if answers.Name != turnApp {
		return askApp(client), nil
	}
	for _, given := range []struct{ key, value, missing, bad string }{
		{keyClient, client, "Please give the consumer key of your application.", "A consumer key has letters and digits only; copy it again."},
		{keySecret, secret, "Please give the secret key of your application.", "A secret key has letters and digits only; copy it again."},
	} {
		switch {
		case given.value == "":
			return askApp(client).Because(network.ReasonMissing, given.key, given.missing), nil
		case len(given.value) > 200 || !network.Visible(given.value):
			return askApp(client).Because(network.ReasonMalformed, given.key, given.bad), nil
		}
	}
	return n.beginSignIn(client, secret, answers.Answers[keyRedirect]), nil
}

func askApp(client string) network.Step {
	return network.Step{Name: turnApp, Ask: []network.Question{
		{Key: keyClient, Label: "OAuth Consumer Key", Help: clientHelp, Link: appsPage, Default: network.Printable(client)},
		{Key: keySecret, Label: "Secret key", Help: secretHelp, Link: appsPage, Secret: true},
	}}
}

// finish ends the conversation with the only blog there is, or asks which.
func (n Network) finish(ctx context.Context, c network.Calls, a network.Account) (network.Step, error) {
	blogs, err := blogsOf(ctx, c, a)
	switch {
	case err != nil:
		return askApp(a.Options[clientOption]).After(err, "Tumblr", network.ReasonSignIn, "", "Tumblr did not accept its own token; please begin again."), nil
	case len(blogs) == 0:
		return askApp(a.Options[clientOption]).Because(network.ReasonNotFound, "", "This account has no blog yet. Make one on Tumblr first."), nil
	case len(blogs) == 1:
		return done(a, blogs[0]), nil
	}
	return askBlog(a, blogs, ""), nil
}

// chooseBlog takes the name of a blog, or its address.
func (n Network) chooseBlog(ctx context.Context, c network.Calls, a network.Account, typed string) (network.Step, error) {
	blogs, err := blogsOf(ctx, c, a)
	if err != nil {
		if network.KindOf(err) == network.Reauth {
			return askApp(a.Options[clientOption]).Because(network.ReasonSignIn, "", "The sign-in is over; please begin again."), nil
		}
		return askBlog(a, nil, typed).After(err, "Tumblr", network.ReasonSignIn, "", "The sign-in is over; please begin again."), nil
	}
	name := strings.ToLower(strings.TrimSpace(typed))
	name = strings.TrimPrefix(strings.TrimPrefix(name, "https://"), "www.tumblr.com/")
	name = strings.TrimSuffix(strings.Trim(name, "@/"), ".tumblr.com")
	i := slices.IndexFunc(blogs, func(b blog) bool { return b.Name == name })
	switch {
	case name == "":
		return askBlog(a, blogs, "").Because(network.ReasonMissing, keyBlog, "Please name the blog."), nil
	case i < 0:
		return askBlog(a, blogs, typed).Because(network.ReasonNotFound, keyBlog, "This account has no such blog. It has: "+namesOf(blogs)+"."), nil
	}
	return done(a, blogs[i]), nil
}

// askBlog asks which of several blogs it shall be; the one that people see first is filled in.
func askBlog(a network.Account, blogs []blog, typed string) network.Step {
	step := network.Step{Name: turnBlog, Carry: carryOf(a)}
	proposed := network.Printable(typed)
	if len(blogs) > 0 {
		step.Message = "Blogs: " + namesOf(blogs)
		if proposed == "" {
			proposed = blogs[max(slices.IndexFunc(blogs, func(b blog) bool { return b.Primary }), 0)].Name
		}
	}
	step.Ask = []network.Question{{Key: keyBlog, Label: "Blog", Help: blogHelp, Default: proposed}}
	return step
}

func namesOf(blogs []blog) string {
	const most = 8
	var names []string
	for i, b := range blogs {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(blogs)-most))
			break
		}
		names = append(names, b.Name)
	}
	return strings.Join(names, ", ")
}

func done(a network.Account, b blog) network.Step {
	a.RemoteID, a.Handle, a.Name = b.UUID, b.Name, network.Printable(b.Title)
	return network.Step{Name: turnDone, Account: &a}
}
