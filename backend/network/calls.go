package network

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Calls makes every request of a network and names what it may do. A step's name is
// stable ("image 2", "post 1"): after a restart the queue answers a finished Prepare
// or Publish step from its journal, so a network reads as a plain sequence.
//
// A step name is unique within one Publish of a plan. Any answer of the server, whatever
// its status, is a Reply and no error, except that Publish runs the descriptor's Classify
// and returns its *Error for every reply that is not a proved acceptance.
type Calls interface {
	// Read asks something and changes nothing. It is always asked anew.
	Read(ctx context.Context, step string, r Request) (Reply, error)
	// Prepare changes something nobody else can see: an upload, a draft, a token. A reply
	// below 300 is remembered while the descriptor's PrepareLife lasts.
	Prepare(ctx context.Context, step string, r Request) (Reply, error)
	// Publish may make segment r.Segment visible. It is remembered for ever.
	Publish(ctx context.Context, step string, r Request) (Reply, error)
}

// Request is one message to a server or a folder. The scheme of URL picks the carrier:
// https (and http on loopback), file, none.
type Request struct {
	Method  string
	URL     string
	Header  map[string]string // canonical names; secrets only in Authorization, or as KeyMark
	Body    Body
	Files   []FilePut // file: scheme only: the set a PUT writes, renamed in order, the last one counting
	Segment int       // for Publish, and for Prepare of a container: the visible unit it is about, counted from 0
	// Container, for Publish in ShapePhase, is the id of the invisible object that this request
	// makes visible. It is the one that the queue journalled for the segment.
	Container string

	// Fresh, for Prepare, is asked every time: it is never answered from the journal, its answer is
	// not kept, and it needs no name of its own. A piece of an upload is such a request.
	Fresh bool
	// Reuse, for Prepare, is the SHA-256 of the file that the request sends, or begins to send,
	// where every post of the account can use what the network answers: for the descriptor's
	// ReuseMedia the same request for another post is answered from that. "" for none.
	Reuse string

	// Proof is the private key that the token in Authorization is bound to (from oauth.NewProofKey). The
	// https: carrier shows with it that the token is not stolen: it makes the request's DPoP header (RFC 9449)
	// when it sends it, with the nonce that the server last gave to this key, and takes note of the next one.
	// "DPoP " before the token makes it part of the proof. Nothing of this is in Hash.
	//
	// A server that wants another nonce says so before it does anything (RFC 9449, 8 and 9). A Read, or a
	// Prepare that is Fresh, may then be repeated by the network, once; a Publish step is Throttled.
	Proof Secret

	// Key is the secret that the https: carrier puts where KeyMark stands in the path or the query of
	// URL and in headers, for networks that want it nowhere else. It is letters, digits and "-._~:"
	// where it goes into the address. Everybody but the carrier sees the mark.
	Key Secret
}

// KeyMark stands in a request for its Key.
const KeyMark = "{key}"

// FilePut is one file of a PUT to a channel's folder. Path is relative, with slashes.
type FilePut struct {
	Path string
	Body Body
}

// Body is what a request carries: pieces sent one after the other. The carrier streams
// files from the content store and verifies their hash, so no video is held in memory.
type Body []Piece

// Piece is bytes, or a part of a frozen file.
type Piece struct {
	Bytes []byte
	File  FileRef // used when File.SHA256 is set
	// Base64 says that the file goes out as base64 text, padded and without line ends (RFC 4648, 4), for a
	// service that takes files inside JSON alone. Its hash is that of the file, and so is FileRef.Length.
	// The https: carrier writes it.
	Base64 bool
}

// Len returns the length in bytes, as sent.
func (p Piece) Len() int64 {
	switch {
	case p.File.SHA256 == "":
		return int64(len(p.Bytes))
	case p.Base64:
		return (p.File.Length + 2) / 3 * 4
	}
	return p.File.Length
}

// FileRef names a frozen file by its content.
type FileRef struct {
	SHA256 string // lower-case hex of the whole file
	Offset int64
	Length int64 // bytes to send from Offset
}

// Bytes returns a body of b alone.
func Bytes(b []byte) Body {
	if len(b) == 0 {
		return nil
	}
	return Body{{Bytes: b}}
}

// Len returns the length in bytes.
func (b Body) Len() int64 {
	var n int64
	for _, p := range b {
		n += p.Len()
	}
	return n
}

// Hash identifies what r asks for: method, address, headers and body. Authorization is
// left out, so that a refreshed token does not make a different request.
func (r Request) Hash() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %d\n", r.Method, r.URL, r.Segment)
	for _, k := range slices.Sorted(maps.Keys(r.Header)) {
		if !strings.EqualFold(k, "Authorization") {
			fmt.Fprintf(h, "%s: %s\n", k, r.Header[k])
		}
	}
	hashBody(h, r.Body)
	for _, f := range r.Files {
		fmt.Fprintf(h, "file %q\n", f.Path)
		hashBody(h, f.Body)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func hashBody(h io.Writer, b Body) {
	for _, p := range b {
		switch {
		case p.File.SHA256 == "":
			fmt.Fprintf(h, "bytes %d\n", len(p.Bytes))
			_, _ = h.Write(p.Bytes)
		case p.Base64:
			fmt.Fprintf(h, "base64 %s %d %d\n", p.File.SHA256, p.File.Offset, p.File.Length)
		default:
			fmt.Fprintf(h, "file %s %d %d\n", p.File.SHA256, p.File.Offset, p.File.Length)
		}
	}
}

// Reply is what came back. Every carrier uses HTTP's status numbers.
type Reply struct {
	Status int
	Header map[string]string // canonical names, first value
	Body   []byte            // bounded by the carrier (MaxReply)
	Kept   bool              // not asked for now: a Prepare or Publish step was answered from before
}

// OK reports whether the status says success.
func (r Reply) OK() bool { return r.Status >= 200 && r.Status < 300 }

// MaxReply is the most a carrier reads of a reply, in bytes. A longer one is an Ambiguous error.
const MaxReply = 4 << 20

// Carrier does the I/O of one scheme.
type Carrier interface {
	// Send calls intent right before the first byte of its first write, sends once and
	// never again by itself, and returns the one answer. An error from intent stops it with
	// nothing written. It fails with NotSent only if intent was never called or failed;
	// any later failure is Ambiguous. intent may be nil.
	Send(ctx context.Context, r Request, intent func() error) (Reply, error)
}

// Opener gives a carrier the bytes of frozen files.
type Opener interface {
	// Open returns the whole file. Reading to its end fails if the content no longer has the hash.
	Open(sha256 string) (io.ReadSeekCloser, error)
}
