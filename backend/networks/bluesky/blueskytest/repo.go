package blueskytest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"postbag/backend/network/networktest"
)

const (
	postCollection       = "app.bsky.feed.post"
	threadgateCollection = "app.bsky.feed.threadgate"
	postgateCollection   = "app.bsky.feed.postgate"
)

func (s *Server) uploadBlob(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > blobLimit { // before the body is read
		refuse(w, http.StatusRequestEntityTooLarge, "PayloadTooLarge", "request entity too large")
		return
	}
	if !s.permitted(r) && !s.authorised(w, r) {
		return
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, blobLimit))
	if err != nil {
		refuse(w, http.StatusBadRequest, "InvalidRequest", "the body could not be read")
		return
	}
	id, err := contentAddress(cid.Raw, content)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "InternalServerError", "Internal Server Error")
		return
	}
	mime := http.DetectContentType(content) // as the server does, whatever the header says
	if mime == "application/octet-stream" {
		mime = r.Header.Get("Content-Type")
	}
	s.mu.Lock()
	s.blobs[id] = stored{mime, content}
	s.mu.Unlock()
	answer(w, map[string]any{"blob": map[string]any{
		"$type": "blob", "ref": map[string]string{"$link": id}, "mimeType": mime, "size": len(content),
	}})
}

// write is one record to be made.
type write struct {
	Type       string         `json:"$type"`
	Collection string         `json:"collection"`
	Key        string         `json:"rkey"`
	Value      map[string]any `json:"value"`
}

func (s *Server) putRecord(w http.ResponseWriter, r *http.Request) {
	if !s.authorised(w, r) {
		return
	}
	var input struct {
		Repo       string          `json:"repo"`
		Collection string          `json:"collection"`
		Key        string          `json:"rkey"`
		Record     map[string]any  `json:"record"`
		SwapRecord json.RawMessage `json:"swapRecord"`
	}
	if !read(w, r, &input) || !ownRepo(w, input.Repo) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	made, refusal := s.prepare(write{Collection: input.Collection, Key: input.Key, Value: input.Record}, "$.record")
	if refusal != nil {
		refusal(w)
		return
	}
	if old := s.at(made.collection, made.key); old != nil {
		switch {
		case old.cid == made.cid: // nothing to do: no commit in the answer
			answer(w, map[string]string{"uri": made.uri(), "cid": made.cid, "validationStatus": "valid"})
		case string(input.SwapRecord) == "null":
			refuse(w, http.StatusBadRequest, "InvalidSwap", "Record was at "+old.cid)
		default:
			refuse(w, http.StatusInternalServerError, "InternalServerError", "the stand-in never overwrites")
		}
		return
	}
	s.commit(w, []record{made}, func() {
		answer(w, map[string]any{
			"uri": made.uri(), "cid": made.cid, "validationStatus": "valid",
			"commit": map[string]string{"cid": made.cid, "rev": made.key},
		})
	})
}

