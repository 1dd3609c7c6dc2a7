package shelf

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"path"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"postbag/backend/network"
)

const (
	// reach is how long a server may take to be reached and to agree on encryption, and quick how long it
	// may take to remove or list.
	reach = 20 * time.Second
	quick = 60 * time.Second
	// slowest is the rate, in bytes a second, that a file is given time for on top.
	slowest = 32 << 10
)

// sftpStore is a folder on a server that is written to by SFTP. Every call is a connection of its own:
// files are seldom, and a kept one would be dead when it is needed.
type sftpStore struct {
	place Place
	auth  []ssh.AuthMethod
	key   ssh.PublicKey
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	files network.Opener
}

func newSFTP(p Place, secret network.Secret, parts Parts) (*sftpStore, error) {
	s := &sftpStore{place: p, dial: parts.Dial, files: parts.Files}
	if p.HostKey != "" {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(p.HostKey))
		if err != nil {
			return nil, wrong("hostKey", "this is no key of an SSH server")
		}
		s.key = key
	}
	value := secret.Reveal()
	if !strings.HasPrefix(strings.TrimSpace(value), "-----BEGIN ") {
		s.auth = []ssh.AuthMethod{ssh.Password(value), ssh.KeyboardInteractive(answering(value))}
		return s, nil
	}
	signer, err := ssh.ParsePrivateKey([]byte(strings.TrimSpace(value) + "\n"))
	if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
		return nil, wrong("secret", "this key is locked with a passphrase: make one without for this folder alone")
	}
	if err != nil { // not wrapped: it may quote the key
		return nil, wrong("secret", "this private key cannot be read")
	}
	s.auth = []ssh.AuthMethod{ssh.PublicKeys(signer)}
	return s, nil
}

// answering answers the one question a server may ask instead of for the password: for the password.
func answering(password string) ssh.KeyboardInteractiveChallenge {
	return func(_, _ string, questions []string, echos []bool) ([]string, error) {
		answers := make([]string, len(questions))
		for i := range questions {
			if echos[i] || i > 0 {
				return nil, errors.New("the server asks for more than a password")
			}
			answers[i] = password
		}
		return answers, nil
	}
}

// Put writes the file whole before it is closed. Nobody knows its name before it was proved.
func (s *sftpStore) Put(ctx context.Context, f File, intent func() error) error {
	ctx, cancel := context.WithTimeout(ctx, reach+quick+time.Duration(f.Bytes()/slowest)*time.Second)
	defer cancel()
	content, err := s.open(f)
	if err != nil {
		return notSent("", "the media cannot be sent", fmt.Errorf("%w: %w", network.ErrMediaChanged, err))
	}
	defer func() { _ = content.Close() }()
	c, end, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer end()
	if info, err := c.Stat(s.folder()); err != nil || !info.IsDir() {
		return notSent(CodeFolder, "the folder is not there on "+s.host(), said(ctx, err))
	}
	if intent != nil {
		if err := intent(); err != nil {
			return notSent("", "the intent to send was not written down", err)
		}
	}
	return s.write(ctx, c, f, content)
}

func (s *sftpStore) write(ctx context.Context, c *sftp.Client, f File, content io.Reader) error {
	out, err := c.Create(s.path(f.Name))
	if err != nil {
		return s.failed(ctx, err)
	}
	h := sha256.New()
	_, err = out.ReadFrom(sized{io.TeeReader(content, h), f.Bytes()})
	err = errors.Join(err, out.Close())
	if err != nil {
		return s.failed(ctx, err)
	}
	if hex.EncodeToString(h.Sum(nil)) != f.Sum() {
		_ = c.Remove(s.path(f.Name)) // nobody was told of it
		return ambiguous("", "the media cannot be sent", fmt.Errorf("%w: its content is another", network.ErrMediaChanged))
	}
	// A web server runs as somebody else, who must be able to read it. Servers without modes refuse
	// this, and whether it can be read is proved anyhow.
	_ = c.Chmod(s.path(f.Name), 0o644)
	return nil
}

// sized says how much there is to read, so that writes are under way side by side.
type sized struct {
	io.Reader
	size int64
}

func (s sized) Size() int64 { return s.size }

// open opens a file and reads it once: what is not what was approved is seen before anything is written.
func (s *sftpStore) open(f File) (io.ReadCloser, error) {
	if f.Body.File.SHA256 == "" {
		return io.NopCloser(bytes.NewReader(f.Body.Bytes)), nil
	}
	if s.files == nil {
		return nil, errors.New("there is no store to take it from")
	}
	content, err := s.files.Open(f.Body.File.SHA256)
	if err != nil {
		return nil, fmt.Errorf("open it: %w", err)
	}
	h := sha256.New()
	n, err := io.Copy(h, content)
	if err == nil && (n != f.Body.File.Length || f.Body.File.Offset != 0 || hex.EncodeToString(h.Sum(nil)) != f.Body.File.SHA256) {
		err = errors.New("its content is another")
	}
	if err == nil {
		_, err = content.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read it: %w", err), content.Close())
	}
	return content, nil
}

func (s *sftpStore) Remove(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, reach+quick)
	defer cancel()
	c, end, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer end()
	if err := c.Remove(s.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s.failed(ctx, err)
	}
	return nil
}

