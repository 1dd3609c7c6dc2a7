package network

import (
	"context"
	"fmt"
	"time"
)

// Upload sends one file in pieces, and goes on where the network says that it stands: after a
// broken connection, after a crash, on another day. Run makes the calls; what a network's protocol
// looks like is four pure functions.
//
//	begin   ask for an address to send to; the answer is kept, sealed, and given again later
//	ask     how much of the file is there
//	send    a piece from there on; again until it is whole
//
// The address is a secret: whoever has it can write. It is in no journal, log or error.
type Upload struct {
	Step  string  // the stable name of the whole: "video 1"
	File  FileRef // all of it
	Piece int64   // the most bytes in one request; 0: all that is left
	// Begin asks for an address. Its Reuse can say that other posts of the account share the upload.
	Begin Request
	// Address reads the address from the answer to Begin, which may be any success or refusal.
	Address func(Reply) (string, error)
	// Ask makes the request for how far the upload is.
	Ask func(address string) Request
	// Send makes the request that carries body, the piece of the file at offset.
	Send func(address string, offset int64, body Body) Request
	// Progress reads the answer to Ask and to Send. An answer that the documentation does not name
	// is an error.
	Progress func(Reply) (Progress, error)
}

// Progress is how far an upload is.
type Progress struct {
	Offset int64 // bytes that the network has, from the first
	Done   bool  // it has all, and made of it what it makes
	Gone   bool  // it knows nothing of this upload any more: it has to begin again
}

const (
	maxUploads  = 3                // how often a file is begun in one attempt
	maxStalls   = 3                // how often an upload may stand still or go back
	uploadPause = 30 * time.Second // for a network that has all, and is not done
)

// Run uploads the file and returns the answer that said so. What the network claims to have and
// cannot have is not believed: the file is begun again.
func (u Upload) Run(ctx context.Context, c Calls) (Reply, error) {
	for n := 1; n <= maxUploads; n++ {
		begun, err := c.Prepare(ctx, u.name("begin", n), u.Begin)
		if err != nil {
			return Reply{}, err
		}
		address, err := u.Address(begun)
		if err != nil {
			return Reply{}, err
		}
		if reply, done, err := u.resume(ctx, c, address, n, begun.Kept); done || err != nil {
			return reply, err
		}
	}
	return Reply{}, &Error{Kind: Ambiguous, Message: fmt.Sprintf("the upload was begun %d times and did not become whole", maxUploads)}
}

func (u Upload) name(what string, n int) string {
	if n == 1 {
		return u.Step + " " + what
	}
	return fmt.Sprintf("%s %s %d", u.Step, what, n)
}

// resume sends what is missing. It reports false if the upload is over, or cannot be believed.
func (u Upload) resume(ctx context.Context, c Calls, address string, n int, old bool) (reply Reply, done bool, err error) {
	if reply, err = c.Read(ctx, u.name("offset", n), u.Ask(address)); err != nil {
		return reply, false, err
	}
	most := int64(0) // that can be there
	if old {
		most = u.File.Length // an earlier attempt sent nobody knows how much
	}
	for before, stalls := int64(-1), 0; ; {
		p, err := u.Progress(reply)
		switch {
		case err != nil:
			return reply, false, err
		case p.Gone, p.Offset < 0, p.Offset > most, p.Done && p.Offset != u.File.Length:
			return reply, false, nil
		case p.Done:
			return reply, true, nil
		case p.Offset == u.File.Length:
			return reply, false, &Error{Kind: Throttled, Code: CodeBuilding, Message: "the network has the file and still works on it", Wait: uploadPause}
		}
		if p.Offset <= before {
			if stalls++; stalls > maxStalls {
				return reply, false, nil
			}
		}
		before = p.Offset
		piece := FileRef{SHA256: u.File.SHA256, Offset: u.File.Offset + p.Offset, Length: u.File.Length - p.Offset}
		if u.Piece > 0 {
			piece.Length = min(piece.Length, u.Piece)
		}
		send := u.Send(address, p.Offset, Body{{File: piece}})
		send.Fresh = true
		if reply, err = c.Prepare(ctx, fmt.Sprintf("%s at %d", u.name("piece", n), p.Offset), send); err != nil {
			return reply, false, err
		}
		most = max(most, p.Offset+piece.Length)
	}
}
