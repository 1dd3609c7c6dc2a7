package render

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"runtime/metrics"
	"time"

	"github.com/gen2brain/heic"
)

// The pipe between the two processes carries this head, then width × height × 4 bytes of NRGBA.
const (
	childMagic  = "postbag pixels 1"
	childHead   = len(childMagic) + 8
	childMemory = 2 << 30

	exitDamaged     = 10
	exitUnsupported = 11
	exitTooLarge    = 12
	exitMemory      = 13
)

// DecodeHEICTo is the work of the child: it reads a HEIC file from r and writes its main picture to
// w for a ChildDecoder to read. It holds the file, the decoder's copy and the pixels in memory.
func DecodeHEICTo(w io.Writer, r io.Reader, limits Limits) (err error) {
	defer recovered(&err, "decode heic")
	limits = limits.withDefaults()
	file, err := io.ReadAll(io.LimitReader(r, limits.FileBytes+1))
	if err != nil {
		return fmt.Errorf("read heic: %w", err)
	}
	info, err := Probe(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return err
	}
	if info.Format != HEIC {
		return fmt.Errorf("%w: it is %s", ErrFormat, info.Format)
	}
	if err := limits.Check(info); err != nil {
		return err
	}
	raw, err := heic.Decode(bytes.NewReader(file))
	if err != nil {
		return fmt.Errorf("decode heic: %w: %w", ErrDamaged, err)
	}
	pixels := info.ycc.normalise(raw)
	head := make([]byte, 0, childHead)
	head = append(head, childMagic...)
	head = binary.BigEndian.AppendUint32(head, uint32(pixels.Rect.Dx()))
	head = binary.BigEndian.AppendUint32(head, uint32(pixels.Rect.Dy()))
	if _, err := w.Write(head); err != nil {
		return fmt.Errorf("write pixels: %w", err)
	}
	if _, err := w.Write(pixels.Pix); err != nil {
		return fmt.Errorf("write pixels: %w", err)
	}
	return nil
}

// RunHEICChild is the whole life of the child process: it decodes standard input to standard output
// and returns the exit status. It ends the process itself if that takes more than 2 GiB.
func RunHEICChild(limits Limits) int {
	out := os.Stdout
	os.Stdout = os.Stderr // the decoder may print, and must not print between the pixels
	stop := make(chan struct{})
	defer close(stop)
	go watchMemory(childMemory, stop)
	err := DecodeHEICTo(out, os.Stdin, limits)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	switch {
	case errors.Is(err, ErrTooManyPixels), errors.Is(err, ErrTooLarge):
		return exitTooLarge
	case errors.Is(err, ErrUnsupported), errors.Is(err, ErrFormat):
		return exitUnsupported
	}
	return exitDamaged
}

// watchMemory ends the process once it holds more than limit bytes: the decoder's own memory grows
// by what the file says, and no setting of its own bounds it.
func watchMemory(limit uint64, stop <-chan struct{}) {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			metrics.Read(sample)
			if sample[0].Value.Uint64()-sample[1].Value.Uint64() > limit {
				os.Exit(exitMemory)
			}
		}
	}
}

// ChildDecoder decodes HEIC in a process of its own, so that a crash or a greedy file there costs
// one picture and not the program.
type ChildDecoder struct {
	// Command starts a process that calls RunHEICChild, such as this very program with a hidden
	// argument.
	Command []string
	// Env is added to this process's environment.
	Env []string
	// Timeout bounds one picture; zero means one minute.
	Timeout time.Duration
}

// DecodeHEIC implements HEICDecoder.
func (c ChildDecoder) DecodeHEIC(ctx context.Context, info Info, file []byte) (image.Image, error) {
	if len(c.Command) == 0 {
		return nil, fmt.Errorf("%w: there is no HEIC decoder in this program", ErrUnsupported)
	}
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = time.Minute
	}
	bounded, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(bounded, c.Command[0], c.Command[1:]...)
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.Stdin = bytes.NewReader(file)
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start heic decoder: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start heic decoder: %w", err)
	}
	pixels, readErr := readPixels(out, info)
	if readErr != nil {
		cancel() // it may still be writing
	}
	waitErr := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(readErr, ErrDamaged) && !errors.Is(readErr, ErrTruncated):
		return nil, readErr
	case readErr == nil && waitErr == nil:
		return pixels, nil
	}
	return nil, childError(waitErr, bounded.Err(), timeout)
}

// readPixels reads what DecodeHEICTo wrote, never more than info promised.
func readPixels(r io.Reader, info Info) (*image.NRGBA, error) {
	head := make([]byte, childHead)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, truncated(err)
	}
	width := int(binary.BigEndian.Uint32(head[len(childMagic):]))
	height := int(binary.BigEndian.Uint32(head[len(childMagic)+4:]))
	if string(head[:len(childMagic)]) != childMagic || width != info.StoredWidth || height != info.StoredHeight {
		return nil, fmt.Errorf("%w: the decoder made %d×%d pixels instead of %d×%d", ErrDamaged,
			width, height, info.StoredWidth, info.StoredHeight)
	}
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	if _, err := io.ReadFull(r, m.Pix); err != nil {
		return nil, truncated(err)
	}
	return m, nil
}

// childError names how the child ended.
func childError(wait, bounded error, timeout time.Duration) error {
	if errors.Is(bounded, context.DeadlineExceeded) {
		return fmt.Errorf("%w: decoding took more than %v", ErrDamaged, timeout)
	}
	var exit *exec.ExitError
	if errors.As(wait, &exit) {
		switch exit.ExitCode() {
		case exitUnsupported:
			return ErrUnsupported
		case exitTooLarge:
			return ErrTooManyPixels
		case exitMemory:
			return fmt.Errorf("%w: decoding needs too much memory", ErrTooLarge)
		case exitDamaged:
			return ErrDamaged
		}
		return fmt.Errorf("%w: its decoder crashed (%s)", ErrDamaged, exit.ProcessState)
	}
	return fmt.Errorf("%w: its decoder said nothing", ErrDamaged)
}

// normalise is the package's normalise, minding which brightness formula the file used. JPEG's
// (BT.601, full range), which phones use too, is assumed where the file does not say.
func (n *nclx) normalise(raw image.Image) *image.NRGBA {
	m, ok := raw.(*image.YCbCr)
	if !ok || n == nil || (n.fullRange && n.matrix != 1 && n.matrix != 9) {
		out, _ := normalise(raw)
		return out
	}
	red, blue := 0.299, 0.114 // BT.601
	switch n.matrix {
	case 1:
		red, blue = 0.2126, 0.0722 // BT.709
	case 9:
		red, blue = 0.2627, 0.0593 // BT.2020
	}
	green := 1 - red - blue
	low, luma, chroma := 0.0, 1.0, 1.0
	if !n.fullRange {
		low, luma, chroma = 16, 255.0/219, 255.0/224
	}
	clamp := func(v float64) uint8 { return uint8(min(max(v+0.5, 0), 255)) }
	b := m.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	eachRow(out, b, func(x, y int, d []uint8) {
		yi, ci := m.YOffset(x, y), m.COffset(x, y)
		light := (float64(m.Y[yi]) - low) * luma
		pb, pr := (float64(m.Cb[ci])-128)*chroma, (float64(m.Cr[ci])-128)*chroma
		d[0] = clamp(light + 2*(1-red)*pr)
		d[1] = clamp(light - 2*(1-blue)*blue/green*pb - 2*(1-red)*red/green*pr)
		d[2] = clamp(light + 2*(1-blue)*pb)
		d[3] = 255
	})
	return out
}
