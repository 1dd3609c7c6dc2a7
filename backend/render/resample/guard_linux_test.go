//go:build (amd64 || arm64) && !purego

package resample

import (
	"image"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"syscall"
	"testing"
)

// fenced returns n bytes that memory nobody may touch follows on directly, or goes before.
func fenced(t *testing.T, n int, before bool) []uint8 {
	t.Helper()
	page := os.Getpagesize()
	middle := over(n, page) * page
	all, err := syscall.Mmap(-1, 0, middle+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(all); err != nil {
			t.Error(err)
		}
	})
	for _, fence := range [][]byte{all[:page], all[page+middle:]} {
		if err := syscall.Mprotect(fence, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	if before {
		return all[page:][:n:n]
	}
	return all[page+middle-n:][:n:n]
}

func fencedPlane(t *testing.T, width, height int, before bool) Plane {
	return Plane{Pix: fenced(t, width*height, before), Stride: width, Width: width, Height: height}
}

func TestVectorsStayWithinTheirPlanes(t *testing.T) {
	needVectors(t)
	// A fault is a panic of the test, with the place in it.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	rng := rand.New(rand.NewPCG(5, 6))
	for range 120 {
		from := image.Pt(32+rng.IntN(150), 20+rng.IntN(60))
		to := image.Pt(32+rng.IntN(90), 1+rng.IntN(60))
		for _, before := range []bool{true, false} {
			src := fencedPlane(t, from.X, from.Y, before)
			noise(from.X, from.Y, rng.Uint64()).copyTo(src)
			dst := fencedPlane(t, to.X, to.Y, before)
			if err := New().Resize(dst, src, whole(from.X, from.Y)); err != nil {
				t.Fatal(err)
			}
			want := resized(t, part(src, image.Rect(0, 0, from.X, from.Y)), to.X, to.Y, whole(from.X, from.Y))
			if _, worst := compare(t, dst, want); worst != 0 {
				t.Fatalf("%v to %v: off by %d", from, to, worst)
			}
			half := fencedPlane(t, over(from.X, 2), over(from.Y, 2), before)
			halve(half, src)
		}
	}
}
