package shelf

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"postbag/backend/domain"
	"postbag/backend/network"
)

func secret(s string) network.Secret { return network.NewSecret(s) }

func TestANameIsNobodysGuessAndKnownAgain(t *testing.T) {
	ours, theirs := NewNames([]byte("one key")), NewNames([]byte("another key"))
	seen := map[string]bool{}
	for range 1000 {
		name, err := ours.New("image/jpeg")
		if err != nil {
			t.Fatal(err)
		}
		if seen[name] || !ours.Made(name) || theirs.Made(name) || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz234567-.") != "" || !strings.HasSuffix(name, ".jpg") {
			t.Fatalf("%s, seen %v, ours %v, theirs %v", name, seen[name], ours.Made(name), theirs.Made(name))
		}
		seen[name] = true
		for _, other := range []string{name[:len(name)-4] + ".png", strings.ToUpper(name), name + "x", "x" + name, name[:20], "a" + name[1:], strings.Replace(name, "postbag-", "postbag-a", 1)} {
			if ours.Made(other) {
				t.Errorf("%s is taken for one of ours", other)
			}
		}
	}
	for _, other := range []string{"", "postbag-", "postbag-.jpg", "index.html", "../" + namePrefix, strings.Repeat("a", 200)} {
		if ours.Made(other) {
			t.Errorf("%q is taken for one of ours", other)
		}
	}
	if _, err := ours.New("text/html"); err == nil {
		t.Error("a page has a name on the shelf")
	}
}

func TestAPlaceSaysWhatIsWrongWithIt(t *testing.T) {
	s3 := Place{Kind: KindS3, Address: "https://s3.example.org", Bucket: "press", User: "id", Public: "https://media.example.org"}
	dav := Place{Kind: KindWebDAV, Address: "https://cloud.example.org/dav/media/", User: "ola", Public: "https://media.example.org/x/"}
	ssh := Place{Kind: KindSFTP, Address: "web.example.org", User: "ola", Public: "https://media.example.org", Folder: "/var/www/media/"}
	with := func(p Place, change func(*Place)) Place {
		change(&p)
		return p
	}
	for _, c := range []struct {
		field string // "" if it is good
		place Place
	}{
		{"", s3},
		{"", dav},
		{"", ssh},
		{"kind", with(s3, func(p *Place) { p.Kind = "ftp" })},
		{"user", with(s3, func(p *Place) { p.User = " " })},
		{"user", with(dav, func(p *Place) { p.User = "a:b" })},
		{"address", with(s3, func(p *Place) { p.Address = "http://s3.example.org" })},
		{"address", with(s3, func(p *Place) { p.Address = "https://s3.example.org/press" })},
		{"address", with(s3, func(p *Place) { p.Address = "https://id:secret@s3.example.org" })},
		{"address", with(s3, func(p *Place) { p.Address = "s3.example.org" })},
		{"address", with(dav, func(p *Place) { p.Address = "https://cloud.example.org/a/../b" })},
		{"address", with(dav, func(p *Place) { p.Address = "https://cloud.example.org/a?token=b" })},
		{"address", with(ssh, func(p *Place) { p.Address = "web.example.org:70000" })},
		{"address", with(ssh, func(p *Place) { p.Address = "ola@web.example.org" })},
		{"address", with(ssh, func(p *Place) { p.Address = "" })},
		{"bucket", with(s3, func(p *Place) { p.Bucket = "Press" })},
		{"bucket", with(s3, func(p *Place) { p.Bucket = "a/b" })},
		{"bucket", with(s3, func(p *Place) { p.Bucket = "..." })},
		{"region", with(s3, func(p *Place) { p.Region = "eu/north" })},
		{"folder", with(s3, func(p *Place) { p.Folder = "a/../b" })},
		{"folder", with(ssh, func(p *Place) { p.Folder = "../b" })},
		{"folder", with(s3, func(p *Place) { p.Folder = "a\x00b" })},
		{"public", with(s3, func(p *Place) { p.Public = "" })},
		{"public", with(s3, func(p *Place) { p.Public = "http://media.example.org" })},
		{"public", with(s3, func(p *Place) { p.Public = "https://media.example.org/?a" })},
		{"public", with(s3, func(p *Place) { p.Public = "https://media.example.org/" + strings.Repeat("a", mostText) })},
		{"hostKey", with(ssh, func(p *Place) { p.HostKey = "ssh-ed25519 nonsense" })},
	} {
		got, err := c.place.Check()
		var field *domain.FieldError
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%+v: %v", c.place, err)
		case c.field == "":
			if again, err := got.Check(); err != nil || again != got {
				t.Errorf("%+v is checked to %+v, %v", got, again, err)
			}
		case !errors.As(err, &field) || field.Field != c.field:
			t.Errorf("%+v: %v, want one about %s", c.place, err, c.field)
		}
	}
	got, _ := ssh.Check()
	if got.Address != "web.example.org:22" || got.Folder != "/var/www/media" {
		t.Errorf("%+v", got)
	}
	if got, _ = dav.Check(); got.Public != "https://media.example.org/x" || got.Address != "https://cloud.example.org/dav/media" {
		t.Errorf("%+v", got)
	}
}

