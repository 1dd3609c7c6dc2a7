package servers

import (
	"strings"
	"testing"
)

func TestTheHomeserverAnswersAndHasTwoAccounts(t *testing.T) {
	s := Matrix(t)
	body, err := ask(t, s.URL+"/_matrix/client/versions")
	if err != nil || !strings.Contains(string(body), `"v1.`) {
		t.Errorf("it describes itself as %.200s, %v", body, err)
	}
	if s.Ana.User != "@ana:matrix.test" || s.Bob.User != "@bob:matrix.test" || s.Ana.Token == "" || s.Bob.Password == "" {
		t.Errorf("it was described as %+v", s)
	}
}
