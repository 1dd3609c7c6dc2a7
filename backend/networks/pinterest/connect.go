package pinterest

import (
	"context"
	"net/url"
	"strings"
	"unicode"

	"postbag/backend/network"
)

// The turns of the conversation. The first asks for the person's application, or for a token; the second
// sends the person to Pinterest's own page; the third asks for the board.
const (
	turnApp   = "app"
	turnCode  = "code"
	turnBoard = "board"
	turnDone  = "done"
)

// The keys of the answers.
const (
	keyApp      = "app"
	keySecret   = "secret"
	keyToken    = "token"
	keyBoard    = "board"
	keySection  = "section"
	keyRedirect = "redirect_uri"
)

const (
	appsPage = "https://developers.pinterest.com/apps/" // developers.pinterest.com, "Connect app", as quoted in 2026
	appHelp  = "You need a business account; a personal one can be converted in its settings. 1. On My apps, choose Connect app, " +
		"fill in the form and wait until Pinterest agrees. 2. Under Manage, Configure, Redirect URIs, add http://127.0.0.1:8085/ exactly so. " +
		"3. Ask there for Standard access: with Trial access Pinterest takes no pins. 4. Copy the App ID."
	secretHelp = "It stands beside the App ID: show the app secret key and copy it."
	tokenHelp  = "Instead of the two above, which then stay empty: on the page of your app, generate a production access token with " +
		"boards:read, boards:write, pins:read, pins:write and user_accounts:read. It ends after some time; then connect the channel again."
	boardHelp   = "The name of the board, as Pinterest shows it, or the link of its page."
	sectionHelp = "The name of a section of the board. Leave it empty for the board itself."
)

const (
	maxBoards = 4 // pages
	name      = "Pinterest"
)

// Connect asks for an application and signs in by Pinterest's page in the browser, or takes a token that
// the person made; then it asks for the board. Every board is a channel of its own.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	switch {
	case answers.Name == turnCode && !answers.Carry.IsZero():
		return n.finishSignIn(ctx, c, answers)
	case answers.Name == turnBoard && !answers.Carry.IsZero():
		return n.chosen(ctx, c, answers)
	case answers.Name == turnApp:
		return n.begun(ctx, c, answers.Answers)
	}
	return askApp(""), nil
}

// begun takes the answers of the first turn.
func (n Network) begun(ctx context.Context, c network.Calls, answers map[string]string) (network.Step, error) {
	app, secret := strings.TrimSpace(answers[keyApp]), strings.TrimSpace(answers[keySecret])
	token := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(answers[keyToken]), "Bearer "))
	ask := askApp(app)
	switch {
	case token != "" && !visible(token):
		return ask.Because(network.ReasonMalformed, keyToken, "A token has no spaces or other signs; copy it again."), nil
	case token != "":
		return n.boards(ctx, c, network.SecretOf(map[string]string{tokenField: token}), keyToken)
	case app == "":
		return ask.Because(network.ReasonMissing, keyApp, "Please give the App ID of your application, or an access token."), nil
	case !validID(app):
		return ask.Because(network.ReasonMalformed, keyApp, "An App ID is a number; copy it from My apps."), nil
	case secret == "":
		return ask.Because(network.ReasonMissing, keySecret, "Please give the app secret key of your application."), nil
	case !visible(secret):
		return ask.Because(network.ReasonMalformed, keySecret, "A key has no spaces or other signs; copy it again."), nil
	case answers[keyRedirect] == "":
		return ask.Because(network.ReasonMissing, keyToken, "Without a browser on this machine an access token is needed."), nil
	}
	return n.beginSignIn(app, secret, answers[keyRedirect])
}

func askApp(app string) network.Step {
	return network.Step{Name: turnApp, Ask: []network.Question{
		{Key: keyApp, Label: "App ID", Help: appHelp, Default: app, Link: appsPage},
		{Key: keySecret, Label: "App secret key", Help: secretHelp, Secret: true},
		{Key: keyToken, Label: "Access token", Help: tokenHelp, Secret: true, Optional: true},
	}}
}

// boards tries a token and asks for the board. about is the question that gave it.
func (n Network) boards(ctx context.Context, c network.Calls, secret network.Secret, about string) (network.Step, error) {
	a := network.Account{Server: n.api, Secret: secret}
	if _, err := self(ctx, c, a); err != nil {
		return askApp(secret.Field(appField)).After(err, name, network.ReasonRefused, about, "Pinterest does not accept this token; it may lack user_accounts:read."), nil
	}
	list, _, err := all[board](ctx, c, a, "boards", "/boards", "the boards", maxBoards)
	if err != nil {
		return askApp(secret.Field(appField)).After(err, name, network.ReasonNotAllowed, about, "The token may not see your boards: it lacks boards:read."), nil
	}
	first := ""
	for _, b := range list {
		if first == "" {
			first = network.Printable(b.Name)
		}
	}
	if first == "" {
		return askApp(secret.Field(appField)).Because(network.ReasonNotFound, "", "This account shows no board. Make a public one on Pinterest first."), nil
	}
	return askBoard(secret, first, ""), nil
}

