// Package shelf puts media where a network can fetch them.
//
// Some networks take no bytes: they fetch a picture from a public address that they are told. So a
// workspace can have a shelf: a folder of the person's own that is served to the public, in an
// S3-compatible bucket, on a WebDAV server, or on a web server that is written to by SFTP. A file stands
// there for as long as a delivery needs it, and is taken away when the delivery has ended.
//
//	Place   what a person says of the shelf; no secret is in it
//	Store   puts, lists and removes files, in one of three ways
//	Names   makes names that nobody guesses, and knows its own ones again
//	Reach   fetches a public address and compares what comes back, byte for byte
//
// Whoever has a file's address can see it, so a name holds 130 random bits. Part of it is a seal
// that only this shelf's key makes: a sweep removes what it finds sealed and nothing else, whatever else
// a person keeps in the folder.
//
// S3 and WebDAV are plain requests, made by the carrier that sends once, streams the frozen file and
// checks its hash; S3's signature is a page of code. Libraries for the two weigh 1.5 MB and 0.2 MB in the
// program and bring a client of their own that repeats requests. SFTP is pkg/sftp (0.7 MB with SSH).
package shelf

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"time"

	"postbag/backend/network"
)

// Store is a folder that the public can fetch from. It is safe for concurrent use. Every error is a
// *network.Error with one of the package's codes where one fits; it names a host and never a file, a
// path or a secret.
type Store interface {
	// Put writes a file, over one of the same name. It calls intent, which may be nil, before the first
	// byte that changes anything, and fails with network.NotSent only before that.
	Put(ctx context.Context, f File, intent func() error) error
	// Remove takes a file away. What is not there is gone already: that is success.
	Remove(ctx context.Context, name string) error
	// List returns the files of the folder, without those in folders inside it.
	List(ctx context.Context) ([]Item, error)
}

// File is what is put on a shelf.
type File struct {
	Name string        // of Names
	Type string        // MIME, which a server that keeps it answers with
	Body network.Piece // bytes, or a frozen file as a whole
}

// Sum returns the SHA-256 of the file, in lower-case hex.
func (f File) Sum() string {
	if f.Body.File.SHA256 != "" {
		return f.Body.File.SHA256
	}
	sum := sha256.Sum256(f.Body.Bytes)
	return hex.EncodeToString(sum[:])
}

// Bytes returns the length of the file.
func (f File) Bytes() int64 { return network.Body{f.Body}.Len() }

// Item is a file that a store lists.
type Item struct {
	Name string
	At   time.Time // when it was written, by the store's clock; zero if it does not say
}

// Codes of errors, which programs can tell apart.
const (
	CodeNone        = "shelf_none"        // the workspace has no shelf
	CodeUnreachable = "shelf_unreachable" // the store does not answer
	CodeHostKey     = "shelf_host_key"    // the server proves itself by another key than the one that was seen first
	CodeRefused     = "shelf_refused"     // the store refuses the name, the secret, or what they may do
	CodeFolder      = "shelf_folder"      // the bucket or the folder is not there
	CodeFull        = "shelf_full"        // there is no room for the file
	CodeBusy        = "shelf_busy"        // the store asks to wait
	CodeAnswer      = "shelf_answer"      // the store answers what its documentation does not name
	CodeNotPublic   = "shelf_not_public"  // the public address does not give the file
	CodePrivate     = "shelf_private"     // the public address leads to this machine or a private network
	CodeType        = "shelf_type"        // the public address gives the file as something else
	CodeContent     = "shelf_content"     // the public address gives something else
)

// Parts are what stores work with.
type Parts struct {
	Web   network.Carrier // sends https: requests
	Files network.Opener  // of frozen files
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
	Now   func() time.Time
}

// Shelf is a place that is ready for use.
type Shelf struct {
	Place Place
	Store Store
	Names Names
}

// Open returns the shelf at a place that Check has returned. secret opens the store, key the names.
func Open(p Place, secret network.Secret, key []byte, parts Parts) (*Shelf, error) {
	if parts.Now == nil {
		parts.Now = time.Now
	}
	if parts.Dial == nil {
		parts.Dial = (&net.Dialer{}).DialContext
	}
	s := &Shelf{Place: p, Names: NewNames(key)}
	var err error
	switch p.Kind {
	case KindS3:
		s.Store, err = newS3(p, secret, parts)
	case KindWebDAV:
		s.Store = &webdav{place: p, secret: secret, web: parts.Web}
	case KindSFTP:
		s.Store, err = newSFTP(p, secret, parts)
	default:
		err = fmt.Errorf("a shelf of the kind %.20q is not known", p.Kind)
	}
	return s, err
}

// Address returns where the public fetches a file.
func (s *Shelf) Address(name string) string { return s.Place.Public + "/" + name }

// Sweep removes the files that this shelf made before a time and nobody knows of any more: a crash or a
// restored backup left them. It returns the names it removed, also if it fails.
func (s *Shelf) Sweep(ctx context.Context, known func(name string) bool, before time.Time) (removed []string, err error) {
	list, err := s.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, item := range list {
		if !s.Names.Made(item.Name) || known(item.Name) || item.At.IsZero() || !item.At.Before(before) {
			continue
		}
		if err := s.Store.Remove(ctx, item.Name); err != nil {
			return removed, err
		}
		removed = append(removed, item.Name)
	}
	return removed, nil
}

func notSent(code, message string, err error) *network.Error {
	return &network.Error{Kind: network.NotSent, Code: code, Message: message, Err: err}
}

func ambiguous(code, message string, err error) *network.Error {
	return &network.Error{Kind: network.Ambiguous, Code: code, Message: message, Err: err}
}
