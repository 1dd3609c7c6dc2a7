package servers

import (
	"encoding/json"
	"net/http"
	"testing"
)

func TestTheAuthorizationServerSaysWhereItsEndpointsAre(t *testing.T) {
	s := OAuth(t)
	reply, err := http.Get(s.Issuer + "/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	var said struct {
		Issuer    string   `json:"issuer"`
		Authorize string   `json:"authorization_endpoint"`
		Token     string   `json:"token_endpoint"`
		Iss       bool     `json:"authorization_response_iss_parameter_supported"`
		Methods   []string `json:"code_challenge_methods_supported"`
	}
	if err := json.NewDecoder(reply.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	if said.Issuer != s.Issuer || said.Authorize != s.Authorize || said.Token != s.Token || !said.Iss ||
		len(said.Methods) != 1 || said.Methods[0] != "S256" {
		t.Errorf("it says %+v, the helper says %+v", said, s)
	}
}