func askBoard(secret network.Secret, board, section string) network.Step {
	return network.Step{Name: turnBoard, Carry: secret, Ask: []network.Question{
		{Key: keyBoard, Label: "Board", Help: boardHelp, Default: board},
		{Key: keySection, Label: "Section", Help: sectionHelp, Default: section, Optional: true},
	}}
}

// chosen ends the conversation with the board that was named, or asks again. The board's pins are read
// once: without that no lost answer could ever be settled.
func (n Network) chosen(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	named, inside := strings.TrimSpace(answers.Answers[keyBoard]), strings.TrimSpace(answers.Answers[keySection])
	ask := askBoard(answers.Carry, network.Printable(named), network.Printable(inside))
	if named == "" {
		return ask.Because(network.ReasonMissing, keyBoard, "Please name the board."), nil
	}
	a := network.Account{Server: n.api, Secret: answers.Carry, Expires: ends(answers.Carry)}
	who, err := self(ctx, c, a)
	if err != nil {
		return ask.After(err, name, network.ReasonSignIn, "", "Pinterest does not accept the sign-in any more; please begin again."), nil
	}
	list, complete, err := all[board](ctx, c, a, "boards", "/boards", "the boards", maxBoards)
	if err != nil {
		return ask.After(err, name, network.ReasonNotAllowed, "", "Pinterest does not show the boards."), nil
	}
	there, wrong := pick(list, complete, named, 1)
	if wrong != "" {
		return ask.Because(network.ReasonNotFound, keyBoard, "Of the boards "+wrong), nil
	}
	at := place{user: who.ID, board: there.ID}
	a.Handle, a.Name = network.Printable(who.Username), network.Printable(there.Name)
	if inside != "" {
		sections, complete, err := all[board](ctx, c, a, "sections", "/boards/"+at.board+"/sections", "the sections", maxBoards)
		if err != nil {
			return ask.After(err, name, network.ReasonNotFound, keySection, "Pinterest does not show the sections of this board."), nil
		}
		section, wrong := pick(sections, complete, inside, 2)
		if wrong != "" {
			return ask.Because(network.ReasonNotFound, keySection, "Of the sections "+wrong), nil
		}
		at.section = section.ID
		a.Name += " · " + network.Printable(section.Name)
	}
	var pins page[pin]
	err = read(ctx, c, "pins", get(a, at.list(), url.Values{"page_size": {"1"}}), "the board's pins", &pins)
	if err == nil && pins.Items == nil {
		err = unreadable("the board's pins")
	}
	if err != nil {
		return ask.After(err, name, network.ReasonNotAllowed, keyBoard,
			"Postbag may not read the pins of this board, which it needs to be sure that nothing is posted twice."), nil
	}
	a.RemoteID = at.remoteID()
	return network.Step{Name: turnDone, Account: &a}, nil
}

// pick finds the one board that a person named: by its name, its id, or the part of its page's address
// that is made of the name. depth is where that part is, behind the user's.
func pick(list []board, complete bool, named string, depth int) (found board, wrong string) {
	words := slug(named)
	if u, err := url.Parse(named); err == nil && u.Scheme == "https" && pinterestHost(u.Host) {
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		if len(parts) <= depth {
			return board{}, "this address names none."
		}
		words = slug(parts[depth])
	}
	n := 0
	for _, b := range list {
		if !validID(b.ID) {
			continue
		}
		if b.ID == named || strings.TrimSpace(b.Name) == named {
			return b, ""
		}
		if words != "" && slug(b.Name) == words {
			found = b
			n++
		}
	}
	switch {
	case n == 1:
		return found, ""
	case n > 1:
		return board{}, "several have this name; write it exactly as Pinterest does."
	case !complete:
		return board{}, "none of the first 1000 has this name. " + namedAs(list)
	}
	return board{}, "none has this name. " + namedAs(list)
}

// mostNames is how many names of boards stand in one sentence.
const mostNames = 12

// namedAs says what boards there are, so that one of them can be chosen.
func namedAs(list []board) string {
	var names []string
	for _, b := range list {
		if name := network.Printable(b.Name); validID(b.ID) && name != "" && len(names) < mostNames {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "There are: " + strings.Join(names, ", ") + "."
}

// slug leaves of a name the letters and digits, in lower case.
func slug(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// visible reports whether a token can stand in a header.
func visible(s string) bool {
	return s != "" && len(s) <= 4096 && network.Visible(s)
}
