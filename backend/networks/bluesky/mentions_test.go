package bluesky_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/networks/bluesky"
	"postbag/backend/networks/bluesky/blueskytest"
	"postbag/backend/queue"
)

func TestAccountsForAMentionComeFromThePersonsServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		q := r.URL.Query()
		if r.URL.Path != "/xrpc/app.bsky.actor.searchActorsTypeahead" || q.Get("q") != "prin" || q.Get("limit") == "" || r.Header.Get("Authorization") == "" {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, `{"actors":[{"did":"did:plc:a","handle":"print.example","displayName":"Print"},{"did":"did:plc:b","handle":"handle.invalid"}]}`)
	}))
	defer server.Close()
	a := blueskytest.New(t).Account()
	a.Server = server.URL
	got, err := bluesky.New().Mentions(t.Context(), queue.Direct{Carriers: queue.Carriers{"http": httpcall.New(nil)}}, a, "prin")
	if want := []network.Mention{{Handle: "print.example", Name: "Print"}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	if _, err := bluesky.New().Mentions(t.Context(), queue.Direct{Carriers: queue.Carriers{"http": httpcall.New(nil)}}, a, "else"); err == nil {
		t.Error("a refusal was taken for an empty list")
	}
}