func (s *sftpStore) List(ctx context.Context) ([]Item, error) {
	ctx, cancel := context.WithTimeout(ctx, reach+quick)
	defer cancel()
	c, end, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	infos, err := c.ReadDirContext(ctx, s.folder())
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	var list []Item
	for _, info := range infos {
		if info.Mode().IsRegular() {
			list = append(list, Item{Name: info.Name(), At: info.ModTime().UTC()})
		}
	}
	return list, nil
}

func (s *sftpStore) folder() string {
	if s.place.Folder == "" {
		return "."
	}
	return s.place.Folder
}

func (s *sftpStore) path(name string) string { return path.Join(s.folder(), name) }

func (s *sftpStore) host() string { return hostAlone(s.place.Address) }

func hostAlone(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}

var errHostKey = errors.New("its key is another than the one that was seen first")

// connect signs in. Nothing was changed if it fails.
func (s *sftpStore) connect(ctx context.Context) (*sftp.Client, func(), error) {
	if s.key == nil {
		return nil, nil, notSent(CodeHostKey, "the key of "+s.host()+" was never looked at", nil)
	}
	config := &ssh.ClientConfig{
		User: s.place.User, Auth: s.auth, HostKeyAlgorithms: algorithmsOf(s.key),
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			if !bytes.Equal(key.Marshal(), s.key.Marshal()) {
				return errHostKey
			}
			return nil
		},
	}
	client, stop, err := handshake(ctx, s.dial, s.place.Address, config)
	if err != nil {
		return nil, nil, s.refused(ctx, err)
	}
	c, err := sftp.NewClient(client, sftp.UseConcurrentWrites(true))
	if err != nil {
		stop()
		return nil, nil, notSent(CodeAnswer, s.host()+" has no SFTP", said(ctx, err))
	}
	return c, func() { _ = c.Close(); stop() }, nil
}

// refused says why nobody could sign in.
func (s *sftpStore) refused(ctx context.Context, err error) error {
	negotiation, agreed := errors.AsType[*ssh.AlgorithmNegotiationError](err)
	switch {
	case errors.Is(err, errHostKey), agreed && strings.Contains(negotiation.Error(), "host key"):
		return notSent(CodeHostKey, s.host()+" proves itself by another key than before", errHostKey)
	case strings.Contains(err.Error(), "unable to authenticate"): // x/crypto has no type for it
		return notSent(CodeRefused, s.host()+" refuses the sign-in", nil)
	}
	return notSent(CodeUnreachable, "cannot reach "+s.host(), said(ctx, err))
}

// failed says what became of a change that was begun.
func (s *sftpStore) failed(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return ambiguous(CodeRefused, s.host()+" does not allow it in this folder", nil)
	case errors.Is(err, fs.ErrNotExist):
		return ambiguous(CodeFolder, "the folder is not there on "+s.host(), nil)
	}
	return ambiguous(CodeAnswer, "no certain answer from "+s.host(), said(ctx, err))
}

// said is what may be told of an error: a server's own words may name files.
func said(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if status, ok := errors.AsType[*sftp.StatusError](err); ok {
		return fmt.Errorf("it answered %d", status.Code)
	}
	return err
}

// handshake connects within the time to reach, and ends the connection with ctx.
func handshake(ctx context.Context, dial func(context.Context, string, string) (net.Conn, error), address string, config *ssh.ClientConfig) (*ssh.Client, func(), error) {
	near, cancel := context.WithTimeout(ctx, reach)
	defer cancel()
	conn, err := dial(near, "tcp", address)
	if err != nil {
		return nil, nil, err
	}
	early := context.AfterFunc(near, func() { _ = conn.Close() })
	c, channels, requests, err := ssh.NewClientConn(conn, address, config)
	if err == nil && !early() { // it was closed in the same moment
		err = context.Cause(near)
	}
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	late := context.AfterFunc(ctx, func() { _ = conn.Close() })
	client := ssh.NewClient(c, channels, requests)
	return client, func() { late(); _ = client.Close() }, nil
}

// algorithmsOf returns how a server may prove itself by a key: one with several keys uses this one.
func algorithmsOf(key ssh.PublicKey) []string {
	if key.Type() == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{key.Type()}
}

var errSeen = errors.New("the key was seen")

// HostKey returns the key by which the server of a place of KindSFTP proves itself, as Place has it. It
// signs in to nothing. It fails with network.NotSent.
func HostKey(ctx context.Context, p Place, dial func(ctx context.Context, network, address string) (net.Conn, error)) (string, error) {
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	var seen ssh.PublicKey
	// No certificates: what is pinned has to outlive them.
	plain := []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	config := &ssh.ClientConfig{User: p.User, HostKeyAlgorithms: plain, HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
		seen = key
		return errSeen
	}}
	_, stop, err := handshake(ctx, dial, p.Address, config)
	if err == nil {
		stop()
	}
	if seen == nil {
		return "", notSent(CodeUnreachable, "cannot reach "+hostAlone(p.Address), said(ctx, err))
	}
	return keyText(seen), nil
}

// Fingerprint returns what people compare of a key: "SHA256:…", as OpenSSH shows it; "" for no key.
func Fingerprint(hostKey string) string {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(hostKey))
	if err != nil {
		return ""
	}
	return ssh.FingerprintSHA256(key)
}

func keyText(key ssh.PublicKey) string {
	return key.Type() + " " + base64.StdEncoding.EncodeToString(key.Marshal())
}
