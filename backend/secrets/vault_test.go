package secrets_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/zalando/go-keyring"

	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

var token = secrets.AAD{Account: "0190-account", Kind: "token", Version: 1}

func vaultOf(have bool, keepers ...secrets.Keeper) *secrets.Vault {
	return secrets.New(secrets.Config{
		Keepers:     keepers,
		HaveSecrets: func(context.Context) (bool, error) { return have, nil },
	})
}

func seal(t *testing.T, v *secrets.Vault, a secrets.AAD, plain string) []byte {
	t.Helper()
	b, err := v.Seal(t.Context(), a, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wantOpen(t *testing.T, v *secrets.Vault, a secrets.AAD, sealed []byte, plain string) {
	t.Helper()
	b, err := v.Open(t.Context(), a, sealed)
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != plain {
		t.Error("another secret came out than went in")
	}
}

func TestASealedSecretOpensAgainAfterARestart(t *testing.T) {
	keychain := &secretstest.Memory{}
	c := secretstest.Canary("token")
	for _, plain := range []string{c, "", "two\nlines", strings.Repeat("x", 100_000)} {
		sealed := seal(t, vaultOf(false, keychain), token, plain)
		wantOpen(t, vaultOf(true, keychain), token, sealed, plain)
	}
}

func TestASealedSecretShowsNothing(t *testing.T) {
	v := vaultOf(false, &secretstest.Memory{})
	c := secretstest.Canary("token")
	a, b := seal(t, v, token, c), seal(t, v, token, c)
	secretstest.ScanBytes(t, "a sealed value", a, c)
	if bytes.Equal(a, b) {
		t.Error("the same secret sealed twice looks the same")
	}
}

func TestASealedSecretOpensOnlyInItsOwnRow(t *testing.T) {
	v := vaultOf(false, &secretstest.Memory{})
	sealed := seal(t, v, token, "secret")
	for name, a := range map[string]secrets.AAD{
		"another account": {Account: "0191-account", Kind: "token", Version: 1},
		"another kind":    {Account: "0190-account", Kind: "client", Version: 1},
		"another version": {Account: "0190-account", Kind: "token", Version: 2},
		"moved border":    {Account: "0190-accountto", Kind: "ken", Version: 1},
	} {
		if _, err := v.Open(t.Context(), a, sealed); !errors.Is(err, secrets.ErrSealBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryAlteredByteIsNoticed(t *testing.T) {
	v := vaultOf(false, &secretstest.Memory{})
	sealed := seal(t, v, token, "secret")
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		_, err := v.Open(t.Context(), token, bad)
		// A changed key id names a key nobody has.
		if !errors.Is(err, secrets.ErrSealBroken) && !errors.Is(err, secrets.ErrKeyLost) {
			t.Errorf("byte %d: %v", i, err)
		}
	}
	for n := range sealed {
		if _, err := v.Open(t.Context(), token, sealed[:n]); !errors.Is(err, secrets.ErrSealBroken) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
}

func TestAVaultAsksNobodyBeforeItsFirstSecret(t *testing.T) {
	keychain := &secretstest.Memory{}
	keychain.Fail(errors.New("must not be asked"))
	v := vaultOf(true, keychain)
	if v.Current([]byte("anything")) {
		t.Error("current without a key")
	}
	v.Close()
	if _, err := v.Seal(t.Context(), token, nil); !errors.Is(err, secrets.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestALostKeyIsNeverReplacedInSilence(t *testing.T) {
	keychain := &secretstest.Memory{}
	sealed := seal(t, vaultOf(false, keychain), token, "secret")
	keychain.Forget()

	v := vaultOf(true, keychain)
	if _, err := v.Seal(t.Context(), token, nil); !errors.Is(err, secrets.ErrKeyLost) {
		t.Errorf("seal: %v", err)
	}
	if keychain.Held() != "" {
		t.Error("a new key was made")
	}
	// Once the stored secrets were given up, a new key is made, and old values say why they do not open.
	v = vaultOf(false, keychain)
	seal(t, v, token, "new")
	if _, err := v.Open(t.Context(), token, sealed); !errors.Is(err, secrets.ErrKeyLost) {
		t.Errorf("open: %v", err)
	}
}

func TestASilentKeychainIsNotALostKey(t *testing.T) {
	keychain, file := &secretstest.Memory{}, &secretstest.Memory{}
	keychain.Fail(secrets.ErrNoKeychain)
	v := vaultOf(true, keychain, file)
	if err := v.Unlock(t.Context()); !errors.Is(err, secrets.ErrNoKeychain) {
		t.Errorf("unlock: %v", err)
	}
	if file.Held() != "" {
		t.Error("a second key was made while the first may be in the keychain")
	}
	// The vault works as soon as the keychain answers.
	keychain.Fail(nil)
	seal(t, vaultOf(false, keychain, file), token, "x")
	if err := v.Unlock(t.Context()); err != nil {
		t.Errorf("after the keychain came back: %v", err)
	}
}

func TestTheFallbackOnceUsedIsUsedAgain(t *testing.T) {
	keychain, file := &secretstest.Memory{}, &secretstest.Memory{}
	keychain.Fail(secrets.ErrNoKeychain)
	sealed := seal(t, vaultOf(false, keychain, file), token, "secret")
	keychain.Fail(nil)
	wantOpen(t, vaultOf(true, keychain, file), token, sealed, "secret")
	if keychain.Held() != "" {
		t.Error("the key was copied to the keychain")
	}
}

func TestNoKeychainAndNoPassphraseNamesBothWaysOut(t *testing.T) {
	keychain := secrets.NewKeychain("folder", secrets.QuickLimit)
	keyring.MockInitWithError(errors.New("no bus"))
	err := vaultOf(false, keychain, secrets.NewPassphraseFile(&disk{dir: t.TempDir()}, "folder", nil)).Unlock(t.Context())
	if !errors.Is(err, secrets.ErrNoKeychain) || !strings.Contains(err.Error(), "POSTBAG_PASSPHRASE") ||
		!strings.Contains(err.Error(), "install a keychain") {
		t.Errorf("unlock: %v", err)
	}
}

func TestTwoFirstStartsAgreeOnOneKey(t *testing.T) {
	keychain := &secretstest.Memory{}
	var lock sync.Mutex
	exclusive := func(context.Context) (func() error, error) {
		lock.Lock()
		return func() error { lock.Unlock(); return nil }, nil
	}
	var vaults []*secrets.Vault
	sealed := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range sealed {
		v := secrets.New(secrets.Config{Keepers: []secrets.Keeper{keychain}, Exclusive: exclusive})
		vaults = append(vaults, v)
		wg.Go(func() {
			b, err := v.Seal(context.Background(), token, []byte("secret"))
			if err != nil {
				t.Errorf("vault %d: %v", i, err)
			}
			sealed[i] = b
		})
	}
	wg.Wait()
	for i := range sealed {
		wantOpen(t, vaults[(i+1)%len(vaults)], token, sealed[i], "secret")
	}
}

func TestAKeeperThatForgetsIsNoticedBeforeAnythingIsSealed(t *testing.T) {
	if err := vaultOf(false, forgetful{}).Unlock(t.Context()); err == nil {
		t.Error("no error")
	}
}

type forgetful struct{}

func (forgetful) Name() string                         { return "forgetful" }
func (forgetful) Load(context.Context) (string, error) { return "", secrets.ErrNotFound }
func (forgetful) Save(context.Context, string) error   { return nil }

func TestRotationChangesTheKeyOfEveryRow(t *testing.T) {
	keychain := &secretstest.Memory{}
	v := vaultOf(false, keychain)
	rows := [][]byte{seal(t, v, token, "a"), seal(t, v, token, "b")}
	before := keychain.Held()
	other := vaultOf(true, keychain) // a process that goes on running
	wantOpen(t, other, token, rows[0], "a")

	err := v.Rotate(t.Context(), func(ctx context.Context) error {
		for i := range rows {
			if v.Current(rows[i]) {
				t.Error("current before it was sealed again")
			}
			wantOpen(t, v, token, rows[i], string(rune('a'+i)))
			b, err := v.Reseal(ctx, token, rows[i])
			if err != nil {
				return err
			}
			rows[i] = b
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if after := keychain.Held(); after == before || len(after) != len(before) {
		t.Error("the keychain does not hold one new key")
	}
	for i := range rows {
		if !v.Current(rows[i]) {
			t.Error("not current")
		}
		wantOpen(t, other, token, rows[i], string(rune('a'+i)))
	}
}

func TestARotationCutShortLosesNothing(t *testing.T) {
	keychain := &secretstest.Memory{}
	v := vaultOf(false, keychain)
	first := seal(t, v, token, "first")
	broken := errors.New("disk full")
	if err := v.Rotate(t.Context(), func(context.Context) error { return broken }); !errors.Is(err, broken) {
		t.Fatalf("rotate: %v", err)
	}
	second := seal(t, v, token, "second")
	again := vaultOf(true, keychain) // as after a kill
	wantOpen(t, again, token, first, "first")
	wantOpen(t, again, token, second, "second")

	// The keychain fails when the old key is to be forgotten.
	err := again.Rotate(t.Context(), func(ctx context.Context) (err error) {
		if first, err = again.Reseal(ctx, token, first); err != nil {
			return err
		}
		second, err = again.Reseal(ctx, token, second)
		keychain.Fail(secrets.ErrNoKeychain)
		return err
	})
	if !errors.Is(err, secrets.ErrNoKeychain) {
		t.Errorf("rotate: %v", err)
	}
	keychain.Fail(nil)
	wantOpen(t, vaultOf(true, keychain), token, first, "first")
	wantOpen(t, vaultOf(true, keychain), token, second, "second")
}

func TestUnfinishedRotationsStayBelowEveryKeychainsLimit(t *testing.T) {
	keychain := &secretstest.Memory{}
	v := vaultOf(false, keychain)
	first := seal(t, v, token, "first")
	failed := 0
	for range 10 {
		if v.Rotate(t.Context(), func(context.Context) error { return errors.New("no") }) != nil {
			failed++
		}
	}
	if n := len(keychain.Held()); n > 2560/8 || failed != 10 {
		t.Errorf("%d bytes in the keychain after %d failed rotations", n, failed)
	}
	wantOpen(t, v, token, first, "first")
}

func TestTooLargeASecretIsRefused(t *testing.T) {
	v := vaultOf(false, &secretstest.Memory{})
	if _, err := v.Seal(t.Context(), token, make([]byte, secrets.MaxPlain+1)); err == nil {
		t.Error("no error")
	}
	if _, err := v.Seal(t.Context(), secrets.AAD{}, nil); err == nil {
		t.Error("sealed for no row")
	}
}

func TestNeitherKeyNorSecretReachesAFileOrAnError(t *testing.T) {
	c := secretstest.Canary("token")
	dir := &disk{dir: t.TempDir()}
	file := secrets.NewPassphraseFile(dir, "folder", []byte("correct horse battery"))
	v := vaultOf(false, file)
	sealed := seal(t, v, token, c)
	if err := dir.WriteFile("row", sealed); err != nil {
		t.Fatal(err)
	}
	key, err := file.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, bad := v.Open(t.Context(), secrets.AAD{Account: "x", Kind: "y"}, sealed)
	if err := dir.WriteFile("errors", []byte(bad.Error())); err != nil {
		t.Fatal(err)
	}
	secretstest.Scan(t, dir.dir, c, key, "correct horse battery")
}

// disk is the data folder, as far as a key file needs it.
type disk struct{ dir string }

func (d *disk) ReadFile(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(d.dir, name))
}

func (d *disk) WriteFile(name string, data []byte) error {
	return os.WriteFile(filepath.Join(d.dir, name), data, 0o600)
}

func TestThePassphraseFileOpensWithItsPassphraseAlone(t *testing.T) {
	dir := &disk{dir: t.TempDir()}
	open := func(folder, passphrase string) error {
		return vaultOf(true, secrets.NewPassphraseFile(dir, folder, []byte(passphrase))).Unlock(t.Context())
	}
	if err := vaultOf(false, secrets.NewPassphraseFile(dir, "folder", []byte("short"))).Unlock(t.Context()); err == nil {
		t.Error("a passphrase of five characters was taken")
	}
	sealed := seal(t, vaultOf(false, secrets.NewPassphraseFile(dir, "folder", []byte("a good passphrase"))), token, "secret")

	if err := open("folder", "another passphrase"); !errors.Is(err, secrets.ErrWrongPassphrase) {
		t.Errorf("wrong passphrase: %v", err)
	}
	if err := open("folder", ""); !errors.Is(err, secrets.ErrPassphraseNeeded) {
		t.Errorf("no passphrase: %v", err)
	}
	if err := open("another folder", "a good passphrase"); !errors.Is(err, secrets.ErrWrongPassphrase) {
		t.Errorf("another data folder: %v", err)
	}
	wantOpen(t, vaultOf(true, secrets.NewPassphraseFile(dir, "folder", []byte("a good passphrase"))), token, sealed, "secret")

	if err := os.Remove(filepath.Join(dir.dir, secrets.KeyFile)); err != nil {
		t.Fatal(err)
	}
	if err := open("folder", "a good passphrase"); !errors.Is(err, secrets.ErrKeyLost) {
		t.Errorf("the file is gone: %v", err)
	}
}

func TestADamagedKeyFileIsNamedInBoundedMemory(t *testing.T) {
	for name, content := range map[string]string{
		"empty":          "",
		"not JSON":       "hello",
		"a greedy cost":  `{"format":"postbag-key-1","argon2id":{"time":1,"memory_kib":4294967295,"threads":1},"salt":"AAAAAAAAAAAAAAAAAAAAAA==","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","sealed":"AAAA"}`,
		"a zero cost":    `{"format":"postbag-key-1","argon2id":{"time":0,"memory_kib":0,"threads":0},"salt":"AAAAAAAAAAAAAAAAAAAAAA==","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","sealed":"AAAA"}`,
		"a newer format": `{"format":"postbag-key-9"}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := &disk{dir: t.TempDir()}
			if err := dir.WriteFile(secrets.KeyFile, []byte(content)); err != nil {
				t.Fatal(err)
			}
			v := vaultOf(false, secrets.NewPassphraseFile(dir, "folder", []byte("a good passphrase")))
			if err := v.Unlock(t.Context()); err == nil || !strings.Contains(err.Error(), secrets.KeyFile) {
				t.Errorf("unlock: %v", err)
			}
			if b, err := dir.ReadFile(secrets.KeyFile); err != nil || string(b) != content {
				t.Error("the damaged file was overwritten")
			}
		})
	}
}

func TestAKeyFileThatCannotBeReadIsNotAMissingOne(t *testing.T) {
	v := vaultOf(false, secrets.NewPassphraseFile(unreadable{}, "folder", []byte("a good passphrase")))
	if err := v.Unlock(t.Context()); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("unlock: %v", err)
	}
}

type unreadable struct{}

func (unreadable) ReadFile(string) ([]byte, error) { return nil, fs.ErrPermission }
func (unreadable) WriteFile(string, []byte) error {
	panic("a new key replaced one that could not be read")
}
