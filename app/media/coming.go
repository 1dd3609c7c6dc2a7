package media

import (
	"net/http"
	"strconv"
	"strings"

	"postbag/backend/library"
)

// comingFiles stands where else the id of an asset does.
const comingFiles = "coming"

func (h *Handler) coming(w http.ResponseWriter, r *http.Request, what string) error {
	job, n, _ := strings.Cut(what, "/")
	place, err := strconv.Atoi(n)
	switch {
	case err != nil:
		return errBad
	case h.Coming == nil:
		return library.ErrNoPicture
	}
	data, err := h.Coming(r.Context(), job, place)
	if err != nil {
		return err
	}
	send(w, r, picture{data, "image/jpeg", tagOf(data)}, notKept)
	return nil
}
