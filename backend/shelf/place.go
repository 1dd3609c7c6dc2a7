package shelf

import (
	"net"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// The kinds of shelves.
const (
	KindS3     = "s3"
	KindWebDAV = "webdav"
	KindSFTP   = "sftp"
)

// Place is what a person says of a shelf.
type Place struct {
	Kind    string `json:"kind"`
	Address string `json:"address"` // S3: the endpoint; WebDAV: the folder; SFTP: the host, with or without a port
	Region  string `json:"region"`  // S3: "" for the one that most endpoints take
	Bucket  string `json:"bucket"`  // S3
	Folder  string `json:"folder"`  // S3: what every key begins with, "" for none; SFTP: the path, "" for where one arrives
	User    string `json:"user"`    // S3: the id of the access key
	Public  string `json:"public"`  // the address under which the public fetches what is in the folder
	HostKey string `json:"hostKey"` // SFTP: the server's key as it was seen first, "ssh-ed25519 AAAA…"
}

const (
	anyRegion = "us-east-1" // S3-compatible servers without regions take this one
	sshPort   = "22"
	mostText  = 1000 // bytes of any answer
)

// Same reports whether two places are one: what stands at one stands at the other.
func (p Place) Same(other Place) bool {
	return p.Kind == other.Kind && p.Address == other.Address && p.Bucket == other.Bucket && p.Folder == other.Folder && p.Public == other.Public
}

// Check returns p as it is kept. What it cannot be is a *domain.FieldError that names the field.
func (p Place) Check() (Place, error) {
	for _, field := range []struct {
		name  string
		value *string
	}{
		{"address", &p.Address},
		{"region", &p.Region},
		{"bucket", &p.Bucket},
		{"folder", &p.Folder},
		{"user", &p.User},
		{"public", &p.Public},
		{"hostKey", &p.HostKey},
	} {
		*field.value = strings.TrimSpace(*field.value)
		if len(*field.value) > mostText || !utf8.ValidString(*field.value) || strings.ContainsFunc(*field.value, unicode.IsControl) {
			return p, wrong(field.name, "it is too long, or has characters that cannot be in it")
		}
	}
	if p.User == "" {
		return p, wrong("user", "say who signs in")
	}
	var err error
	if p.Public, err = webAddress("public", p.Public); err != nil {
		return p, err
	}
	switch p.Kind {
	case KindS3:
		p.HostKey = ""
		return p.checkS3()
	case KindWebDAV:
		p.Region, p.Bucket, p.Folder, p.HostKey = "", "", "", ""
		if strings.Contains(p.User, ":") {
			return p, wrong("user", "a user name has no colon") // RFC 7617, 2
		}
		p.Address, err = webAddress("address", p.Address)
		return p, err
	case KindSFTP:
		p.Region, p.Bucket = "", ""
		return p.checkSFTP()
	}
	return p, wrong("kind", "choose S3, WebDAV or SFTP")
}

func (p Place) checkS3() (Place, error) {
	var err error
	if p.Address, err = webAddress("address", p.Address); err != nil {
		return p, err
	}
	if u, err := url.Parse(p.Address); err != nil || u.Path != "" {
		return p, wrong("address", "the endpoint is a host alone: the bucket and the folder have fields of their own")
	}
	if p.Region == "" {
		p.Region = anyRegion
	}
	if strings.Trim(p.Region, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return p, wrong("region", "a region is small letters, digits and hyphens")
	}
	// Amazon S3, Bucket naming rules (2025).
	if n := len(p.Bucket); n < 3 || n > 63 || strings.Trim(p.Bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" ||
		strings.Contains(p.Bucket, "..") {
		return p, wrong("bucket", "a bucket's name is 3 to 63 small letters, digits, hyphens and dots")
	}
	p.Folder = strings.Trim(p.Folder, "/")
	return p, checkFolder(p.Folder)
}

func (p Place) checkSFTP() (Place, error) {
	host, port := strings.TrimPrefix(p.Address, "sftp://"), sshPort
	if h, given, err := net.SplitHostPort(host); err == nil {
		host, port = h, given
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || host == "" ||
		strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-._:") != "" {
		return p, wrong("address", "say the server's name, and its port behind a colon if that is not 22")
	}
	p.Address = net.JoinHostPort(host, port)
	if p.Folder != "" {
		p.Folder = path.Clean(p.Folder)
	}
	if p.HostKey != "" {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(p.HostKey))
		if err != nil {
			return p, wrong("hostKey", "this is no key of an SSH server")
		}
		p.HostKey = keyText(key)
	}
	return p, checkFolder(strings.TrimPrefix(p.Folder, "/"))
}

func checkFolder(folder string) error {
	for part := range strings.SplitSeq(folder, "/") {
		if folder != "" && (part == "" || part == "." || part == "..") {
			return wrong("folder", "a folder is names with / between them")
		}
	}
	return nil
}

// webAddress returns an address without a slash at its end.
func webAddress(field, address string) (string, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return address, wrong(field, "say an address that begins with https:// and names a host, without a question mark or a password in it")
	case u.Scheme == "http" && network.Loopback(strings.ToLower(u.Host)):
	case u.Scheme != "https":
		return address, wrong(field, "the address begins with https://")
	}
	u.Host = strings.ToLower(u.Host)
	for part := range strings.SplitSeq(u.EscapedPath(), "/") {
		if part == "." || part == ".." {
			return address, wrong(field, "say the address without dots between slashes")
		}
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func wrong(field, message string) error {
	return &domain.FieldError{Field: field, Message: message}
}

// hostOf names the host of an address for people.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the storage"
	}
	return u.Hostname()
}
