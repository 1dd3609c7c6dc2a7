package servers

import (
	"strings"
	"testing"
)

func TestWordPressAnswersAndHasApplicationPasswords(t *testing.T) {
	site := WordPress(t)
	body, err := ask(t, site.URL+"/wp-json/")
	if err != nil || !strings.Contains(string(body), `"application-passwords"`) {
		t.Errorf("it describes itself as %.200s, %v", body, err)
	}
	if site.Version == "" || site.Writer.Name != "writer" || site.Writer.Password == "" || site.Reader.Password == "" {
		t.Errorf("it was described as %+v", site)
	}
}
