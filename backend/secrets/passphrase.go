package secrets

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// KeyFile is the name of the encrypted key in the data folder.
const KeyFile = "key.json"

// MinPassphrase is the fewest characters a new passphrase may have (NIST SP 800-63B,
// section 5.1.1.1, June 2017).
const MinPassphrase = 8

// Errors of the file with a passphrase.
var (
	// ErrPassphraseNeeded says that the key is in a file and no passphrase was given.
	ErrPassphraseNeeded = errors.New("the key is protected by a passphrase: set POSTBAG_PASSPHRASE")
	// ErrWrongPassphrase says that the passphrase does not open the file.
	ErrWrongPassphrase = errors.New("the passphrase is wrong, or the file with the key is damaged")
)

// Files is the part of the data folder this package needs. WriteFile replaces a file
// wholly or not at all, readable for its owner alone; ReadFile fails with fs.ErrNotExist.
type Files interface {
	ReadFile(name string) ([]byte, error)
	WriteFile(name string, data []byte) error
}

// PassphraseFile keeps the key in a file of the data folder, encrypted with a passphrase
// through Argon2id and XChaCha20-Poly1305, for machines without a keychain.
type PassphraseFile struct {
	files      Files
	folder     string
	passphrase []byte
	cost       cost
}

// cost is how hard guessing is made. It is stored with the file.
type cost struct {
	Time      uint32 `json:"time"`
	MemoryKiB uint32 `json:"memory_kib"`
	Threads   uint8  `json:"threads"`
}

// The second recommended setting of RFC 9106, section 4 (September 2021), and the most a
// file may ask for: one that asks for more is damaged or hostile.
var (
	usualCost = cost{Time: 3, MemoryKiB: 64 << 10, Threads: 4}
	mostCost  = cost{Time: 16, MemoryKiB: 1 << 20, Threads: 16}
)

// keyFile is what KeyFile holds.
type keyFile struct {
	Format string `json:"format"`
	Folder string `json:"folder"`
	Cost   cost   `json:"argon2id"`
	Salt   []byte `json:"salt"`
	Nonce  []byte `json:"nonce"`
	Sealed []byte `json:"sealed,omitempty"`
}

const keyFileFormat = "postbag-key-1"

// NewPassphraseFile returns the keeper for the data folder with the id folder. An empty
// passphrase means that none was given: the file can then be neither opened nor made.
func NewPassphraseFile(files Files, folder string, passphrase []byte) *PassphraseFile {
	return &PassphraseFile{files: files, folder: folder, passphrase: passphrase, cost: usualCost}
}

// Name implements Keeper.
func (p *PassphraseFile) Name() string { return "the file with a passphrase" }

// Load implements Keeper. It fails with ErrNotFound, ErrPassphraseNeeded or ErrWrongPassphrase.
func (p *PassphraseFile) Load(context.Context) (string, error) {
	data, err := p.files.ReadFile(KeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrNotFound
	}
	if err != nil {
		return "", err
	}
	if len(p.passphrase) == 0 {
		return "", ErrPassphraseNeeded
	}
	var f keyFile
	if err := json.Unmarshal(data, &f); err != nil || f.Format != keyFileFormat ||
		len(f.Nonce) != nonceSize || len(f.Salt) < 16 || !f.Cost.sane() {
		return "", fmt.Errorf("%s: %w", KeyFile, errNotAKey)
	}
	sealed := f.Sealed
	text, err := p.box(f, func(b boxer, head []byte) ([]byte, error) { return b.Open(nil, f.Nonce, sealed, head) })
	if err != nil {
		return "", ErrWrongPassphrase
	}
	defer clear(text)
	return string(text), nil
}

// Save implements Keeper. It fails with ErrPassphraseNeeded.
func (p *PassphraseFile) Save(_ context.Context, text string) error {
	if len(p.passphrase) == 0 {
		return ErrPassphraseNeeded
	}
	if n := utf8.RuneCount(p.passphrase); n < MinPassphrase {
		return fmt.Errorf("the passphrase has %d characters and needs at least %d", n, MinPassphrase)
	}
	f := keyFile{Format: keyFileFormat, Folder: p.folder, Cost: p.cost, Salt: make([]byte, 16), Nonce: make([]byte, nonceSize)}
	_, _ = rand.Read(f.Salt) // never fails (crypto/rand, Go 1.24)
	_, _ = rand.Read(f.Nonce)
	plain := []byte(text)
	defer clear(plain)
	sealed, err := p.box(f, func(b boxer, head []byte) ([]byte, error) { return b.Seal(nil, f.Nonce, plain, head), nil })
	if err != nil {
		return err
	}
	f.Sealed = sealed
	data, err := json.MarshalIndent(f, "", "\t")
	if err != nil {
		return fmt.Errorf("write %s: %w", KeyFile, err)
	}
	return p.files.WriteFile(KeyFile, append(data, '\n'))
}

// boxer is the part of cipher.AEAD used here.
type boxer interface {
	Seal(dst, nonce, plain, additional []byte) []byte
	Open(dst, nonce, sealed, additional []byte) ([]byte, error)
}

// box runs use with the cipher the passphrase gives and with everything else the file says,
// which is authenticated.
func (p *PassphraseFile) box(f keyFile, use func(b boxer, head []byte) ([]byte, error)) ([]byte, error) {
	f.Sealed = nil
	f.Folder = p.folder // a key file of another data folder does not open here
	head, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	k := argon2.IDKey(p.passphrase, f.Salt, f.Cost.Time, f.Cost.MemoryKiB, f.Cost.Threads, chacha20poly1305.KeySize)
	defer clear(k)
	b, err := chacha20poly1305.NewX(k)
	if err != nil {
		return nil, err
	}
	return use(b, head)
}

func (c cost) sane() bool {
	return c.Time >= 1 && c.Time <= mostCost.Time && c.Threads >= 1 && c.Threads <= mostCost.Threads &&
		c.MemoryKiB >= 8*uint32(c.Threads) && c.MemoryKiB <= mostCost.MemoryKiB
}
