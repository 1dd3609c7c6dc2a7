package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Secret holds tokens for the length of one attempt. It has no JSON form and prints as
// "[secret]" everywhere; Reveal is the only way to its value.
type Secret struct{ value string }

// NewSecret wraps value.
func NewSecret(value string) Secret { return Secret{value} }

// SecretOf wraps named values as one secret (a JSON object); Field reads them back.
func SecretOf(fields map[string]string) Secret {
	b, err := json.Marshal(fields)
	if err != nil { // strings always marshal
		panic(err)
	}
	return Secret{string(b)}
}

// Reveal returns the value in clear. Put it in an Authorization header and nowhere else.
func (s Secret) Reveal() string { return s.value }

// Field returns one of the values given to SecretOf, or "".
func (s Secret) Field(name string) string {
	var m map[string]string
	if json.Unmarshal([]byte(s.value), &m) != nil {
		return ""
	}
	return m[name]
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.value == "" }

func (Secret) String() string       { return "[secret]" }
func (Secret) GoString() string     { return "[secret]" }
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// Format keeps every verb from showing the value.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[secret]")) }

// MarshalJSON always fails: a secret never leaves in a document.
func (Secret) MarshalJSON() ([]byte, error) { return nil, errors.New("a secret has no JSON form") }

// Account is the identity and permission a network gets for one attempt.
type Account struct {
	RemoteID string // the network's id of the account (a DID, "12345"), stable when the handle changes
	Handle   string // what people see, without a leading @
	Name     string // display name, may be empty
	Server   string // base URL without trailing slash; "" where there is only one. For file: the channel's folder is known to the carrier alone
	Folder   string // for networks with the file: carrier: the channel's folder name, set by the queue
	Secret   Secret
	Expires  time.Time // when Secret must be refreshed by; zero for never
	Options  map[string]string
	Limits   *Limits // what this server last said of itself; nil: the descriptor's
}

// LimitsFor returns the limits that hold for a, the server's own before the descriptor's.
func (d Descriptor) LimitsFor(a Account) Limits {
	if a.Limits != nil {
		return *a.Limits
	}
	return d.Limits
}
