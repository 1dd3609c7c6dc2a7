package networktest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"postbag/backend/network/networktest"
)

// planted lists mistakes a network could make, and the sentence the suite must find for each.
var planted = []struct{ mistake, said string }{
	{"only the first image", "has 1 pictures, want 2"},
	{"no alt text", "has lost its description"},
	{"images in the wrong order", "is another"},
	{"spaces trimmed", "post 1 reads"},
	{"a thread without parents", `answers "", want`},
	{"live parts sent again", "calls, want"},
	{"429 not documented", "want throttled"},
	{"401 called a rejection", "the table says reauth"},
	{"502 called a refusal", "only 4xx proves"},
	{"any 5xx called throttled", "want ambiguous"},
	{"a refusal without a source", "has no source"},
	{"a limit without a source", "nothing says where text.max is known from"},
	{"no check before sending", "rejected_without_a_request"},
	{"bytes counted instead of characters", `"né" counts 3, want 2`},
	{"an id with a capital", "is not a lower-case word"},
	{"an icon with a script", "the icon has a <script>"},
	{"nonsense accepted", "want ambiguous"},
	{"accepted without an id", "without an id"},
	{"a failed upload left out", "and the post was published"},
	{"a lost answer tried again", "after the publishing call"},
	{"an upload sent as publishing", "publishing calls, want one"},
	{"an upload sent as reading", "a read that sends a file"},
	{"a post sent as preparation", "publishing calls, want one"},
	{"one step name for all images", "is used twice in one run"},
	{"random step names", "makes other steps"},
	{"a random key", "the header Idempotency-Key differs"},
	{"a clock in the request", "the header X-Now differs"},
	{"no key", "the same key gives"},
	{"the wait lost", "want 7s"},
	{"the secret in an error", "the error shows the secret"},
	{"the secret in the address", "shows the secret in its address"},
	{"an error of no kind", "want *network.Error"},
	{"what was never sent called ambiguous", "want not_sent"},
	{"any failed look-up called absent", "proves found=false"},
	{"gone is an error", "delete, time 2"},
	{"a wrong token accepted", "a wrong token leads to"},
	{"a wrong token without a reason", "the window has no words for that"},
}

const mistakeVariable = "POSTBAG_TEST_MISTAKE"

// TestMurmurPasses runs the suite on the made-up network: as it should be, or, started by the
// test below, with one mistake.
func TestMurmurPasses(t *testing.T) {
	networktest.Run(t, murmur{os.Getenv(mistakeVariable)}, newMurmurServer)
}

// TestTheSuiteCatchesEveryPlantedMistake runs the test above in a process of its own for each
// mistake: a suite that fails is a failed test, which no test can contain.
func TestTheSuiteCatchesEveryPlantedMistake(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range planted {
		t.Run(p.mistake, func(t *testing.T) {
			t.Parallel()
			suite := exec.CommandContext(t.Context(), program, "-test.run=^TestMurmurPasses$", "-test.timeout=60s")
			suite.Env = append(os.Environ(), mistakeVariable+"="+p.mistake)
			out, err := suite.CombinedOutput()
			if err == nil {
				t.Fatal("the suite passed it")
			}
			if !strings.Contains(string(out), p.said) {
				t.Errorf("the suite failed without saying %q:\n%.3000s", p.said, out)
			}
		})
	}
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, murmur{}) }
