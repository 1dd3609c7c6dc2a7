package shelftest

import (
	"bytes"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"net"
	"sync"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"postbag/backend/network"
	"postbag/backend/shelf"
)

// RSAKey is the public key of no server here.
const RSAKey = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCDlY7nqeAk4wXIAZtBP3HIsEPX7v5xxAJ7BQ+9r3lNG2TeZJNoBrjSLPIcmhE99PH96Or8Y2Lcpja5wgArUsNLin2lHAq/44YkXDnlRNfYKFG9DhNUI0GHiNSBknU4EBl51/QEt2Nh+Wc/L0Uxt7j2+QO+rQR0lcfHxGbU22waL7MK/cbM8VCrcGsbWy+tYNj6gosX5LAsNVfIu3/5kObdMaEjkJRr2xa+PPsqnnlq8U64/rspWUnmQ+AP2wd0KeJ87KdQHjnBuzXvvNLF1x6sWEMW7RvRwZQwIRq4iahH+xCyjZfMK9+ZcIHeiNhjwXqI+n0bMVs1EpvXEd5O3tiz"

// SFTP starts an SSH server with SFTP, whose key is pinned in the place.
func SFTP(t testing.TB) *Server { return SFTPWithKey(t, 1) }

// SFTPWithKey starts one that proves itself by key number n.
func SFTPWithKey(t testing.TB, n byte) *Server {
	s := &Server{Secret: network.NewSecret(Password)}
	dir := s.onDisk(t)
	hostKey := signer(t, n)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{
		PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return nil, s.judge(c.User(), string(password), false)
		},
		KeyboardInteractiveCallback: func(c ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err != nil || len(answers) != 1 {
				return nil, errors.New("refused")
			}
			return nil, s.judge(c.User(), answers[0], true)
		},
		PublicKeyCallback: func(c ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if c.User() != User || !bytes.Equal(key.Marshal(), signer(t, 2).PublicKey().Marshal()) {
				return nil, errors.New("refused")
			}
			return nil, nil
		},
	}
	config.AddHostKey(hostKey)
	var open sync.WaitGroup
	t.Cleanup(func() { _ = listener.Close(); open.Wait() })
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { serve(s.cutting(conn), config, dir) })
		}
	})
	s.Place.Kind, s.Place.Address, s.Place.User = shelf.KindSFTP, listener.Addr().String(), User
	s.Place.HostKey = string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(hostKey.PublicKey())))
	return s
}

// judge takes the right password, in the way that the server takes one.
func (s *Server) judge(user, password string, asked bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried++
	if user != User || password != Password || asked != s.ask {
		return errors.New("refused")
	}
	return nil
}

// CutAfter makes the SFTP server drop every connection once it has read n bytes from it; 0: none.
func (s *Server) CutAfter(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = n
}

func (s *Server) cutting(conn net.Conn) net.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cut == 0 {
		return conn
	}
	return &cutting{conn, s.cut}
}

type cutting struct {
	net.Conn
	left int64
}

func (c *cutting) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.left -= int64(n); c.left <= 0 {
		_ = c.Close()
		return 0, errors.New("cut")
	}
	return n, err
}

// Tried returns how often the SFTP server was told a password.
func (s *Server) Tried() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tried
}

// AskForPassword makes the SFTP server ask for the password as servers with PAM do, and take it in no
// other way.
func (s *Server) AskForPassword() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ask = true
}

// PrivateKey is a key that signs in to the SFTP server, as OpenSSH writes it.
func PrivateKey(t testing.TB) network.Secret {
	block, err := ssh.MarshalPrivateKey(private(2), "keeper@laptop")
	if err != nil {
		t.Fatal(err)
	}
	return network.NewSecret(string(pem.EncodeToMemory(block)))
}

func private(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func signer(t testing.TB, n byte) ssh.Signer {
	s, err := ssh.NewSignerFromKey(private(n))
	if err != nil {
		t.Error(err)
	}
	return s
}

func serve(conn net.Conn, config *ssh.ServerConfig, dir string) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for asked := range channels {
		if asked.ChannelType() != "session" {
			_ = asked.Reject(ssh.UnknownChannelType, "sessions alone")
			continue
		}
		channel, requests, err := asked.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				ok := r.Type == "subsystem" && bytes.HasSuffix(r.Payload, []byte("sftp"))
				_ = r.Reply(ok, nil)
				if !ok {
					continue
				}
				server, err := sftp.NewServer(channel, sftp.WithServerWorkingDirectory(dir))
				if err == nil {
					_ = server.Serve()
				}
				_ = channel.Close()
			}
		}()
	}
}
