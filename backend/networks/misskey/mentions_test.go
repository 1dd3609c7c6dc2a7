package misskey_test

import (
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/misskey"
	"postbag/backend/networks/misskey/misskeytest"
)

func TestAccountsAreFoundByHowTheirNamesBegin(t *testing.T) {
	s := misskeytest.New(t)
	for prefix, want := range map[string][]network.Mention{
		"b":         {{Handle: "bob@notes.example", Name: "Bob"}, {Handle: "bo@other.example"}},
		"@BOB":      {{Handle: "bob@notes.example", Name: "Bob"}},
		"bo@other.": {{Handle: "bo@other.example"}},
		"nobody":    {},
	} {
		got, err := misskey.New().Mentions(t.Context(), calls(nil), s.Account(), prefix)
		if err != nil || got == nil || !slices.Equal(got, want) {
			t.Errorf("%q: %+v, %v; want %+v", prefix, got, err, want)
		}
	}
	many := "[" + strings.Repeat(`{"username":"b\u202eob","host":null,"name":"x\ny"},`, 20) + `{"username":""}]`
	got, err := misskey.New().Mentions(t.Context(), says(200, many), s.Account(), "b")
	if err != nil || len(got) != network.MostMentions || got[0] != (network.Mention{Handle: "bob@notes.example", Name: "x y"}) {
		t.Errorf("of very many: %+v, %v", got, err)
	}
	for _, body := range []string{"<html>", `{"username":"b"}`, "["} {
		if got, err := misskey.New().Mentions(t.Context(), says(200, body), s.Account(), "b"); err == nil {
			t.Errorf("%s is %+v", body, got)
		}
	}
}
