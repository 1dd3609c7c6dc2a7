package network

import "errors"

// Reason says why a conversation asks again. The window has a sentence for each in every language
// ("net_why_" and the reason); what a network says in English goes further.
type Reason string

// Every reason.
const (
	ReasonMissing       Reason = "missing"        // an answer is empty
	ReasonMalformed     Reason = "malformed"      // an answer cannot be what was asked for
	ReasonRefused       Reason = "refused"        // the network does not accept an answer: a token, a password
	ReasonNotFound      Reason = "not_found"      // the network does not find, or does not show, what an answer names
	ReasonWrongKind     Reason = "wrong_kind"     // what an answer names is there, and takes no posts
	ReasonNotAllowed    Reason = "not_allowed"    // the account may not publish there
	ReasonUnreachable   Reason = "unreachable"    // nothing was sent
	ReasonWait          Reason = "wait"           // the network asks to wait
	ReasonNotUnderstood Reason = "not_understood" // the answer of the server is none of this network's
	ReasonDenied        Reason = "denied"         // a person did not agree in the browser
	ReasonSignIn        Reason = "sign_in"        // the sign-in did not end well, and begins again
	ReasonElsewhere     Reason = "elsewhere"      // the account is on another server, which is filled in now
	ReasonCodeSent      Reason = "code_sent"      // the network has sent a code, which is asked for now
	ReasonTooOld        Reason = "too_old"        // the server's software is older than what Postbag needs
)

// Because returns s with why it is asked: the reason, the key of the question it is about ("" for none),
// and the English sentence.
func (s Step) Because(reason Reason, about, text string) Step {
	s.Reason, s.About, s.Message = reason, about, Printable(text)
	return s
}

// After returns s with why a request for it failed: what happened on the way, or, where the network
// said no, the given reason.
func (s Step) After(err error, name string, reason Reason, about, refused string) Step {
	e, ok := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return s.Because(reason, about, refused)
	case !ok:
		return s.Because(ReasonUnreachable, "", name+" cannot be reached.")
	case e.Kind == NotSent:
		return s.Because(ReasonUnreachable, "", name+" cannot be reached: "+e.Message+".")
	case e.Kind == Reauth, e.Kind == Rejected:
		return s.Because(reason, about, refused)
	case e.Kind == Throttled:
		return s.Because(ReasonWait, "", name+" asks to wait; please try again in a few minutes.")
	}
	return s.Because(ReasonNotUnderstood, "", name+"'s answer cannot be understood: "+e.Message+".")
}

// Reasons lists every reason.
func Reasons() []Reason {
	return []Reason{
		ReasonMissing, ReasonMalformed, ReasonRefused, ReasonNotFound, ReasonWrongKind, ReasonNotAllowed, ReasonUnreachable,
		ReasonWait, ReasonNotUnderstood, ReasonDenied, ReasonSignIn, ReasonElsewhere, ReasonCodeSent, ReasonTooOld,
	}
}
