// Package secretstest helps the tests of other packages to prove that no secret leaks.
//
// A test signs in with secrets made by Canary, does its work, and then lets Scan read every
// file that work left behind: database, write-ahead log, logs, exports, backups. Scan knows
// the disguises a secret usually wears, so a hit means that someone stored or logged it.
//
// Memory stands in for the system's keychain.
package secretstest

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"

	"postbag/backend/secrets"
)

// Canary returns a new secret for a test. It has the characters that change their form in
// JSON, in addresses and in base64, and both its halves are unmistakable.
func Canary(name string) string {
	return fmt.Sprintf(`canary-%s-%s"/+&<é=%s%%`, name, rand.Text(), rand.Text())
}

// Memory is a keychain in memory. Its zero value is empty and answers.
type Memory struct {
	mu   sync.Mutex
	text string
	err  error
}

// Name implements secrets.Keeper.
func (m *Memory) Name() string { return "memory" }

// Load implements secrets.Keeper.
func (m *Memory) Load(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.err != nil:
		return "", m.err
	case m.text == "":
		return "", secrets.ErrNotFound
	}
	return m.text, nil
}

// Save implements secrets.Keeper.
func (m *Memory) Save(_ context.Context, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	m.text = text
	return nil
}

// Fail makes every later question fail with err; nil makes it answer again.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// Forget loses the key, as when someone empties the keychain.
func (m *Memory) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.text = ""
}

// Held returns what is kept: it must not be found on any disk either.
func (m *Memory) Held() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.text
}
