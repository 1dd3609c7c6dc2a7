package main

import (
	"context"
	"runtime"
	"slices"
)

// emulator runs programs of arm64 on Linux of another processor.
const emulator = "qemu-aarch64-static"

// withVectors are the packages that have assembly, and so are tested in each of its forms.
func withVectors() []string {
	return []string{"./backend/render/resample", "./backend/render/jpegenc", "./backend/render/jpegdec"}
}

// vectors tests the picture code's assembly in its other forms: that what is checked in is what its generator
// writes, plain Go in its place, and arm64 by emulation. How fast it is there an emulator cannot say.
func (p *report) vectors(ctx context.Context) error {
	kernels := p.r.command(ctx, "go", "-C", "build/kernels", "test", "-json", "./...")
	if _, err := p.goTestBy(ctx, "kernels", kernels); err != nil {
		return err
	}
	if _, err := p.goTest(ctx, "plain", slices.Concat([]string{"-tags=purego", "-timeout=20m"}, withVectors())...); err != nil {
		return err
	}
	if runtime.GOOS != "linux" || runtime.GOARCH == "arm64" || !present(emulator) {
		p.skip("vectors of arm64", "only Linux can emulate it")
		return nil
	}
	cmd := p.r.command(ctx, "go", slices.Concat([]string{"test", "-json", "-short", "-timeout=20m", "-exec=" + emulator}, withVectors())...)
	cmd.Env = append(cmd.Env, "GOARCH=arm64", "CGO_ENABLED=0")
	_, err := p.goTestBy(ctx, "arm64", cmd)
	return err
}
