package blueskytest

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ipfs/go-cid"
)

// VideoService is a stand-in for Bluesky's video service (documentation "Uploading Video", 2026-04,
// and the lexicons app.bsky.video.*, 2026-08-20). It takes a file with a permission for one server,
// works on it while it is asked about, and then puts what it made into the account. A file that it
// has seen before is refused with the job that worked on it.
//
// It answers an upload with the job alone and a question with the job inside "jobStatus", as the
// real one does.
type VideoService struct {
	// URL is its address, without a trailing slash.
	URL string

	pds      string
	account  string // the DID
	audience string // what the account's server is called

	mu      sync.Mutex
	key     string // used in the permission's stead, if set
	slow    int    // questions that a job still works for
	failure string
	refusal *problem
	jobs    []*videoJob
	uploads int
}

type problem struct {
	status int
	body   string
}

type videoJob struct {
	id, source, token string
	asked             int
	failed            bool
	content           []byte
	blob              json.RawMessage
}

// NewVideoService starts a service for one account of the server at pds, which is called audience.
// It ends with the test.
func NewVideoService(t testing.TB, pds, account, audience string) *VideoService {
	t.Helper()
	v := &VideoService{pds: pds, account: account, audience: audience}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /xrpc/app.bsky.video.uploadVideo", v.upload)
	mux.HandleFunc("GET /xrpc/app.bsky.video.getJobStatus", v.status)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	v.URL = server.URL
	return v
}

// NewVideoService starts the video service for Alice's account.
func (s *Server) NewVideoService(t testing.TB) *VideoService {
	t.Helper()
	return NewVideoService(t, s.URL, did, serverDID)
}

// UploadWith makes the service put videos into the account with a token of the account's own, for a
// server that cannot check its own permissions: the reference server looks for the account's public
// key in a directory, and takes none on this machine.
func (v *VideoService) UploadWith(token string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.key = token
}

// Slow makes every job work until it has been asked about so many times.
func (v *VideoService) Slow(questions int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.slow = questions
}

// FailJobs makes every job fail with a code of the lexicon; "" ends that.
func (v *VideoService) FailJobs(code string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failure = code
}

// Refuse makes every upload be answered so; 0 ends that.
func (v *VideoService) Refuse(status int, body string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refusal = nil
	if status != 0 {
		v.refusal = &problem{status, body}
	}
}

// Uploads counts the uploads that arrived whole.
func (v *VideoService) Uploads() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.uploads
}

func (v *VideoService) upload(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.uploads++
	token, q := bearer(w, r), r.URL.Query()
	switch {
	case token == "":
		return
	case v.refusal != nil:
		w.WriteHeader(v.refusal.status)
		_, _ = io.WriteString(w, v.refusal.body)
		return
	case q.Get("did") != v.account || !strings.HasSuffix(q.Get("name"), ".mp4") || r.Header.Get("Content-Type") != "video/mp4":
		refuse(w, http.StatusBadRequest, "invalid_request", "the upload is not described")
		return
	}
	if why := v.unfit(token); why != "" {
		refuse(w, http.StatusUnauthorized, "invalid_token", why)
		return
	}
	source, err := contentAddress(cid.Raw, content)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "internal", err.Error())
		return
	}
	if i := slices.IndexFunc(v.jobs, func(j *videoJob) bool { return j.source == source && j.blob != nil }); i >= 0 {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusConflict)
		answer(w, map[string]any{
			"did": v.account, "jobId": v.jobs[i].id, "state": "JOB_STATE_COMPLETED", "error": "already_exists", "message": "Video already processed",
		})
		return
	}
	j := &videoJob{id: fmt.Sprintf("job %d", len(v.jobs)+1), source: source, token: token, content: content}
	v.jobs = append(v.jobs, j)
	answer(w, map[string]any{"did": v.account, "jobId": j.id, "state": "JOB_STATE_CREATED"})
}

