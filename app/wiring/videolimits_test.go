package wiring_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
)

// Every network of the registry that takes videos gets one within its ceilings, of a film of a quarter of an
// hour in a container that many refuse.
func TestAVideoIsMadeWithinTheCeilingOfEachNetwork(t *testing.T) {
	b := newBench(t)
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	path := filepath.Join(t.TempDir(), "long.mov")
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=size=64x36:rate=1:duration=900",
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	a := must[domain.Asset](t)(b.Library.Keep(t.Context(), domain.WorkspaceID(b.space.ID), path))
	channel := string(b.channel.ID)
	at := func(asset string) api.VideoFit {
		fits := must[[]api.VideoFit](t)(b.api.Videos.Fits(asset))
		i := slices.IndexFunc(fits, func(f api.VideoFit) bool { return f.Channel == channel })
		if i < 0 {
			t.Fatalf("the channel is not among %+v", fits)
		}
		return fits[i]
	}
	tried, cut := 0, 0
	for _, n := range b.Networks.All() {
		d := n.Describe()
		if d.Limits.Media.Videos == 0 || !slices.Contains(d.Limits.Media.Types, "video/mp4") {
			continue
		}
		if err := b.DB.SaveLimits(t.Context(), b.channel.ID, must[[]byte](t)(json.Marshal(d.Limits))); err != nil {
			t.Fatal(err)
		}
		before := at(string(a.ID))
		if len(before.Why) == 0 {
			continue // it is taken as it is
		}
		tried++
		task := must[api.VideoTask](t)(b.api.Videos.Make(api.MakeVideo{Assets: []string{string(a.ID)}, Channel: channel}))
		done := b.videoMade(task.ID)
		if done.State != "done" {
			t.Errorf("%s: %+v", d.ID, done)
			continue
		}
		if after := at(done.Result); len(after.Why) != 0 {
			t.Errorf("%s: %v before, %v after", d.ID, before.Why, after.Why)
		}
		made := must[api.Asset](t)(b.api.Library.Show(done.Result))
		if slices.Contains(before.Why, "length") {
			cut++
			// As much of it as the network takes: no more than two frames of this film are lost.
			if made.DurationMs < d.Limits.Media.VideoMs-2000 {
				t.Errorf("%s: %d ms of %d", d.ID, made.DurationMs, d.Limits.Media.VideoMs)
			}
		} else if made.DurationMs < 899_000 {
			t.Errorf("%s: it was cut to %d ms", d.ID, made.DurationMs)
		}
	}
	t.Logf("%d networks, %d with a shorter film", tried, cut)
	if tried < 8 || cut < 3 {
		t.Errorf("only %d networks were tried, %d of them with a shorter film", tried, cut)
	}
}
