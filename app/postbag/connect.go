package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"postbag/app/api"
)

// mostTurns ends a conversation that goes nowhere, mostSecret bounds what is read as one.
const (
	mostTurns  = 20
	mostSecret = 64 << 10
)

type connectOptions struct {
	*cli
	server      string
	given       []string
	secretStdin bool
	noBrowser   bool

	answers map[string]string
	bare    string            // a secret without a name
	secrets map[string]string // with names
}

func newChannelAdd(c *cli) *cobra.Command {
	o := &connectOptions{cli: c}
	cmd := &cobra.Command{
		Use:   "add NETWORK [--server URL] [--answer KEY=VALUE]... [--secret-stdin] [--no-browser]",
		Short: "Connect an account",
		Long: "Connects an account and asks for what is missing. Where the network wants it, the system's browser opens for\n" +
			"the sign-in; with --no-browser the address is printed and the code that the page shows is asked for.\n\n" +
			"A secret is never an argument. It comes from a prompt that does not show it, or with --secret-stdin from standard\n" +
			"input: one JSON object with the answers by key, or one token alone.",
		Args: cobra.ExactArgs(1),
		RunE: c.does(o.run),
	}
	f := cmd.Flags()
	f.StringVar(&o.server, "server", "", "the `address` of the server")
	f.StringArrayVar(&o.given, "answer", nil, "`KEY=VALUE`, the answer to a question that is no secret; may be repeated")
	f.BoolVar(&o.secretStdin, "secret-stdin", false, "read the secret from standard input")
	f.BoolVar(&o.noBrowser, "no-browser", false, "print the address of the sign-in instead of opening a browser")
	return cmd
}

func (o *connectOptions) run(ctx context.Context, args []string) error {
	if err := o.readAnswers(); err != nil {
		return err
	}
	s, w, err := o.open(ctx)
	if err != nil {
		return err
	}
	request := api.ConnectRequest{Workspace: w.ID, Network: args[0], Browser: !o.noBrowser && !o.secretStdin}
	step, err := s.Channels.Connect(request)
	if err != nil {
		return err
	}
	for range mostTurns {
		if step.Done {
			return o.result(channelOf(step.Channel), func() {
				o.say("Connected %s %s (%s).", step.Channel.Network, step.Channel.Handle, step.Channel.ID)
			})
		}
		if step, err = o.turn(s.Channels, step); err != nil {
			return errors.Join(err, s.Channels.Abandon(step.Conversation))
		}
	}
	return errors.Join(&api.Error{Code: api.CodeNetwork, Message: "The sign-in does not come to an end.", Safe: "Nothing was connected."},
		s.Channels.Abandon(step.Conversation))
}

// readAnswers reads everything that does not need a conversation.
func (o *connectOptions) readAnswers() error {
	o.answers = map[string]string{}
	if o.server != "" {
		o.answers["server"] = o.server
	}
	for i, pair := range o.given {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			// What was given may be a secret: it is not repeated here.
			return usagef("answer", "answer %d is not of the form KEY=VALUE", i+1)
		}
		o.answers[key] = value
	}
	if !o.secretStdin {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(o.in, mostSecret+1))
	if err != nil {
		return fmt.Errorf("read the secret: %w", err)
	}
	if len(b) > mostSecret {
		return badSecret("The secret on standard input is longer than any.")
	}
	text := oneNewlineLess(string(b))
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		if err := json.Unmarshal([]byte(text), &o.secrets); err != nil {
			return badSecret("Standard input begins like a JSON object, but is not one with texts as values.")
		}
		for _, value := range o.secrets {
			if strings.ContainsAny(value, "\r\n") {
				return badSecret("A secret on standard input has a line break in it. Give it on one line.")
			}
		}
		return nil
	}
	switch {
	case text == "":
		return badSecret("There is no secret on standard input.")
	case strings.ContainsAny(text, "\r\n"):
		return badSecret("The secret on standard input has a line break in it. Give the token alone, on one line.")
	}
	o.bare = text
	return nil
}

func badSecret(message string) error {
	return &api.Error{Code: api.CodeInvalid, Field: "secret", Message: message, Safe: "Nothing was sent and nothing was connected."}
}

