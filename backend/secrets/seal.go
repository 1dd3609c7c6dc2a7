package secrets

import (
	"bytes"
	"crypto/rand"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

func sealedWith(sealed []byte) (keyID, error) {
	if len(sealed) < headerSize+chacha20poly1305.Overhead || sealed[0] != sealVersion {
		return keyID{}, ErrSealBroken
	}
	return keyID(sealed[1 : 1+keyIDSize]), nil
}

func seal(k key, a AAD, plain []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(k.secret[:])
	if err != nil {
		return nil, fmt.Errorf("seal a secret: %w", err)
	}
	b := make([]byte, headerSize, headerSize+len(plain)+aead.Overhead())
	b[0] = sealVersion
	copy(b[1:], k.id[:])
	_, _ = rand.Read(b[1+keyIDSize:]) // never fails (crypto/rand, Go 1.24)
	return aead.Seal(b, b[1+keyIDSize:headerSize], plain, a.bytes(b[:1+keyIDSize])), nil
}

func open(k key, a AAD, sealed []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(k.secret[:])
	if err != nil {
		return nil, fmt.Errorf("open a secret: %w", err)
	}
	header := bytes.Clone(sealed[:1+keyIDSize])
	plain, err := aead.Open(nil, sealed[1+keyIDSize:headerSize], sealed[headerSize:], a.bytes(header))
	if err != nil {
		return nil, fmt.Errorf("open a secret: %w", ErrSealBroken)
	}
	return plain, nil
}