// TestAnswersAreJudgedByWhatIsDocumented says what every answer of a store means; what nobody documented
// is in doubt.
func TestAnswersAreJudgedByWhatIsDocumented(t *testing.T) {
	place := Place{Address: "https://s3.example.org", Bucket: "press"}
	store, err := newS3(place, secret("s"), Parts{})
	if err != nil {
		t.Fatal(err)
	}
	refusal := func(code string) string {
		return fmt.Sprintf(`<?xml version="1.0"?><Error><Code>%s</Code><Message>key secret</Message></Error>`, code)
	}
	for _, c := range []struct {
		status int
		body   string
		kind   network.Kind
		code   string
	}{
		{200, "", "", ""},
		{204, "", "", ""},
		{403, refusal("AccessDenied"), network.Ambiguous, CodeRefused},
		{403, refusal("SignatureDoesNotMatch"), network.Ambiguous, CodeRefused},
		{403, refusal("RequestTimeTooSkewed"), network.Ambiguous, CodeRefused},
		{404, refusal("NoSuchBucket"), network.Ambiguous, CodeFolder},
		{301, refusal("PermanentRedirect"), network.Ambiguous, CodeRefused},
		{400, refusal("AuthorizationHeaderMalformed"), network.Ambiguous, CodeRefused},
		{400, refusal("EntityTooLarge"), network.Ambiguous, CodeFull},
		{413, "", network.Ambiguous, CodeFull},
		{507, "", network.Ambiguous, CodeFull},
		{503, refusal("SlowDown"), network.Throttled, CodeBusy},
		{429, "", network.Throttled, CodeBusy},
		{503, "", network.Ambiguous, CodeAnswer},
		{500, refusal("InternalError"), network.Ambiguous, CodeAnswer},
		{302, "<html>sign in", network.Ambiguous, CodeAnswer},
		{418, "{", network.Ambiguous, CodeAnswer},
		{400, refusal("\x1b[31mred"), network.Ambiguous, CodeAnswer},
	} {
		err := store.judge(network.Reply{Status: c.status, Body: []byte(c.body), Header: map[string]string{}})
		if network.KindOf(err) != c.kind || codeIn(err) != c.code {
			t.Errorf("%d %s: %v (%s), want %s %s", c.status, c.body, err, codeIn(err), c.kind, c.code)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\x1b") || err != nil && strings.Contains(err.Error(), "key secret") {
			t.Errorf("%d: %q repeats the server's words", c.status, err)
		}
	}
}

func codeIn(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return e.Code
	}
	return ""
}

func TestAKeyIsShownAsPeopleCompareIt(t *testing.T) {
	const opensshSays = "SHA256:fe85JkIjo8VPe+XqXJGH5Mau1EMFdK1OdKvJUFicyA8" // ssh-keygen -lf of OpenSSH 9.2
	key := "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
	if got := Fingerprint(key); got != opensshSays {
		t.Errorf("%s, want %s", got, opensshSays)
	}
	if got := Fingerprint("nonsense"); got != "" {
		t.Error(got)
	}
	p, err := Place{Kind: KindSFTP, Address: "h", User: "u", Public: "https://p", HostKey: key + " root@web"}.Check()
	if err != nil || p.HostKey != key {
		t.Errorf("%q, %v", p.HostKey, err)
	}
}
