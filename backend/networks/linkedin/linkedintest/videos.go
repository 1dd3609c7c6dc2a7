package linkedintest

import (
	"crypto/md5" //nolint:gosec // an ETag is no secret
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// partBytes is how long every piece of a video is but the last (Videos API, 2026-01).
const partBytes = 4_194_304

// Video is one that was uploaded, or is about to be.
type Video struct {
	URN, Owner string
	Bytes      []byte
	Whole      bool
	size       int64
	token      string
	parts      map[int]part
}

type part struct {
	etag  string
	bytes []byte
}

// Expire forgets every video that is not whole, as LinkedIn does when its addresses end.
func (s *Server) Expire() {
	s.locked(func() { s.videos = slices.DeleteFunc(s.videos, func(v *Video) bool { return !v.Whole }) })
}

// Videos counts what was begun, and what of it came whole.
func (s *Server) Videos() (begun, whole int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.videos {
		if begun++; v.Whole {
			whole++
		}
	}
	return begun, whole
}

// beginOrEnd is POST /rest/videos, whose action says which.
func (s *Server) beginOrEnd(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	switch r.URL.Query().Get("action") {
	case "initializeUpload":
		s.beginVideo(w, data)
	case "finalizeUpload":
		s.endVideo(w, data)
	default:
		s.wrong("a video with %q", r.URL.RawQuery)
		fail(w, 400, "", "no such action")
	}
}

func (s *Server) beginVideo(w http.ResponseWriter, data []byte) {
	var in struct {
		Request *struct {
			Owner     string `json:"owner"`
			Size      int64  `json:"fileSizeBytes"`
			Captions  *bool  `json:"uploadCaptions"`
			Thumbnail *bool  `json:"uploadThumbnail"`
		} `json:"initializeUploadRequest"`
	}
	if err := strict(data, &in); err != nil || in.Request == nil || in.Request.Size < 1 || in.Request.Owner == "" || in.Request.Captions == nil || in.Request.Thumbnail == nil {
		s.wrong("a video of %.300q", data)
		fail(w, 400, "", "the upload cannot be read")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	v := &Video{URN: fmt.Sprintf("urn:li:video:D4E05AQ-%d_x", s.serial), Owner: in.Request.Owner, size: in.Request.Size, token: "token-" + strconv.Itoa(s.serial), parts: map[int]part{}}
	s.videos = append(s.videos, v)
	instructions := []any{}
	for first := int64(0); first < v.size; first += partBytes {
		instructions = append(instructions, map[string]any{
			"firstByte": first, "lastByte": min(first+partBytes, v.size) - 1,
			"uploadUrl": fmt.Sprintf("%s/dms-videos/%s/%d?ca=vector_ads&cn=uploads&v=beta", s.URL, url.PathEscape(v.URN), len(instructions)),
		})
	}
	answer(w, map[string]any{"value": map[string]any{
		"uploadUrlsExpireAt": time.Now().Add(time.Hour).UnixMilli(), "video": v.URN, "uploadInstructions": instructions, "uploadToken": v.token,
	}})
}

// videoPart is the PUT of a piece: whoever has the address can write.
func (s *Server) videoPart(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		s.wrong("the token went to the store of files")
	}
	data, err := io.ReadAll(r.Body)
	n, wrong := strconv.Atoi(r.PathValue("part"))
	if err != nil || wrong != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.videos {
		from := int64(n) * partBytes
		if v.URN != r.PathValue("id") || v.Whole || from >= v.size || int64(len(data)) != min(partBytes, v.size-from) {
			continue
		}
		sum := md5.Sum(data) //nolint:gosec // an ETag is no secret
		v.parts[n] = part{"/ambry-video/signedId/" + hex.EncodeToString(sum[:]), data}
		w.Header().Set("ETag", v.parts[n].etag) // as the documentation's example has it: without quotes
		w.WriteHeader(http.StatusOK)
		return
	}
	w.WriteHeader(http.StatusBadRequest)
}

func (s *Server) endVideo(w http.ResponseWriter, data []byte) {
	var in struct {
		Request struct {
			Video string   `json:"video"`
			Token *string  `json:"uploadToken"`
			Parts []string `json:"uploadedPartIds"`
		} `json:"finalizeUploadRequest"`
	}
	if err := strict(data, &in); err != nil || in.Request.Token == nil {
		s.wrong("the end of a video of %.300q: %v", data, err)
		fail(w, 400, "", "the upload cannot be read")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.videos {
		if v.URN != in.Request.Video || v.token != *in.Request.Token || len(v.parts) != len(in.Request.Parts) || int64(len(v.parts)) != (v.size+partBytes-1)/partBytes {
			continue
		}
		var whole []byte
		for i, id := range in.Request.Parts {
			if v.parts[i].etag != id {
				fail(w, 400, "INVALID_INPUT", "a part id is not that of the part")
				return
			}
			whole = append(whole, v.parts[i].bytes...)
		}
		v.Bytes, v.Whole = whole, true
		w.WriteHeader(http.StatusOK)
		return
	}
	fail(w, 400, "INVALID_INPUT", "the upload is not there, or not whole")
}

func (s *Server) video(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.videos {
		if v.URN != r.PathValue("urn") {
			continue
		}
		status := "AVAILABLE"
		switch {
		case !v.Whole:
			status = "WAITING_UPLOAD"
		case s.slow > 0:
			s.slow--
			status = "PROCESSING"
		}
		answer(w, map[string]any{"id": v.URN, "owner": v.Owner, "status": status})
		return
	}
	fail(w, 404, "NOT_FOUND", "Could not find entity")
}

// film returns a video that its owner can show, nil if there is none. The caller holds the lock.
func (s *Server) film(urn, owner string) *Video {
	for _, v := range s.videos {
		if v.URN == urn && v.Owner == owner && v.Whole {
			return v
		}
	}
	return nil
}
