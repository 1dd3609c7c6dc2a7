package media

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"

	"postbag/backend/domain"
	"postbag/backend/render"
)

// lasting says how long a picture of an asset may be kept: for ever only where its address is of the way it
// is adjusted.
func lasting(q url.Values, a domain.Asset) string {
	if v := q.Get("v"); v != "" && v == cmp.Or(a.Adjust.Key(), "0") {
		return forEver
	}
	return askMe
}

// adjustment is how a picture is to look: as the query says, to try it, or as the library does.
func adjustment(q url.Values, a domain.Asset) (render.Adjustment, error) {
	is := a.Adjust
	if q.Has("adjust") {
		is = domain.Adjustment{}
		if err := json.Unmarshal([]byte(q.Get("adjust")), &is); err != nil {
			return render.Adjustment{}, fmt.Errorf("%w: adjust is not an adjustment", errBad)
		}
		if err := is.Check(); err != nil {
			return render.Adjustment{}, fmt.Errorf("%w: %w", errBad, err)
		}
	}
	return render.Adjustment(is), nil
}
