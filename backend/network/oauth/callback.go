package oauth

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"

	"postbag/backend/network"
)

// What a callback can be wrong about.
var (
	ErrCallback = errors.New("the answer of the sign-in page cannot be read")
	ErrState    = errors.New("the answer belongs to another sign-in")
	ErrIssuer   = errors.New("the answer comes from another server") // RFC 9207
	ErrDenied   = errors.New("permission was not given")
	ErrNoCode   = errors.New("the answer has no code")
)

// RefusedError is an error code of RFC 6749 (4.1.2.1 or 5.2) as the server said it.
type RefusedError struct {
	Code        string
	Description string // safe to show; may be empty
}

func (e *RefusedError) Error() string {
	if e.Description == "" {
		return "the server refused the sign-in: " + e.Code
	}
	return fmt.Sprintf("the server refused the sign-in: %s (%s)", e.Code, e.Description)
}

// Is makes a documented "no" of the person an ErrDenied.
func (e *RefusedError) Is(target error) bool { return target == ErrDenied && e.Code == "access_denied" }

const (
	maxQuery  = 16 << 10 // bytes of a callback's query
	maxValues = 64       // parameters in it
)

// Answers reads a callback's query into the answers of a connect conversation. A query that is
// too long, cannot be decoded, or says something twice is an ErrCallback (RFC 6749, 3.1).
func Answers(query string) (map[string]string, error) {
	if len(query) > maxQuery {
		return nil, ErrCallback
	}
	values, err := url.ParseQuery(query)
	if err != nil || len(values) > maxValues {
		return nil, ErrCallback // the reason would quote the query
	}
	answers := make(map[string]string, len(values))
	for name, v := range values {
		if len(v) != 1 {
			return nil, ErrCallback
		}
		answers[name] = v[0]
	}
	return answers, nil
}

// Code returns the authorization code among a callback's answers. state is what the sign-in
// began with; issuer is the server's own name where it is known to send one, "" where it is
// not. State and issuer are checked before anything else is believed, refusals included. It fails
// with ErrState, ErrIssuer, ErrNoCode or a *RefusedError, which is an ErrDenied if the person said no.
func Code(answers map[string]string, state, issuer string) (string, error) {
	if state == "" || subtle.ConstantTimeCompare([]byte(answers["state"]), []byte(state)) != 1 {
		return "", ErrState
	}
	if issuer != "" && answers["iss"] != issuer {
		return "", ErrIssuer
	}
	if code := answers["error"]; code != "" {
		return "", &RefusedError{Code: network.Printable(code), Description: network.Printable(answers["error_description"])}
	}
	if answers["code"] == "" {
		return "", ErrNoCode
	}
	return answers["code"], nil
}

// ParseCallback is Answers and Code in one: the code in a callback's raw query.
func ParseCallback(query, state, issuer string) (string, error) {
	answers, err := Answers(query)
	if err != nil {
		return "", err
	}
	return Code(answers, state, issuer)
}