func (s *Server) applyWrites(w http.ResponseWriter, r *http.Request) {
	if !s.authorised(w, r) {
		return
	}
	var input struct {
		Repo   string  `json:"repo"`
		Writes []write `json:"writes"`
	}
	if !read(w, r, &input) || !ownRepo(w, input.Repo) {
		return
	}
	if len(input.Writes) > writeLimit {
		refuse(w, http.StatusBadRequest, "InvalidRequest", fmt.Sprintf("Too many writes. Max: %d", writeLimit))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var made []record
	for i, in := range input.Writes {
		if in.Type != "com.atproto.repo.applyWrites#create" {
			refuse(w, http.StatusBadRequest, "InvalidRequest", "the stand-in only creates")
			return
		}
		m, refusal := s.prepare(in, fmt.Sprintf("$.writes[%d].record", i))
		if refusal != nil {
			refusal(w)
			return
		}
		if s.at(m.collection, m.key) != nil {
			// The reference server does not check: its storage refuses the second record.
			refuse(w, http.StatusInternalServerError, "InternalServerError", "Internal Server Error")
			return
		}
		made = append(made, m)
	}
	s.commit(w, made, func() {
		var results []map[string]string
		for _, m := range made {
			results = append(results, map[string]string{
				"$type": "com.atproto.repo.applyWrites#createResult",
				"uri":   m.uri(), "cid": m.cid, "validationStatus": "valid",
			})
		}
		answer(w, map[string]any{"results": results, "commit": map[string]string{"cid": made[0].cid, "rev": made[0].key}})
	})
}

func ownRepo(w http.ResponseWriter, repo string) bool {
	if repo == did || repo == handle {
		return true
	}
	refuse(w, http.StatusUnauthorized, "AuthenticationRequired", "Authentication Required")
	return false
}

// prepare checks one record and gives it its content address. The lock is held.
func (s *Server) prepare(in write, path string) (record, func(http.ResponseWriter)) {
	invalid := func(message string) (record, func(http.ResponseWriter)) {
		return record{}, func(w http.ResponseWriter) { refuse(w, http.StatusBadRequest, "InvalidRequest", message) }
	}
	if in.Value["$type"] != in.Collection {
		return invalid(fmt.Sprintf("Invalid $type: expected %s, got %v", in.Collection, in.Value["$type"]))
	}
	if slices.Contains([]string{postCollection, threadgateCollection, postgateCollection}, in.Collection) && !keyFormat.MatchString(in.Key) {
		return invalid("Invalid record key for " + in.Collection + ": TID syntax not valid")
	}
	if err := s.lexicons.check(in.Collection, in.Value, path); err != nil {
		return invalid(err.Error())
	}
	for _, b := range blobsIn(in.Value) {
		have, ok := s.blobs[b.id]
		if !ok {
			return record{}, func(w http.ResponseWriter) {
				refuse(w, http.StatusBadRequest, "BlobNotFound", "Could not find blob: "+b.id)
			}
		}
		if have.mime != b.mime {
			return record{}, func(w http.ResponseWriter) {
				refuse(w, http.StatusBadRequest, "InvalidMimeType", "Referenced Mimetype does not match stored blob")
			}
		}
		if int64(len(have.content)) != b.size {
			return record{}, func(w http.ResponseWriter) {
				refuse(w, http.StatusBadRequest, "InvalidSize", "Referenced Size does not match stored blob")
			}
		}
	}
	id, err := recordAddress(in.Value)
	if err != nil {
		return invalid(err.Error())
	}
	return record{in.Collection, in.Key, id, in.Value}, nil
}

// commit saves records and answers, or plays the failure that was asked for. The lock is held.
func (s *Server) commit(w http.ResponseWriter, made []record, accept func()) {
	failure := s.next
	s.next = ""
	save := func() {
		for _, m := range made {
			if s.at(m.collection, m.key) != nil {
				return
			}
		}
		s.records = append(s.records, made...)
	}
	switch failure {
	case networktest.Unauthorized:
		refuse(w, http.StatusUnauthorized, "AuthMissing", "Authentication Required")
	case Expired:
		refuse(w, http.StatusBadRequest, "ExpiredToken", "Token has expired")
	case networktest.RateLimited:
		limited(w, 7*time.Second)
	case networktest.Refused:
		refuse(w, http.StatusBadRequest, "InvalidRequest", "Invalid app.bsky.feed.post record: refused on request at $.record.text")
	case networktest.ServerError:
		refuse(w, http.StatusInternalServerError, "InternalServerError", "Internal Server Error")
	case Unavailable:
		w.Header().Set("Retry-After", "30")
		refuse(w, http.StatusServiceUnavailable, "ServiceUnavailable", "Service Unavailable")
	case networktest.DropAfter:
		save()
		drop(w)
	case Ghost:
		s.ghosts = append(s.ghosts, save)
		drop(w)
	case networktest.Garbage:
		save()
		_, _ = io.WriteString(w, "<html>OK</html>")
	default:
		save()
		accept()
	}
}

// drop cuts the connection without an answer.
func drop(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	if conn, _, err := hijacker.Hijack(); err == nil {
		_ = conn.Close()
	}
}

// at returns the record at an address, nil if there is none. The lock is held.
func (s *Server) at(collection, key string) *record {
	for i := range s.records {
		if s.records[i].collection == collection && s.records[i].key == key {
			return &s.records[i]
		}
	}
	return nil
}

func (s *Server) getRecord(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.at(q.Get("collection"), q.Get("rkey"))
	if q.Get("repo") != did || found == nil {
		refuse(w, http.StatusBadRequest, "RecordNotFound", "Could not locate record")
		return
	}
	answer(w, map[string]any{"uri": found.uri(), "cid": found.cid, "value": found.value})
}

func (s *Server) deleteRecord(w http.ResponseWriter, r *http.Request) {
	if !s.authorised(w, r) {
		return
	}
	var input struct {
		Repo       string `json:"repo"`
		Collection string `json:"collection"`
		Key        string `json:"rkey"`
	}
	if !read(w, r, &input) || !ownRepo(w, input.Repo) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = slices.DeleteFunc(s.records, func(r record) bool {
		return r.collection == input.Collection && r.key == input.Key
	})
	answer(w, struct{}{})
}

// recordAddress computes a content address from JSON as it arrived: links become tag 42,
// numbers integers, keys are sorted by length and then by bytes (DAG-CBOR).
func recordAddress(value any) (string, error) {
	native, err := native(value)
	if err != nil {
		return "", err
	}
	mode, err := cbor.EncOptions{Sort: cbor.SortLengthFirst}.EncMode()
	if err != nil {
		return "", err
	}
	b, err := mode.Marshal(native)
	if err != nil {
		return "", err
	}
	return contentAddress(cid.DagCBOR, b)
}

func native(v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		if to, ok := v["$link"].(string); ok && len(v) == 1 {
			id, err := cid.Decode(to)
			return cbor.Tag{Number: 42, Content: append([]byte{0}, id.Bytes()...)}, err
		}
		m := map[string]any{}
		for k, item := range v {
			n, err := native(item)
			if err != nil {
				return nil, err
			}
			m[k] = n
		}
		return m, nil
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			n, err := native(item)
			if err != nil {
				return nil, err
			}
			list[i] = n
		}
		return list, nil
	case json.Number:
		return v.Int64() // records have no fractions
	}
	return v, nil
}

func contentAddress(codec uint64, content []byte) (string, error) {
	id, err := cid.V1Builder{Codec: codec, MhType: multihash.SHA2_256}.Sum(content)
	return id.String(), err
}
