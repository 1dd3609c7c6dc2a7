package linkedin

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEveryReservedCharacterIsEscaped(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "",
		"plain, text. 5 & 6 → ✅":  "plain, text. 5 & 6 → ✅",
		`a\b`:                     `a\\b`,
		"(x) [y] {z} <w>":         `\(x\) \[y\] \{z\} \<w\>`,
		"*b* _i_ ~s~ |":           `\*b\* \_i\_ \~s\~ \|`,
		"@ana and me@x.example":   `\@ana and me\@x.example`,
		"@[Ana](urn:li:person:1)": `\@\[Ana\]\(urn:li:person:1\)`,
		"{hashtag|#|x}":           `\{hashtag\|\#\|x\}`,
		"#go":                     `{hashtag|\#|go}`,
		"(#go), #日本!":             `\({hashtag|\#|go}\), {hashtag|\#|日本}!`,
		"#go_lang #1 # ## C# a#b": `\#go\_lang \#1 \# \#\# C\# a\#b`,
		"#2go #héllo":             `{hashtag|\#|2go} {hashtag|\#|héllo}`,
		"https://a.example/b#c":   `https://a.example/b\#c`,
		"#a#b":                    `\#a\#b`,
	} {
		if got := little(text); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
}

func TestLittleTextReadsAsItWasWritten(t *testing.T) {
	for little, want := range map[string]string{
		`{hashtag|\#|go} and {hashtag|#|Technology}, {hashtag|＃|日本}`: "#go and #Technology, ＃日本",
		`Hello @[Acme \(Oslo\)](urn:li:organization:1234)!`:          "Hello Acme (Oslo)!",
		`a\\b \( \`: `a\b ( \`,
		`\d`:        `\d`,
	} {
		if got := plain(little); got != want {
			t.Errorf("%q reads %q, want %q", little, got, want)
		}
	}
}

// FuzzLittle demands that any text comes back as it was, and that nothing reserved is left bare.
func FuzzLittle(f *testing.F) {
	for _, seed := range []string{"", "#go (x)", `\#a_b`, "{hashtag|\\#|x}", "@[a](urn:li:person:1)", "##a", "e\u0301#x", "\u2028#日本_", "#a\u0301b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return // refused before
		}
		sent := little(text)
		if got := plain(sent); got != text {
			t.Errorf("%q was sent as %q and reads %q", text, sent, got)
		}
		bare := tagForm.ReplaceAllString(sent, "")
		for i := 0; i < len(bare); i++ {
			if bare[i] == '\\' {
				i++
			} else if strings.IndexByte(reserved, bare[i]) >= 0 {
				t.Errorf("%q was sent as %q, with a bare %q", text, sent, bare[i])
			}
		}
	})
}
