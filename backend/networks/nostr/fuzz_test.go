package nostr

import (
	"bytes"
	"encoding/json"
	"testing"

	"postbag/backend/network/networktest"
)

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, New()) }

// FuzzNames reads any name: what is one is written the same way again, and nothing makes it fail.
func FuzzNames(f *testing.F) {
	f.Add("npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg")
	f.Add("nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7mgpz4mhxue69uhkg6nzv9ejuumpv34kytnrdaksjlyr9p")
	f.Add("nevent11")
	f.Fuzz(func(t *testing.T, name string) {
		prefix, data, ok := decode(name)
		_ = eventOf(name)
		if !ok {
			return
		}
		again, same, ok := decode(encode(prefix, data))
		if !ok || again != prefix || !bytes.Equal(same, data) {
			t.Errorf("%q is %q %x, and written again %q %x", name, prefix, data, again, same)
		}
	})
}

// FuzzEvents signs any text: what arrives as JSON has the same id, and a changed letter has not.
func FuzzEvents(f *testing.F) {
	f.Add("hello", "x")
	f.Add("\u2028\"\\\n\t\b\f\r<&>", "\U0001f469\u200d\U0001f467")
	key := readKey("67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa")
	f.Fuzz(func(t *testing.T, text, tag string) {
		text, tag = string([]rune(text)), string([]rune(tag)) // a plan's texts are UTF-8
		e, err := event{CreatedAt: 1, Kind: kindNote, Content: text, Tags: [][]string{{"t", tag}}}.sign(key)
		if err != nil {
			t.Fatal(err)
		}
		document, err := e.document()
		if err != nil {
			t.Fatal(err)
		}
		var got event
		if err := json.Unmarshal(document, &got); err != nil || !got.valid() || got.ID != e.ID {
			t.Errorf("%q with %q arrives as %s (%v)", text, tag, document, err)
		}
		if got.Content += "."; got.valid() {
			t.Error("another text is valid, too")
		}
	})
}
