// Package media shows the library's pictures and videos to a page.
//
//	/media/coming/<job>/<n>     the preview that a camera put into a file that is being imported, or nothing
//	/media/<asset>/thumb256     a thumbnail, its longer side 256 px; thumb512 the same
//	/media/<asset>/large        the whole picture, upright, in a format every browser knows
//	/media/<asset>/strip        moments of a video beside each other, stripTiles of them
//	/media/<asset>/original     the file as it was imported; videos by ranges
//	/media/<asset>/<preset id>  the picture as that size would be made now
//
// A size takes the focus from the asset, or from the query: fx and fy, and x, y, w and h for a part
// of the picture, all in shares of its width and height; max bounds the longer side in pixels, which
// makes a preview of a size quick; plain leaves out what a size does to pixels besides cutting and scaling
// (no watermark, no loss), to compare with. Pictures are adjusted as the library says, or, to try it, as
// JSON in the query's adjust says.
//
// What cannot change under its address may be kept by the browser for ever: where the query's v is the
// Adjustment.Key of the asset ("0" for none), so that an adjusted picture has another address than it had before.
// The rest has an ETag. No
// file is ever taken for a page or a script: types are by content, and never SVG or HTML.
package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/presets"
	"postbag/backend/render"
)

// Library has the originals.
type Library interface {
	// Get returns an asset, or a domain.ErrNotFound.
	Get(ctx context.Context, id domain.AssetID) (domain.Asset, error)
	// ThumbOf returns a thumbnail and its media type, or a library.ErrNoPicture.
	ThumbOf(ctx context.Context, a domain.Asset, side int) (data []byte, mime string, err error)
	// Open returns the original, or a library.ErrMissing.
	Open(ctx context.Context, a domain.Asset) (io.ReadSeekCloser, error)
}

// Renderer makes pictures; render.Engine does.
type Renderer interface {
	Render(ctx context.Context, r io.ReadSeeker, size int64, recipes []render.Recipe, out func(render.Output) error) (render.Info, error)
}

// Recipes finds how the size with an id is made of an asset, or presets.ErrUnknown.
type Recipes func(ctx context.Context, a domain.Asset, id string) (render.Recipe, error)

// Options are what a Handler stands on.
type Options struct {
	Library  Library
	Renderer Renderer
	Recipes  Recipes
	Path     func(a domain.Asset) (string, error) // where the library keeps a copy; nil: not known
	Log      *slog.Logger
	// Coming returns the preview of the nth file of a running import, or a library.ErrNoPicture; nil: it always is.
	Coming func(ctx context.Context, job string, n int) ([]byte, error)
	// Strip makes a JPEG of so many moments of a video beside each other, or a library.ErrNoPicture; nil:
	// it always is.
	Strip func(ctx context.Context, a domain.Asset, tiles, height int) ([]byte, error)
}

// Handler serves everything below /media/.
type Handler struct {
	Options
	made   *cache
	lanes  chan struct{} // as many pictures as are made at once
	proved proofs
}

// lanes leaves room for what else the person does.
const lanes = 2

// cacheBytes bounds the pictures kept in memory: about a hundred previews, or twenty whole sizes.
const cacheBytes = 24 << 20

// New returns a handler.
func New(o Options) *Handler {
	return &Handler{Options: o, made: newCache(cacheBytes), lanes: make(chan struct{}, lanes)}
}

const (
	forEver = "private, max-age=31536000, immutable"
	askMe   = "private, no-cache"
	notKept = "no-store"
)

// picture is something made, ready to be sent.
type picture struct {
	data []byte
	mime string
	tag  string // an ETag
}

// ServeHTTP serves one picture or video.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	if err := h.serve(w, r); err != nil {
		h.fail(w, r, err)
	}
}

// errBad is a request that makes no sense.
var errBad = errors.New("this address makes no sense")

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "pictures are read by GET", http.StatusMethodNotAllowed)
		return nil
	}
	id, what, err := split(r.URL)
	if err != nil {
		return err
	}
	if id == comingFiles {
		return h.coming(w, r, what)
	}
	switch what {
	case "thumb256":
		return h.thumb(w, r, id, 256)
	case "thumb512":
		return h.thumb(w, r, id, 512)
	case "strip":
		return h.strip(w, r, id)
	case "original":
		return h.original(w, r, id, nil)
	}
	return h.size(w, r, id, what)
}

