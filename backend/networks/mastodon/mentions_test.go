package mastodon_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/mastodon"
	"postbag/backend/networks/mastodon/mastodontest"
)

func TestAccountsForAMentionComeFromTheOwnServerAlone(t *testing.T) {
	answer := `[{"id":"1","acct":"printroom","display_name":"The print room"},{"id":"2","acct":"prints@other.example","display_name":""}]`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if r.URL.Path != "/api/v1/accounts/search" || q.Get("q") != "prin t" || q.Get("resolve") != "false" || q.Get("limit") == "" ||
			r.Header.Get("Authorization") == "" || r.Method != http.MethodGet {
			w.WriteHeader(http.StatusTeapot)
		}
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	a := mastodontest.New(t).Account()
	a.Server = server.URL
	got, err := mastodon.New().Mentions(t.Context(), calls(), a, "prin t")
	want := []network.Mention{{Handle: "printroom@social.example", Name: "The print room"}, {Handle: "prints@other.example"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	answer = `{"error":"`
	if _, err := mastodon.New().Mentions(t.Context(), calls(), a, "prin t"); err == nil {
		t.Error("an answer that is none was taken")
	}
}
