package misskeytest

import (
	"crypto/md5" //nolint:gosec // what a drive tells files apart by
	"encoding/hex"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"postbag/backend/network/networktest"
)

var misskeyID = regexp.MustCompile(`^[a-zA-Z0-9]+$`)

// sent is the body of notes/create.
type sent struct {
	Visibility string   `json:"visibility"`
	CW         *string  `json:"cw"`
	LocalOnly  bool     `json:"localOnly"`
	ReplyID    *string  `json:"replyId"`
	Text       *string  `json:"text"`
	FileIDs    []string `json:"fileIds"`
	Poll       *Poll    `json:"poll"`
}

// wrong says what paramDef refuses.
func (in sent) wrong(most int) bool {
	switch {
	case !slices.Contains([]string{"", "public", "home", "followers", "specified"}, in.Visibility),
		in.CW != nil && (*in.CW == "" || utf8.RuneCountInString(*in.CW) > 100),
		in.ReplyID != nil && !misskeyID.MatchString(*in.ReplyID),
		in.FileIDs != nil && (len(in.FileIDs) < 1 || len(in.FileIDs) > 16 || repeats(in.FileIDs)),
		in.Text != nil && (*in.Text == "" || len(utf16.Encode([]rune(*in.Text))) > most),
		in.Text == nil && in.FileIDs == nil && in.Poll == nil,
		in.FileIDs == nil && in.Poll == nil && strings.TrimSpace(*in.Text) == "":
		return true
	case in.Poll == nil:
		return false
	}
	return len(in.Poll.Choices) < 2 || len(in.Poll.Choices) > 10 || repeats(in.Poll.Choices) || in.Poll.ExpiredAfter < 0 ||
		slices.ContainsFunc(in.Poll.Choices, func(c string) bool { return c == "" || utf8.RuneCountInString(c) > 50 })
}

func repeats(list []string) bool {
	seen := map[string]bool{}
	for _, s := range list {
		if seen[s] {
			return true
		}
		seen[s] = true
	}
	return false
}

// create is notes/create, with the failures it was asked for.
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	s.mu.Unlock()
	switch failure {
	case networktest.Unauthorized:
		fail(w, http.StatusUnauthorized, "AUTHENTICATION_FAILED", "Authentication failed. Please ensure your token is correct.")
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		fail(w, http.StatusTooManyRequests, "RATE_LIMIT_EXCEEDED", "Rate limit exceeded. Please try again later.")
	case networktest.Refused:
		fail(w, http.StatusBadRequest, "CONTAINS_PROHIBITED_WORDS", "Cannot post because it contains prohibited words.")
	case networktest.ServerError:
		fail(w, http.StatusInternalServerError, "INTERNAL_ERROR", "Internal error occurred. Please contact us if the error persists.")
	case networktest.DropAfter, networktest.Garbage:
		s.called("write:notes", func(_ http.ResponseWriter, r *http.Request) { s.accept(&deaf{header: http.Header{}}, r) })(w, r)
		if failure == networktest.Garbage {
			_, _ = io.WriteString(w, "<html>hello</html>") // the client may have gone
		} else if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close() // that is the failure
		}
	default:
		s.called("write:notes", s.accept)(w, r)
	}
}

// deaf is an answer that nobody hears.
type deaf struct{ header http.Header }

func (d *deaf) Header() http.Header         { return d.header }
func (d *deaf) Write(b []byte) (int, error) { return len(b), nil }
func (d *deaf) WriteHeader(int)             {}

// accept checks a note and saves it.
func (s *Server) accept(w http.ResponseWriter, r *http.Request) {
	in, ok := body[sent](w, r)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	most, _ := s.meta["maxNoteTextLength"].(int)
	if in.wrong(most) {
		fail(w, http.StatusBadRequest, "INVALID_PARAM", "Invalid param.")
		return
	}
	n := Note{Visibility: in.Visibility, LocalOnly: in.LocalOnly, Poll: in.Poll}
	for _, id := range in.FileIDs {
		f, ok := s.files[id]
		if !ok {
			fail(w, http.StatusBadRequest, "NO_SUCH_FILE", "Some files are not found.")
			return
		}
		n.Files = append(n.Files, f)
	}
	if in.ReplyID != nil {
		n.ReplyID = *in.ReplyID
		if !slices.ContainsFunc(s.notes, func(o Note) bool { return o.ID == n.ReplyID }) {
			fail(w, http.StatusBadRequest, "NO_SUCH_REPLY_TARGET", "No such reply target.")
			return
		}
	}
	if in.Text != nil {
		n.Text = strings.TrimSpace(*in.Text)
	}
	if in.CW != nil {
		n.CW = *in.CW
	}
	answer(w, http.StatusOK, map[string]any{"createdNote": s.shown(s.save(n))})
}

// save gives a note its id and time. The caller holds the lock.
func (s *Server) save(n Note) Note {
	n.ID, n.At = s.id(), time.Now().Add(s.ahead).UTC()
	s.notes = append(s.notes, n)
	return n
}

