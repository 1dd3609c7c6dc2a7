package servers

import (
	"strings"
	"testing"
)

func TestGhostAnswersAndHasKeys(t *testing.T) {
	site := Ghost(t)
	body, err := ask(t, site.URL+"/ghost/api/content/posts/?key="+site.ContentKey)
	if err != nil || !strings.Contains(string(body), `"posts":[`) {
		t.Errorf("readers get %.200s, %v", body, err)
	}
	if id, secret, ok := strings.Cut(site.AdminKey, ":"); !ok || len(id) != 24 || len(secret) != 64 || !strings.HasPrefix(site.Version, "6.") {
		t.Errorf("it was described as version %s", site.Version)
	}
}