// split reads /media/<asset>/<what>. An id of a size may hold a slash of its own.
func split(u *url.URL) (id domain.AssetID, what string, err error) {
	rest, ok := strings.CutPrefix(u.Path, "/media/")
	if !ok {
		return "", "", errBad
	}
	first, what, _ := strings.Cut(rest, "/")
	if first == "" || what == "" || len(u.Path) > 200 || strings.ContainsAny(rest, "\\\x00") || strings.Contains(rest, "..") {
		return "", "", errBad
	}
	return domain.AssetID(first), what, nil
}

func (h *Handler) thumb(w http.ResponseWriter, r *http.Request, id domain.AssetID, side int) error {
	a, err := h.Library.Get(r.Context(), id)
	if err != nil {
		return err
	}
	data, mime, err := h.Library.ThumbOf(r.Context(), a, side)
	if err != nil {
		return err
	}
	send(w, r, picture{data, mime, tagOf(data)}, lasting(r.URL.Query(), a))
	return nil
}

// size sends a picture as a size would be made.
func (h *Handler) size(w http.ResponseWriter, r *http.Request, id domain.AssetID, what string) error {
	a, err := h.Library.Get(r.Context(), id)
	if err != nil {
		return err
	}
	if a.Kind == domain.AssetVideo {
		return fmt.Errorf("picture of %q: %w", a.Name, library.ErrNoPicture)
	}
	recipe, keep, err := h.recipe(r, a, what)
	if err != nil {
		return err
	}
	tag := `"` + a.SHA256[:16] + "-" + recipe.Hash()[:24] + `"`
	if match(r.Header.Get("If-None-Match"), tag) { // without making it
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", keep)
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	p, err := h.made.get(r.Context(), tag, func() (picture, error) { return h.make(r.Context(), a, recipe, tag) })
	if err != nil {
		return err
	}
	send(w, r, p, keep)
	return nil
}

// make renders one picture.
func (h *Handler) make(ctx context.Context, a domain.Asset, recipe render.Recipe, tag string) (picture, error) {
	select {
	case h.lanes <- struct{}{}:
		defer func() { <-h.lanes }()
	case <-ctx.Done():
		return picture{}, ctx.Err()
	}
	f, err := h.Library.Open(ctx, a)
	if err != nil {
		return picture{}, err
	}
	defer func() { _ = f.Close() }()
	var out render.Output
	_, err = h.Renderer.Render(ctx, f, a.Bytes, []render.Recipe{recipe}, func(o render.Output) error {
		out = o
		return o.Err
	})
	if err != nil {
		return picture{}, fmt.Errorf("picture of %q: %w", a.Name, err)
	}
	return picture{out.Data, out.Format.MIME(), tag}, nil
}

// largeSide is the longer side of "large": what a big screen shows.
const largeSide = 2048

// mostSide bounds what a stranger may ask for in max.
const mostSide = 4096

// recipe says what to make, and how long a browser may keep it.
func (h *Handler) recipe(r *http.Request, a domain.Asset, what string) (render.Recipe, string, error) {
	q := r.URL.Query()
	if what == "large" {
		recipe, err := bounded(render.Recipe{Width: largeSide, Height: largeSide, Fit: render.Inside}, q)
		if err == nil {
			recipe.Adjust, err = adjustment(q, a)
		}
		return recipe, lasting(q, a), err
	}
	recipe, err := h.Recipes(r.Context(), a, what)
	if err != nil {
		return recipe, "", err
	}
	recipe.Formats, recipe.Adjust = shown(recipe.Formats), render.Adjustment(a.Adjust)
	if q.Has("plain") {
		recipe.Formats, recipe.MaxBytes, recipe.Watermark = []render.Format{render.PNG}, 0, nil
	}
	keep := askMe // the focus of the asset may move, and a size of one's own may change
	if a.Focus != nil && recipe.Focus == nil && recipe.Crop == nil {
		recipe.Focus = &render.Point{X: a.Focus.X, Y: a.Focus.Y}
	}
	if q.Has("fx") || q.Has("fy") {
		v, err := shares(q, "fx", "fy")
		if err != nil {
			return recipe, "", err
		}
		recipe.Focus, recipe.Crop = &render.Point{X: v[0], Y: v[1]}, nil
	}
	if q.Has("x") || q.Has("y") || q.Has("w") || q.Has("h") {
		v, err := shares(q, "x", "y", "w", "h")
		if err != nil {
			return recipe, "", err
		}
		recipe.Crop = &render.Rect{X: v[0], Y: v[1], Width: v[2], Height: v[3]}
	}
	recipe, err = bounded(recipe, q)
	return recipe, keep, err
}

// shares reads numbers from 0 to 1.
func shares(q url.Values, names ...string) ([]float64, error) {
	values := make([]float64, len(names))
	for i, name := range names {
		v, err := strconv.ParseFloat(q.Get(name), 64)
		if err != nil || math.IsNaN(v) || v < 0 || v > 1 {
			return nil, fmt.Errorf("%w: %s is a share from 0 to 1", errBad, name)
		}
		values[i] = v
	}
	return values, nil
}

// bounded makes a recipe smaller in both directions, so that the longer side has at most max pixels.
func bounded(recipe render.Recipe, q url.Values) (render.Recipe, error) {
	if !q.Has("max") {
		return recipe, nil
	}
	side, err := strconv.Atoi(q.Get("max"))
	if err != nil || side < 16 || side > mostSide {
		return recipe, fmt.Errorf("%w: max is from 16 to %d pixels", errBad, mostSide)
	}
	if longer := max(recipe.Width, recipe.Height); longer > side {
		scale := float64(side) / float64(longer)
		recipe.Width, recipe.Height = scaled(recipe.Width, scale), scaled(recipe.Height, scale)
	}
	recipe.MaxBytes = 0 // a preview says nothing of the file's size
	return recipe, nil
}

func scaled(n int, scale float64) int {
	if n == 0 {
		return 0
	}
	return max(1, int(math.Round(float64(n)*scale)))
}

// shown returns the formats of a size that every browser shows.
func shown(formats []render.Format) []render.Format {
	list := []render.Format{}
	for _, f := range formats {
		if f == render.JPEG || f == render.PNG || f == render.WebP || f == render.GIF {
			list = append(list, f)
		}
	}
	if len(list) == 0 || len(list) == 1 && list[0] == render.GIF { // GIF is only passed through
		return []render.Format{render.JPEG, render.PNG}
	}
	return list
}

// send sends a picture, whole or by range, or says that it did not change.
func send(w http.ResponseWriter, r *http.Request, p picture, keep string) {
	w.Header().Set("Content-Type", p.mime)
	w.Header().Set("ETag", p.tag)
	w.Header().Set("Cache-Control", keep)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.data))
}

