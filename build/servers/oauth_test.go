package servers

import (
	"encoding/json"
	"testing"
)

func TestTheAuthorizationServerSaysWhereItsEndpointsAre(t *testing.T) {
	s := OAuth(t)
	body, err := ask(t, s.Issuer+"/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Issuer    string   `json:"issuer"`
		Authorize string   `json:"authorization_endpoint"`
		Token     string   `json:"token_endpoint"`
		Iss       bool     `json:"authorization_response_iss_parameter_supported"`
		Methods   []string `json:"code_challenge_methods_supported"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		t.Fatal(err)
	}
	if said.Issuer != s.Issuer || said.Authorize != s.Authorize || said.Token != s.Token || !said.Iss ||
		len(said.Methods) != 1 || said.Methods[0] != "S256" {
		t.Errorf("it says %+v, the helper says %+v", said, s)
	}
}