// shown is a note as the API shows it. The caller holds the lock.
func (s *Server) shown(n Note) map[string]any {
	text := n.Text
	if s.cat {
		text = strings.NewReplacer("na", "nya", "morning", "mornyan", "な", "にゃ").Replace(text)
	}
	fileIDs := []string{}
	for _, f := range n.Files {
		fileIDs = append(fileIDs, f.ID)
	}
	out := map[string]any{
		"id": n.ID, "createdAt": n.At.Format("2006-01-02T15:04:05.000Z"), "userId": UserID, "text": orNull(text), "cw": orNull(n.CW),
		"user":       map[string]any{"id": UserID, "username": username, "host": nil, "isCat": s.cat},
		"visibility": n.Visibility, "localOnly": n.LocalOnly, "fileIds": fileIDs, "replyId": orNull(n.ReplyID), "renoteId": orNull(n.RenoteID),
	}
	if n.Poll != nil {
		out["poll"] = map[string]any{"multiple": n.Poll.Multiple, "choices": []any{}}
	}
	return out
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// list is users/notes: with a beginning and no end from the oldest, else from the newest.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	in, ok := body[struct {
		UserID      string `json:"userId"`
		Limit       *int   `json:"limit"`
		WithReplies bool   `json:"withReplies"`
		SinceID     string `json:"sinceId"`
		SinceDate   int64  `json:"sinceDate"`
		UntilID     string `json:"untilId"`
	}](w, r)
	if !ok {
		return
	}
	limit := 10
	if in.Limit != nil {
		limit = *in.Limit
	}
	if in.UserID != UserID || limit < 1 || limit > 100 {
		fail(w, http.StatusBadRequest, "INVALID_PARAM", "Invalid param.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []any
	notes := slices.Clone(s.notes)
	ascending := (in.SinceID != "" || in.SinceDate != 0) && in.UntilID == ""
	if !ascending || s.descends {
		slices.Reverse(notes)
	}
	for _, n := range notes {
		switch {
		case in.SinceID != "" && n.ID <= in.SinceID, in.UntilID != "" && n.ID >= in.UntilID:
		case in.SinceID == "" && in.SinceDate != 0 && !s.descends && n.At.UnixMilli() <= in.SinceDate:
		case n.ReplyID != "" && !in.WithReplies:
		case len(list) < limit:
			list = append(list, s.shown(n))
		}
	}
	if list == nil {
		list = []any{}
	}
	answer(w, http.StatusOK, list)
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	in, ok := body[struct {
		NoteID string `json:"noteId"`
	}](w, r)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, n := range s.notes {
		if n.ID == in.NoteID {
			s.notes = slices.Delete(s.notes, i, i+1)
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	fail(w, http.StatusBadRequest, "NO_SUCH_NOTE", "No such note.")
}

// upload is drive/files/create. Fields that come behind the file are not read.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	fields, f, err := form(r)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f.Comment = fields["comment"]
	force := false
	for name, to := range map[string]*bool{"force": &force, "isSensitive": &f.Sensitive} {
		if value, said := fields[name]; said && json.Unmarshal([]byte(value), to) != nil {
			fail(w, http.StatusBadRequest, "INVALID_PARAM", "Invalid param.")
			return
		}
	}
	most, _ := s.policies["maxFileSizeMb"].(int)
	switch {
	case utf8.RuneCountInString(f.Comment) > s.longestComment():
		fail(w, http.StatusBadRequest, "INVALID_PARAM", "Invalid param.")
		return
	case strings.Contains(f.Name, "..") || strings.ContainsAny(f.Name, `\/`) || len(f.Name) >= 200:
		fail(w, http.StatusBadRequest, "INVALID_FILE_NAME", "Invalid file name.")
		return
	case len(f.Bytes) > most<<20:
		fail(w, http.StatusRequestEntityTooLarge, "MAX_FILE_SIZE_EXCEEDED", "Cannot upload the file because it exceeds the maximum file size.")
		return
	}
	sum := md5.Sum(f.Bytes) //nolint:gosec // as above
	f.Sum = hex.EncodeToString(sum[:])
	if !force {
		for _, old := range s.files {
			if old.Sum == f.Sum {
				answer(w, http.StatusOK, map[string]any{"id": old.ID, "comment": orNull(old.Comment), "md5": old.Sum})
				return
			}
		}
	}
	f.ID = s.id()
	s.files[f.ID] = f
	answer(w, http.StatusOK, map[string]any{
		"id": f.ID, "name": f.Name, "comment": orNull(f.Comment), "isSensitive": f.Sensitive, "md5": f.Sum, "size": strconv.Itoa(len(f.Bytes)),
	})
}

// form reads the fields before the file, and the file.
func form(r *http.Request) (map[string]string, File, error) {
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, File{}, err
	}
	fields := map[string]string{}
	for {
		part, err := reader.NextPart()
		if err != nil {
			return nil, File{}, err
		}
		content, err := readPart(part)
		switch {
		case err != nil:
			return nil, File{}, err
		case part.FormName() == "file":
			return fields, File{Name: part.FileName(), Bytes: content}, nil
		}
		fields[part.FormName()] = string(content)
	}
}

func readPart(part *multipart.Part) ([]byte, error) {
	defer func() { _ = part.Close() }() // nothing is written
	return io.ReadAll(part)
}

// longestComment is how long a description may be: what the server was told to say of it, or what a
// stock one takes. The caller holds the lock.
func (s *Server) longestComment() int {
	for _, name := range []string{"maxAltTextLength", "maxCaptionTextLength"} {
		if n, ok := s.meta[name].(int); ok && n > 0 {
			return n
		}
	}
	return maxComment
}
