package media

import (
	"errors"
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
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	data, err := h.Coming(r.Context(), job, place)
	if errors.Is(err, library.ErrNoPicture) { // most cameras write one, most programs do not: it is no fault
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err != nil {
		return err
	}
	send(w, r, picture{data, "image/jpeg", tagOf(data)}, notKept)
	return nil
}