// turn answers one step, or lets the browser answer it. The step it returns with an error is
// the one to abandon.
func (o *connectOptions) turn(s *api.ChannelService, step api.ConnectStep) (api.ConnectStep, error) {
	if step.Message != "" {
		o.note("%s", step.Message)
	}
	if step.Waiting {
		if err := browse(step.Browse); err != nil {
			o.note("The browser did not open. Open this address yourself: %s", step.Browse)
		} else {
			o.note("Sign in in the browser that opens now: %s", step.Browse)
		}
		next, err := s.AwaitBrowser(step.Conversation)
		return orSame(next, step, err)
	}
	if step.Browse != "" {
		o.note("Open this address, sign in, and come back with the code: %s", step.Browse)
	}
	answers, err := o.reply(step)
	if err != nil {
		return step, err
	}
	next, err := s.Answer(api.AnswerRequest{Conversation: step.Conversation, Answers: answers})
	return orSame(next, step, err)
}

func orSame(next, step api.ConnectStep, err error) (api.ConnectStep, error) {
	if err != nil {
		return step, err
	}
	return next, nil
}

// reply answers the questions of a step from what was given, then from the person. Each given
// answer is used once, so that a wrong one is not sent again and again.
func (o *connectOptions) reply(step api.ConnectStep) (map[string]string, error) {
	asked := []string{}
	for _, q := range step.Ask {
		if q.Secret {
			asked = append(asked, q.Key)
			if _, ok := o.answers[q.Key]; ok {
				return nil, usagef("answer", "%q is a secret and never an argument: give it with --secret-stdin or at the prompt", q.Key)
			}
		}
	}
	if o.bare != "" && len(asked) > 1 {
		return nil, usagef("secret-stdin", "there are several secrets (%s): give a JSON object", strings.Join(asked, ", "))
	}
	answers := map[string]string{}
	used := false
	missing := []string{}
	for _, q := range step.Ask {
		value, ok := o.take(q)
		used = used || ok
		switch {
		case ok:
		case o.asks && !o.secretStdin:
			var err error
			if value, err = o.ask(q); err != nil {
				return nil, err
			}
			used = true
		default:
			value = q.Default
			if value == "" {
				missing = append(missing, q.Key)
			}
		}
		answers[q.Key] = value
	}
	switch {
	case !used && step.Message != "":
		return nil, &api.Error{
			Code: api.CodeInvalid, Message: step.Message, Safe: "Nothing was connected.", Actions: keysOf(step.Ask),
		}
	case !used && len(missing) > 0:
		return nil, usagef(missing[0], "the network asks for %s; give it with --answer KEY=VALUE, a secret with --secret-stdin", strings.Join(missing, " and "))
	}
	return answers, nil
}

func keysOf(questions []api.Question) []string {
	list := []string{}
	for _, q := range questions {
		list = append(list, q.Key+": "+q.Help)
	}
	return list
}

// take returns the given answer to a question and forgets it.
func (o *connectOptions) take(q api.Question) (string, bool) {
	if q.Secret {
		if value, ok := o.secrets[q.Key]; ok {
			delete(o.secrets, q.Key)
			return value, true
		}
		if o.bare != "" {
			value := o.bare
			o.bare = ""
			return value, true
		}
		return "", false
	}
	for _, from := range []map[string]string{o.answers, o.secrets} {
		if value, ok := from[q.Key]; ok {
			delete(from, q.Key)
			return value, true
		}
	}
	return "", false
}

// ask asks the person at the terminal; a secret is not shown.
func (o *connectOptions) ask(q api.Question) (string, error) {
	if q.Help != "" {
		o.note("%s", q.Help)
	}
	prompt := q.Label
	if q.Default != "" && !q.Secret {
		prompt += " [" + q.Default + "]"
	}
	fmt.Fprintf(o.err, "%s: ", printable(prompt))
	if q.Secret {
		b, err := term.ReadPassword(int(o.in.Fd()))
		fmt.Fprintln(o.err)
		if err != nil {
			return "", fmt.Errorf("read the answer: %w", err)
		}
		return string(b), nil
	}
	line, err := readLine(o.in)
	if err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	if line == "" {
		line = q.Default
	}
	return line, nil
}

// readLine reads up to a newline and not a byte further: what follows is the next answer.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for one := make([]byte, 1); len(line) < mostSecret; {
		n, err := r.Read(one)
		if n == 1 && one[0] == '\n' {
			break
		}
		line = append(line, one[:n]...)
		if errors.Is(err, io.EOF) && len(line) > 0 {
			break
		}
		if err != nil {
			return "", err
		}
	}
	return strings.TrimSpace(string(line)), nil
}

// browse opens the system's browser.
func browse(address string) error {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return errors.New("not a web address")
	}
	return openBySystem(u.String())
}

// openBySystem opens an address, a file or a folder with what the system has for it.
func openBySystem(target string) error {
	var name string
	var args []string
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler"}
	default:
		name = "xdg-open"
	}
	cmd := exec.Command(name, append(args, target)...) //nolint:noctx // it outlives this program
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }()
	return nil
}