// unfit says why a token is not the permission that is needed, "" if it is.
func (v *VideoService) unfit(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "it is no token"
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Issuer   string `json:"iss"`
		Audience string `json:"aud"`
		Method   string `json:"lxm"`
		End      int64  `json:"exp"`
	}
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return "it is no token"
	}
	left := time.Until(time.Unix(claims.End, 0))
	if claims.Issuer != v.account || claims.Audience != v.audience || claims.Method != "com.atproto.repo.uploadBlob" || left < 20*time.Minute {
		return fmt.Sprintf("it is for %+v, for %v", claims, left)
	}
	return ""
}

func (v *VideoService) status(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	i := slices.IndexFunc(v.jobs, func(j *videoJob) bool { return j.id == r.URL.Query().Get("jobId") })
	if i < 0 {
		refuse(w, http.StatusBadRequest, "InvalidRequest", "no such job")
		return
	}
	j := v.jobs[i]
	j.asked++
	state := map[string]any{"jobId": j.id, "did": v.account, "state": "JOB_STATE_ENCODING", "progress": 50}
	switch {
	case j.asked <= v.slow:
		if j.asked%2 == 0 {
			state["state"] = "JOB_STATE_NOBODY_HAS_HEARD_OF" // the lexicon: it still runs
		}
	case v.failure != "" || j.failed:
		j.failed = true
		state["state"], state["failureCode"], state["message"] = "JOB_STATE_FAILED", v.failure, "Failed to process video"
		state["error"] = "video processing error for job: " + j.id
	default:
		if err := v.put(r, j); err != nil {
			state["state"], state["failureCode"], state["message"] = "JOB_STATE_FAILED", "pds_upload_failure", err.Error()
			break
		}
		state["state"], state["blob"] = "JOB_STATE_COMPLETED", j.blob
	}
	answer(w, map[string]any{"jobStatus": state})
}

// put gives the account what was made of the video: the same with more behind its end.
func (v *VideoService) put(r *http.Request, j *videoJob) error {
	if j.blob != nil {
		return nil
	}
	made := append(slices.Clone(j.content), 0, 0, 0, 8, 'f', 'r', 'e', 'e')
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, v.pds+"/xrpc/com.atproto.repo.uploadBlob", strings.NewReader(string(made)))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+cmp.Or(v.key, j.token))
	request.Header.Set("Content-Type", "video/mp4")
	response, err := (&http.Client{}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	var uploaded struct {
		Blob json.RawMessage `json:"blob"`
	}
	if err := json.Unmarshal(body, &uploaded); err != nil || len(uploaded.Blob) == 0 {
		return fmt.Errorf("%d %s", response.StatusCode, body)
	}
	j.blob = uploaded.Blob
	return nil
}

// serverDID is what the stand-in's PDS is called.
const serverDID = "did:web:localhost"

// serviceAuth gives a permission for one method of one server, for an hour at most (getServiceAuth.ts,
// 2026-08-20).
func (s *Server) serviceAuth(w http.ResponseWriter, r *http.Request) {
	if !s.authorised(w, r) {
		return
	}
	q := r.URL.Query()
	end, err := strconv.ParseInt(q.Get("exp"), 10, 64)
	left := time.Until(time.Unix(end, 0))
	if err != nil || left < 0 || left > time.Hour || q.Get("lxm") == "" {
		refuse(w, http.StatusBadRequest, "BadExpiration", "cannot request a token with that expiration")
		return
	}
	part := base64.RawURLEncoding.EncodeToString
	claims := fmt.Appendf(nil, `{"iss":%q,"aud":%q,"lxm":%q,"exp":%d}`, did, q.Get("aud"), q.Get("lxm"), end)
	token := part([]byte(`{"typ":"JWT","alg":"none"}`)) + "." + part(claims) + "." + part([]byte("service"))
	s.mu.Lock()
	s.permits[token] = time.Unix(end, 0)
	s.mu.Unlock()
	answer(w, map[string]string{"token": token})
}

// permitted reports whether a request has a permission to upload to this server.
func (s *Server) permitted(r *http.Request) bool {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	end, known := s.permits[token]
	s.mu.Unlock()
	if !known || time.Now().After(end) {
		return false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	var claims struct {
		Audience string `json:"aud"`
		Method   string `json:"lxm"`
	}
	return err == nil && json.Unmarshal(payload, &claims) == nil && claims.Audience == serverDID && claims.Method == "com.atproto.repo.uploadBlob"
}
