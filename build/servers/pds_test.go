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
		resp, err := http.Get(pds.URL + "/xrpc/com.atproto.identity.resolveHandle?handle=" + account.Handle)
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
