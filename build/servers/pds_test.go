package servers

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestThePDSAnswersAndKnowsItsAccounts(t *testing.T) {
	pds := PDS(t)
	for _, account := range []PDSAccount{pds.Alice, pds.Bob} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, pds.URL+"/xrpc/com.atproto.identity.resolveHandle?handle="+account.Handle, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), account.DID) {
			t.Errorf("%s: %s %s %v", account.Handle, resp.Status, body, err)
		}
	}
}
