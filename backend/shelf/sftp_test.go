package shelf_test

import (
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"net"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/shelf"
	"postbag/backend/shelf/shelftest"
)

func TestAServersKeyIsSeenOnceAndHeldTo(t *testing.T) {
	server, other := shelftest.SFTP(t), shelftest.SFTPWithKey(t, 9)
	unpinned := server.Place
	unpinned.HostKey = ""
	seen, err := shelf.HostKey(t.Context(), unpinned, nil)
	if err != nil || seen != server.Place.HostKey {
		t.Fatalf("%s, %v; want %s", seen, err, server.Place.HostKey)
	}
	if !strings.HasPrefix(shelf.Fingerprint(seen), "SHA256:") {
		t.Errorf("people see %q", shelf.Fingerprint(seen))
	}
	files := networktest.NewFiles()
	m := files.Picture("image/jpeg", 1, 0)
	put(t, open(t, server, files, nil), m)
	for what, change := range map[string]func(*shelf.Place, *network.Secret){
		"another key": func(p *shelf.Place, _ *network.Secret) { p.HostKey = other.Place.HostKey },
		"an RSA key":  func(p *shelf.Place, _ *network.Secret) { p.HostKey = shelftest.RSAKey },
		"no key":      func(p *shelf.Place, _ *network.Secret) { p.HostKey = "" },
	} {
		s := open(t, server, files, change)
		name, _ := s.Names.New(m.Type)
		err := s.Store.Put(t.Context(), shelf.File{Name: name, Type: m.Type, Body: frozen(m)}, nil)
		if code(err) != shelf.CodeHostKey || network.KindOf(err) != network.NotSent {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := server.Tried(); n != 1 {
		t.Errorf("a password was tried %d times: a server that is not known must not see it", n)
	}
}

func TestAPrivateKeySignsIn(t *testing.T) {
	server, files := shelftest.SFTP(t), networktest.NewFiles()
	s := open(t, server, files, func(_ *shelf.Place, secret *network.Secret) { *secret = shelftest.PrivateKey(t) })
	put(t, s, files.Picture("image/jpeg", 1, 0))
}

func TestAPasswordIsAlsoSaidWhenItIsAskedFor(t *testing.T) {
	server, files := shelftest.SFTP(t), networktest.NewFiles()
	server.AskForPassword()
	put(t, open(t, server, files, nil), files.Picture("image/jpeg", 1, 0))
}

func TestAKeyThatCannotBeUsedIsSaidAtOnce(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte("passphrase"))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{string(pem.EncodeToMemory(locked)), "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n-----END OPENSSH PRIVATE KEY-----"} {
		_, err := shelf.Open(shelf.Place{Kind: shelf.KindSFTP}, network.NewSecret(secret), nil, shelf.Parts{})
		var field *domain.FieldError
		if !errors.As(err, &field) || field.Field != "secret" || strings.Contains(err.Error(), "canary") {
			t.Error(err)
		}
	}
}

func TestAConnectionThatBreaksLeavesDoubt(t *testing.T) {
	server, files := shelftest.SFTP(t), networktest.NewFiles()
	s := open(t, server, files, nil)
	m := files.Picture("image/jpeg", 1, 2<<20)
	name, _ := s.Names.New(m.Type)
	server.CutAfter(1 << 20)
	intents := 0
	err := s.Store.Put(t.Context(), shelf.File{Name: name, Type: m.Type, Body: frozen(m)}, func() error { intents++; return nil })
	if network.KindOf(err) != network.Ambiguous || intents != 1 || strings.Contains(err.Error(), name) {
		t.Errorf("%v, %d intents", err, intents)
	}
	server.CutAfter(500)
	if err = s.Store.Remove(t.Context(), name); network.KindOf(err) != network.NotSent {
		t.Errorf("before the sign-in: %v", err)
	}
	server.CutAfter(0)
	if err := s.Store.Remove(t.Context(), name); err != nil || len(server.Files()) != 0 {
		t.Errorf("%v, %d files", err, len(server.Files()))
	}
}

func TestAServerThatSaysNothingIsLeft(t *testing.T) {
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := silent.Accept()
		if err == nil {
			defer conn.Close()
		}
		cancel()
		<-ctx.Done()
	}()
	server := shelftest.SFTP(t)
	s := open(t, server, nil, func(p *shelf.Place, _ *network.Secret) { p.Address = silent.Addr().String() })
	if _, err := s.Store.List(ctx); network.KindOf(err) != network.NotSent || code(err) != shelf.CodeUnreachable || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
