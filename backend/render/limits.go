package render

import (
	"context"
	"fmt"
	"sync"
)

// Limits says how large a file may be before it is refused. Zero fields take the default.
type Limits struct {
	Pixels          int64 // width × height of one picture; default 120 million, at most 268 million
	AnimationPixels int64 // width × height × frames; default 1,000 million
	FileBytes       int64 // default 200 MB
}

const (
	defaultPixels          = 120_000_000
	mostPixels             = 268_402_689 // 16,383²: as far as any decoder here goes
	defaultAnimationPixels = 1_000_000_000
	defaultFileBytes       = 200_000_000
	maxMetadata            = 16 << 20 // one EXIF block or one profile
)

func (l Limits) withDefaults() Limits {
	if l.Pixels <= 0 {
		l.Pixels = defaultPixels
	}
	l.Pixels = min(l.Pixels, mostPixels)
	if l.AnimationPixels <= 0 {
		l.AnimationPixels = defaultAnimationPixels
	}
	if l.FileBytes <= 0 {
		l.FileBytes = defaultFileBytes
	}
	return l
}

// Check returns ErrTooLarge or ErrTooManyPixels if a picture with this header must not be decoded.
func (l Limits) Check(info Info) error {
	l = l.withDefaults()
	if info.Bytes > l.FileBytes {
		return fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, info.Bytes, l.FileBytes)
	}
	if info.Format.IsVideo() {
		return nil
	}
	pixels := int64(info.StoredWidth) * int64(info.StoredHeight)
	if pixels > l.Pixels {
		return fmt.Errorf("%w: %d×%d, the limit is %d million", ErrTooManyPixels,
			info.StoredWidth, info.StoredHeight, l.Pixels/1_000_000)
	}
	if info.Frames > 1 && pixels > l.AnimationPixels/int64(info.Frames) {
		return fmt.Errorf("%w: %d frames of %d×%d, the limit is %d million", ErrTooManyPixels,
			info.Frames, info.StoredWidth, info.StoredHeight, l.AnimationPixels/1_000_000)
	}
	return nil
}

// budget is a weighted semaphore over bytes of decoded pixels: whoever wants more than is free
// waits, first come first served, and one picture larger than the whole budget goes alone.
type budget struct {
	mu      sync.Mutex
	free    int64
	size    int64
	waiting []*budgetWait
}

type budgetWait struct {
	need  int64
	ready chan struct{}
}

func newBudget(size int64) *budget { return &budget{free: size, size: size} }

// take waits for n bytes and returns how to give them back, or the error of ctx.
func (b *budget) take(ctx context.Context, n int64) (release func(), err error) {
	n = min(n, b.size)
	b.mu.Lock()
	if len(b.waiting) == 0 && b.free >= n {
		b.free -= n
		b.mu.Unlock()
		return b.releaser(n), nil
	}
	wait := &budgetWait{need: n, ready: make(chan struct{})}
	b.waiting = append(b.waiting, wait)
	b.mu.Unlock()

	select {
	case <-wait.ready:
		return b.releaser(n), nil
	case <-ctx.Done():
		b.mu.Lock()
		defer b.mu.Unlock()
		select {
		case <-wait.ready: // granted in the same moment
			b.giveBack(n)
		default:
			for i, w := range b.waiting {
				if w == wait {
					b.waiting = append(b.waiting[:i], b.waiting[i+1:]...)
					break
				}
			}
			b.wake() // a smaller one behind it may fit now
		}
		return nil, ctx.Err()
	}
}

func (b *budget) releaser(n int64) func() {
	return sync.OnceFunc(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.giveBack(n)
	})
}

func (b *budget) giveBack(n int64) {
	b.free += n
	b.wake()
}

func (b *budget) wake() {
	for len(b.waiting) > 0 && b.waiting[0].need <= b.free {
		b.free -= b.waiting[0].need
		close(b.waiting[0].ready)
		b.waiting = b.waiting[1:]
	}
}
