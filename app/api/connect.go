package api

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"postbag/app/api/signin"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/oauth"
	"postbag/backend/queue"
)

// talk is a connect conversation under way. What the network carries from turn to turn stays
// here and never reaches the page.
type talk struct {
	mu        sync.Mutex
	network   network.Network
	workspace domain.WorkspaceID
	step      network.Step
	listener  *signin.Listener
	begun     time.Time
}

// talkLife is how long a conversation is remembered.
const talkLife = 30 * time.Minute

// ConnectRequest begins to connect an account.
type ConnectRequest struct {
	Workspace string `json:"workspace"`
	Network   string `json:"network"`
	Browser   bool   `json:"browser"` // the shell can open a browser and wait for it to come back
}

// ConnectStep is one turn of a connect conversation: questions to answer, an address to open, or
// the channel at its end.
type ConnectStep struct {
	Conversation string     `json:"conversation"`
	Ask          []Question `json:"ask"`
	Browse       string     `json:"browse"`  // open it in the system's browser
	Waiting      bool       `json:"waiting"` // then call AwaitBrowser; otherwise answer Ask
	Message      string     `json:"message"` // English: what was wrong with the last answers, or what happens next
	Reason       string     `json:"reason"`  // the same for every language, see network.Reason; "" without a message
	About        string     `json:"about"`   // the key of the question that the reason is about, "" for none
	Done         bool       `json:"done"`
	Channel      Channel    `json:"channel"` // when Done
}

// Question is one field to fill in.
type Question struct {
	Key      string `json:"key"`
	Label    string `json:"label"`
	Help     string `json:"help"`
	Secret   bool   `json:"secret"`
	Default  string `json:"default"`
	Optional bool   `json:"optional"` // most people leave it as it is
	Link     string `json:"link"`     // a page where the answer is found; "" none
	Text     string `json:"text"`     // under which catalogues of words have the label and the help
}

// Connect begins a conversation and returns its first turn.
func (s *ChannelService) Connect(r ConnectRequest) (_ ConnectStep, err error) {
	defer s.done(&err)
	n, ok := s.Networks.Get(r.Network)
	if !ok {
		return ConnectStep{}, fmt.Errorf("network %q: %w", r.Network, domain.ErrNotFound)
	}
	t := &talk{network: n, workspace: domain.WorkspaceID(r.Workspace), begun: time.Now()}
	if sign := n.Describe().SignIn; r.Browser && sign.Loopback {
		t.listener, err = signin.Listen(s.ctx, sign.Port, sign.Path)
		if errors.Is(err, signin.ErrTaken) {
			return ConnectStep{}, &Error{
				Code: CodePortTaken, Message: fmt.Sprintf("Another program uses port %d of this computer, to which the browser must come back after the sign-in.", sign.Port),
				Safe: nothingChanged, Actions: []string{"End the sign-in that is open in Postbag or in the other program, and try again."},
			}
		}
		if err != nil {
			return ConnectStep{}, fmt.Errorf("wait for the browser: %w", err)
		}
	}
	id := domain.NewID(time.Now())
	s.mu.Lock()
	s.forgetOld()
	s.talks[id] = t
	s.mu.Unlock()
	return s.turn(id, t, network.Step{})
}

// AnswerRequest answers the questions of a turn.
type AnswerRequest struct {
	Conversation string            `json:"conversation"`
	Answers      map[string]string `json:"answers"`
}

// Answer goes on with a conversation.
func (s *ChannelService) Answer(r AnswerRequest) (_ ConnectStep, err error) {
	defer s.done(&err)
	t, err := s.talk(r.Conversation)
	if err != nil {
		return ConnectStep{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return s.turn(r.Conversation, t, network.Step{Name: t.step.Name, Answers: maps.Clone(r.Answers), Carry: t.step.Carry})
}

// AwaitBrowser waits, at most five minutes, until the browser comes back, and goes on.
func (s *ChannelService) AwaitBrowser(conversation string) (_ ConnectStep, err error) {
	defer s.done(&err)
	t, err := s.talk(conversation)
	if err != nil {
		return ConnectStep{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.listener == nil {
		return ConnectStep{}, fmt.Errorf("nobody waits for a browser: %w", domain.ErrNotAllowed)
	}
	query, err := t.listener.Wait(s.ctx)
	if errors.Is(err, signin.ErrNobodyCame) {
		return ConnectStep{}, &network.Error{Kind: network.NotSent, Message: "The browser did not come back within five minutes."}
	}
	if err != nil {
		return ConnectStep{}, err
	}
	answers, err := oauth.Answers(query)
	if err != nil {
		return ConnectStep{}, err
	}
	return s.turn(conversation, t, network.Step{Name: t.step.Name, Answers: answers, Carry: t.step.Carry})
}

// Abandon ends a conversation and closes what it had open.
func (s *ChannelService) Abandon(conversation string) (err error) {
	defer s.done(&err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(conversation)
	return nil
}

// turn lets the network take its turn. The caller holds the talk, or is its only owner.
func (s *ChannelService) turn(id string, t *talk, answers network.Step) (ConnectStep, error) {
	if t.listener != nil {
		if answers.Answers == nil {
			answers.Answers = map[string]string{}
		}
		answers.Answers["redirect_uri"] = t.listener.RedirectURI()
	}
	next, err := t.network.Connect(s.ctx, queue.Direct{Carriers: s.Carriers}, answers)
	if err != nil {
		return ConnectStep{}, err
	}
	if next.Account == nil {
		t.step = next
		return stepOf(id, t.network.Describe().ID, next, t.listener != nil && next.Browse != ""), nil
	}
	c, err := s.Accounts.Connected(s.ctx, t.workspace, t.network.Describe().ID, *next.Account)
	if err != nil {
		return ConnectStep{}, err
	}
	s.mu.Lock()
	s.end(id)
	s.mu.Unlock()
	s.Events.Changed(TopicChannels, []string{string(c.ID)})
	return ConnectStep{Conversation: id, Ask: []Question{}, Done: true, Channel: s.channelOf(c)}, nil
}

func stepOf(id, networkID string, n network.Step, waiting bool) ConnectStep {
	out := ConnectStep{Conversation: id, Ask: []Question{}, Browse: n.Browse, Waiting: waiting, Message: n.Message, Reason: string(n.Reason), About: n.About}
	for _, q := range n.Ask {
		out.Ask = append(out.Ask, Question{
			Key: q.Key, Text: networkID + "_" + strings.ToLower(q.Key), Label: q.Label, Help: q.Help, Secret: q.Secret, Default: q.Default,
			Optional: q.Optional, Link: q.Link,
		})
	}
	return out
}

func (s *ChannelService) talk(id string) (*talk, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.talks[id]
	if !ok {
		return nil, fmt.Errorf("this conversation has ended, begin again: %w", domain.ErrNotFound)
	}
	return t, nil
}

// forgetOld and end are called with the lock held.
func (s *ChannelService) forgetOld() {
	if s.talks == nil {
		s.talks = map[string]*talk{}
	}
	for id, t := range s.talks {
		if time.Since(t.begun) > talkLife {
			s.end(id)
		}
	}
}

func (s *ChannelService) end(id string) {
	if t, ok := s.talks[id]; ok && t.listener != nil {
		_ = t.listener.Close()
	}
	delete(s.talks, id)
}