func tagOf(data []byte) string {
	sum := sha256.Sum256(data)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// match says whether a browser has what the tag names.
func match(header, tag string) bool {
	for each := range strings.SplitSeq(header, ",") {
		if each = strings.TrimPrefix(strings.TrimSpace(each), "W/"); each == tag || each == "*" {
			return true
		}
	}
	return false
}

// fail answers with a status. The page draws what is missing; the words are for people who look.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Set("Cache-Control", notKept)
	w.Header().Del("ETag")
	status, words := http.StatusInternalServerError, "this picture could not be made"
	switch {
	case errors.Is(err, context.Canceled):
		return // nobody waits for it any more
	case errors.Is(err, errBad), errors.Is(err, render.ErrRecipe):
		status, words = http.StatusBadRequest, err.Error()
	case errors.Is(err, domain.ErrNotFound), errors.Is(err, presets.ErrUnknown), errors.Is(err, fs.ErrNotExist):
		status, words = http.StatusNotFound, "there is no such picture"
	case errors.Is(err, library.ErrMissing):
		status, words = http.StatusGone, "the original is missing or was changed"
	case errors.Is(err, library.ErrNoPicture), errors.Is(err, render.ErrUnsupported), errors.Is(err, render.ErrDamaged),
		errors.Is(err, render.ErrFormat), errors.Is(err, render.ErrEmpty), errors.Is(err, render.ErrTooManyPixels), errors.Is(err, render.ErrTooLarge):
		status, words = http.StatusUnsupportedMediaType, "there is no picture to show"
	default:
		h.Log.Error("a picture could not be shown", "path", r.URL.Path, "error", err)
	}
	http.Error(w, words, status)
}
