package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"

	"postbag/backend/network"
)

// The turn of the conversation, the keys of its answers, and where a channel keeps them.
const (
	addressStep = "address"
	addressKey  = "address"
	keyKey      = "key"
	secretKey   = "secret"

	addressField = "address" // of the options, with the mark of the key
	keyField     = "key"     // of the secret
	secretField  = "secret"  // of the secret
)

// leastSecret is how long a signing secret has to be, so that nobody finds it from a signature.
const leastSecret = 16

const (
	addressHelp = "Where your program takes posts, such as https://example.com/hooks/postbag. If a part of the address is " +
		"secret, write {key} in its place and give that part below."
	keyHelp    = "What belongs where {key} stands in the address. It is kept with the other secrets."
	secretHelp = "Any 16 or more characters that your program knows, too. Every post is signed with it."
)

// Connect asks for an address and a secret, and pings what is there.
func (Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	typed := strings.TrimSpace(answers.Answers[addressKey])
	key := strings.TrimSpace(answers.Answers[keyKey])
	secret := strings.TrimSpace(answers.Answers[secretKey])
	if answers.Name != addressStep {
		return ask(typed), nil
	}
	server, why := readAddress(typed)
	marked := strings.Contains(typed, network.KeyMark)
	switch {
	case typed == "":
		return ask(typed).Because(network.ReasonMissing, addressKey, "Please give the address that takes your posts."), nil
	case why != "":
		return ask(typed).Because(network.ReasonMalformed, addressKey, "This is no address for posts: "+why+"."), nil
	case marked && key == "":
		return ask(typed).Because(network.ReasonMissing, keyKey, "Please give the part of the address that stands for {key}."), nil
	case !marked && key != "":
		return ask(typed).Because(network.ReasonMalformed, addressKey, "There is no {key} in the address where its secret part belongs."), nil
	case strings.ContainsFunc(key, outsideKey):
		return ask(typed).Because(network.ReasonMalformed, keyKey, "The secret part has letters, digits and - . _ ~ : only."), nil
	case secret == "":
		return ask(typed).Because(network.ReasonMissing, secretKey, "Please give the secret that posts are signed with."), nil
	case len([]rune(secret)) < leastSecret:
		return ask(typed).Because(network.ReasonMalformed, secretKey, "The secret needs at least 16 characters."), nil
	}
	kept := map[string]string{secretField: secret}
	if marked {
		kept[keyField] = key
	}
	a := network.Account{
		RemoteID: remoteID(typed, key), Handle: shown(typed), Server: server,
		Secret: network.SecretOf(kept), Options: map[string]string{addressField: typed},
	}
	here, err := ping(ctx, c, a)
	if _, none := errors.AsType[*nobody](err); none {
		return ask(typed).Because(network.ReasonNotFound, addressKey, "Nothing takes posts at this address."), nil
	}
	if err != nil {
		return ask(typed).After(err, "The receiver", network.ReasonRefused, secretKey, "The receiver does not take the signature. Give the secret that it has."), nil
	}
	a.Name = network.Printable(here.Name)
	limits := limitsOf(here)
	a.Limits = &limits
	return network.Step{Name: "done", Account: &a}, nil
}

func ask(address string) network.Step {
	return network.Step{Name: addressStep, Ask: []network.Question{
		{Key: addressKey, Label: "Address", Help: addressHelp, Default: network.Printable(address)},
		{Key: keyKey, Label: "Secret part of the address", Help: keyHelp, Secret: true, Optional: true},
		{Key: secretKey, Label: "Signing secret", Help: secretHelp, Secret: true},
	}}
}

// readAddress reads where posts go, and returns the server it is on, or says what is wrong with it.
func readAddress(typed string) (server, wrong string) {
	plain := strings.ReplaceAll(typed, network.KeyMark, "key")
	u, err := url.Parse(plain)
	switch {
	case err != nil || len(typed) > 2000:
		return "", "it cannot be read as an address"
	case u.Scheme != "https" && (u.Scheme != "http" || !network.Loopback(u.Host)):
		return "", "it must begin with https://"
	case u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return "", "it names no server"
	case u.User != nil:
		return "", "one with a user name or password in it is not taken"
	case strings.Contains(typed, "#"):
		return "", "what follows a # is never sent"
	case strings.ContainsAny(plain, `{}<>"\^|`+"`") || strings.ContainsFunc(plain, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return "", "it has characters that an address has in percent-encoded form only"
	}
	server = u.Scheme + "://" + u.Host
	if !strings.HasPrefix(typed, server) {
		return "", "{key} belongs behind the server's name, which is written in small letters"
	}
	return server, ""
}

// outsideKey reports whether a character cannot stand in the key of an address (network.Request.Key).
func outsideKey(r rune) bool {
	return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:", r)
}

// remoteID tells two addresses apart whose open parts are the same, by four bytes of a digest: enough
// for the channels of one person, and far too little to find the key by.
func remoteID(address, key string) string {
	if key == "" {
		return address
	}
	sum := sha256.Sum256([]byte("webhook address\n" + strings.ReplaceAll(address, network.KeyMark, key)))
	return address + "#" + hex.EncodeToString(sum[:4])
}

// shown is an address as people see it: without the scheme, the query, and the secret part.
func shown(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	rest, _, _ = strings.Cut(rest, "?")
	return strings.TrimRight(strings.ReplaceAll(rest, network.KeyMark, "…"), "/")
}

// addressOf returns where a channel's posts go, with the mark of its key.
func addressOf(a network.Account) (string, bool) {
	address := a.Options[addressField]
	server, wrong := readAddress(address)
	return address, wrong == "" && server == a.Server && a.Secret.Field(secretField) != "" &&
		strings.Contains(address, network.KeyMark) == (a.Secret.Field(keyField) != "")
}
