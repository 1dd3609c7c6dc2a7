package mastodontest

import (
	"bufio"
	"net"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// Flavour is the software a Server plays.
type Flavour string

// Every flavour.
const (
	Mastodon   Flavour = "mastodon"   // keys are honoured, text is counted in graphemes
	GoToSocial Flavour = "gotosocial" // keys are ignored, text is counted in code points
	// Pleroma repeats every answer under a key, takes media in any mixture and any number of times, and
	// says of an upload that it is not done, although it is.
	Pleroma Flavour = "pleroma"
	// Pixelfed needs a picture, refuses a key that it has seen, leaves polls out, and knows few scopes.
	Pixelfed Flavour = "pixelfed"
	// Older is a server of unknown name that knows the first version of everything and no second one.
	Older Flavour = "older"
)

// keys says what becomes of an Idempotency-Key.
type keys string

const (
	kept     keys = "kept"     // it names one post
	ignored  keys = "ignored"  // every request is a new one
	repeated keys = "repeated" // it names one answer, whatever that was
	refused  keys = "refused"  // the second request with it is an error, whatever the first was
)

type limits struct {
	chars, attachments, url, pollOptions, alt, warning int
	fileBytes                                          int64
}

// kind is what is particular to a flavour.
type kind struct {
	limits
	software, release string // of NodeInfo; "" for no NodeInfo
	nodeInfo          string // its path
	version           string // of the instance
	keys              keys
	v2                bool // there is a second version of the instance's description and of uploads
	unfinished        bool // an upload by the second version is never answered as done
	asked             bool // how an upload stands can be asked
	reused            bool // media may be in several posts
	picture           bool // a post needs one
	invalid           int  // the status of a refused content
	formats           bool // content_type
	visibilities      []string
	scopes            []string
}

// granular are the scopes of Mastodon, as far as they are of use here.
func granular() []string {
	return []string{"profile", "read", "read:accounts", "read:statuses", "write", "write:media", "write:statuses"}
}

// kind returns what the server's flavour is. Mastodon: its documentation, 2026-07-02. GoToSocial: its API
// description, 2025-10-03, and what was observed on loopback, 2025-10. Pleroma: its documentation
// (differences_in_mastoapi_responses), instance_view.ex and idempotency_plug.ex. Pixelfed: its
// controllers (ApiV1Controller, ApiV2Controller, StatusCreateController) and configuration. All read 2026-11.
func (s *Server) kind() kind {
	const gifts = 16777216
	four := []string{"public", "unlisted", "private", "direct"}
	switch s.flavour {
	case GoToSocial:
		return kind{
			limits:   limits{chars: 5000, attachments: 6, url: 25, pollOptions: 6, alt: 1500, fileBytes: 41943040},
			software: "gotosocial", release: "0.20.0+git", nodeInfo: "/nodeinfo/2.0", version: "0.20.0+git",
			keys: ignored, v2: true, asked: true, invalid: http.StatusBadRequest, formats: true,
			visibilities: append(four, "mutuals_only"), scopes: granular(),
		}
	case Pleroma:
		return kind{
			limits:   limits{chars: 5000, attachments: 1000, pollOptions: 20, alt: 5000, fileBytes: 16_000_000},
			software: "pleroma", release: "2.9.1", nodeInfo: "/nodeinfo/2.0.json", version: "2.7.2 (compatible; Pleroma 2.9.1)",
			keys: repeated, v2: true, unfinished: true, asked: true, reused: true, invalid: http.StatusUnprocessableEntity, formats: true,
			visibilities: append(four, "local"), scopes: granular(),
		}
	case Pixelfed:
		return kind{
			limits:   limits{chars: 500, attachments: 4, url: 23, pollOptions: 4, alt: 1000, warning: 140, fileBytes: 15000 * 1024},
			software: "pixelfed", release: "0.12.5", nodeInfo: "/api/nodeinfo/2.0.json", version: "0.12.5",
			keys: refused, v2: true, unfinished: true, picture: true, invalid: http.StatusInternalServerError,
			visibilities: []string{"public", "unlisted", "private", "direct"}, scopes: []string{"read", "write", "follow", "push"},
		}
	case Older:
		return kind{
			limits:  limits{chars: 500, attachments: 4, url: 23, pollOptions: 4, alt: 1500, fileBytes: gifts},
			version: "3.0.1", keys: ignored, asked: true, invalid: http.StatusUnprocessableEntity, visibilities: four, scopes: granular(),
		}
	case Mastodon:
	}
	return kind{
		limits:   limits{chars: 500, attachments: 4, url: 23, pollOptions: 4, alt: 1500, fileBytes: gifts},
		software: "mastodon", release: "4.5.0", nodeInfo: "/nodeinfo/2.0", version: "4.5.0",
		keys: kept, v2: true, asked: true, invalid: http.StatusUnprocessableEntity, visibilities: four, scopes: granular(),
	}
}

// instance is GET /api/v1/instance and /api/v2/instance.
func (s *Server) instance(w http.ResponseWriter, r *http.Request) {
	k, second := s.kind(), strings.HasPrefix(r.URL.Path, "/api/v2")
	about := map[string]any{"title": "A stand-in", "version": k.version}
	switch {
	case second && !k.v2:
		fail(w, http.StatusNotFound, "Record not found")
		return
	case second:
		about["domain"] = domain
	default:
		about["uri"] = domain
	}
	media := map[string]any{
		"supported_mime_types": mimeTypes, "description_limit": k.alt,
		"image_size_limit": k.fileBytes, "image_matrix_limit": 33177600,
		"video_size_limit": max(k.fileBytes, 103809024), "video_frame_rate_limit": 120, "video_matrix_limit": 8294400,
	}
	statuses := map[string]any{"max_characters": k.chars, "max_media_attachments": k.attachments, "characters_reserved_per_url": k.url}
	polls := map[string]any{"max_options": k.pollOptions, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2629746}
	switch s.flavour {
	case Mastodon:
		about["api_versions"] = map[string]any{"mastodon": 6}
	case GoToSocial:
		about["api_versions"] = nil
		statuses["supported_mime_types"] = []string{"text/plain", "text/markdown"}
	case Pleroma:
		media = map[string]any{"image_size_limit": k.fileBytes, "video_size_limit": k.fileBytes, "supported_mime_types": []string{"application/octet-stream"}}
		polls = map[string]any{"max_options": k.pollOptions, "max_characters_per_option": 200, "min_expiration": 0, "max_expiration": 31536000}
		extra := map[string]any{"post_formats": []string{"text/plain", "text/html", "text/markdown", "text/bbcode"}, "fields_limits": map[string]int{"max_fields": 10}}
		if second {
			extra["description_limit"] = k.alt
		} else {
			about["max_toot_chars"], about["description_limit"], about["upload_limit"] = k.chars, k.alt, k.fileBytes
			about["max_media_attachments"], about["poll_limits"] = k.attachments, map[string]int{
				"max_options": k.pollOptions, "max_option_chars": 200, "min_expiration": 0, "max_expiration": 31536000,
			}
		}
		about["pleroma"] = map[string]any{"metadata": extra, "stats": map[string]int{"mau": 1}}
	case Pixelfed:
		media = map[string]any{
			"supported_mime_types": pixelfedTypes, "image_size_limit": k.fileBytes, "image_matrix_limit": 3686400,
			"video_size_limit": k.fileBytes, "video_frame_rate_limit": 240, "video_matrix_limit": 3686400,
		}
	case Older:
		about["max_toot_chars"] = k.chars
		answer(w, http.StatusOK, about)
		return
	}
	about["configuration"] = map[string]any{"statuses": statuses, "media_attachments": media, "polls": polls}
	answer(w, http.StatusOK, about)
}

// pixelfedTypes are what a Pixelfed takes that nobody has changed, and video.
var pixelfedTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"}

// nodeInfoLinks is GET /.well-known/nodeinfo.
func (s *Server) nodeInfoLinks(w http.ResponseWriter, _ *http.Request) {
	k := s.kind()
	if k.software == "" {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
	answer(w, http.StatusOK, map[string]any{"links": []any{map[string]string{
		"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": "https://" + domain + k.nodeInfo,
	}}})
}

// nodeInfo is what those links name.
func (s *Server) nodeInfo(w http.ResponseWriter, r *http.Request) {
	k := s.kind()
	if k.software == "" || r.URL.Path != k.nodeInfo {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"version": "2.0", "software": map[string]string{"name": k.software, "version": k.release}, "protocols": []string{"activitypub"},
	})
}

// discovery is GET /.well-known/oauth-authorization-server, which Mastodon alone has.
func (s *Server) discovery(w http.ResponseWriter, _ *http.Request) {
	if s.flavour != Mastodon {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"issuer": s.URL + "/", "authorization_endpoint": s.URL + "/oauth/authorize", "token_endpoint": s.URL + "/oauth/token",
		"scopes_supported": s.kind().scopes, "code_challenge_methods_supported": []string{"S256"},
	})
}

// spoiled answers as Pixelfed does where a field is not as it should be: its validation has no status.
func (s *Server) spoiled(in newStatus) bool {
	k := s.kind()
	return utf8.RuneCountInString(in.Status) > k.chars || len(in.MediaIDs) > k.attachments ||
		utf8.RuneCountInString(in.SpoilerText) > k.warning || !slices.Contains(k.visibilities, in.Visibility)
}

// repeat is an answer that Pleroma gives again under its key.
type repeat struct {
	http.ResponseWriter
	code int
	body []byte
}

func (r *repeat) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}

func (r *repeat) Write(b []byte) (int, error) {
	r.body = append(r.body, b...)
	return r.ResponseWriter.Write(b)
}

// Hijack lets a connection be cut.
func (r *repeat) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(r.ResponseWriter).Hijack()
}
