package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"postbag/backend/datadir"
	"postbag/backend/domain"
)

// exporter writes one export.
type exporter struct {
	*SystemService
	out   Exported
	total int64
}

// exportedAsset is an original in an export.
type exportedAsset struct {
	ID     string   `json:"id"`
	File   string   `json:"file"` // in the folder "originals"; "" if it could not be read
	SHA256 string   `json:"sha256"`
	Alt    string   `json:"alt"`
	Tags   []string `json:"tags"`
}

// exportedDelivery is what went out, or was meant to.
type exportedDelivery struct {
	Post        string `json:"post"`
	Channel     string `json:"channel"`
	State       string `json:"state"`
	DueMs       int64  `json:"dueMs"`
	PublishedMs int64  `json:"publishedMs"`
	URL         string `json:"url"`
}

func (e *exporter) all(ctx context.Context) error {
	spaces, err := e.DB.Workspaces(ctx)
	if err != nil {
		return err
	}
	_, assets, err := e.DB.Holdings(ctx)
	if err != nil {
		return err
	}
	e.total = int64(assets)
	taken := map[string]bool{}
	for _, w := range spaces {
		folder := filepath.Join(e.out.Folder, free(taken, datadir.SafeName(w.Name)))
		if err := e.space(ctx, w, folder); err != nil {
			return fmt.Errorf("export workspace %q: %w", w.Name, err)
		}
	}
	return nil
}

func (e *exporter) space(ctx context.Context, w domain.Workspace, folder string) error {
	if err := os.MkdirAll(filepath.Join(folder, "originals"), 0o700); err != nil {
		return err
	}
	channels, err := e.DB.Channels(ctx, w.ID)
	if err != nil {
		return err
	}
	listed := make([]Channel, len(channels))
	for i, c := range channels {
		listed[i] = (&ChannelService{base: e.base}).channelOf(c)
	}
	if err := e.write(folder, "workspace.json", map[string]any{"name": w.Name, "createdMs": millis(w.CreatedAt), "channels": listed}); err != nil {
		return err
	}
	if err := e.posts(ctx, w, folder); err != nil {
		return err
	}
	if err := e.history(ctx, w, folder); err != nil {
		return err
	}
	return e.originals(ctx, w, folder)
}

func (e *exporter) posts(ctx context.Context, w domain.Workspace, folder string) error {
	var ids []domain.PostID
	for _, bin := range []bool{false, true} {
		for after := domain.PostID(""); ; {
			page, err := e.DB.Posts(ctx, w.ID, bin, "", after, 500)
			if err != nil {
				return err
			}
			for _, p := range page {
				ids, after = append(ids, p.ID), p.ID
			}
			if len(page) < 500 {
				break
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	document, err := e.Posts.Export(ctx, ids...)
	if err != nil {
		return err
	}
	e.out.Posts += len(ids)
	return e.write(folder, "posts.json", document)
}

func (e *exporter) history(ctx context.Context, w domain.Workspace, folder string) error {
	list, err := e.DB.Deliveries(ctx, w.ID)
	if err != nil {
		return err
	}
	out := make([]exportedDelivery, len(list))
	for i, d := range list {
		out[i] = exportedDelivery{
			Post: string(d.Post), Channel: string(d.Channel), State: string(d.State), DueMs: millis(d.Due),
			PublishedMs: millis(d.PublishedAt), URL: d.RemoteURL,
		}
	}
	return e.write(folder, "history.json", out)
}

func (e *exporter) originals(ctx context.Context, w domain.Workspace, folder string) error {
	taken := map[string]bool{}
	out := []exportedAsset{}
	for _, bin := range []bool{false, true} {
		for after := domain.AssetID(""); ; {
			page, err := e.DB.Assets(ctx, w.ID, bin, "", after, 200)
			if err != nil {
				return err
			}
			for _, a := range page {
				after = a.ID
				name := free(taken, datadir.SafeName(filepath.Base(a.Name)))
				if err := e.original(ctx, a, filepath.Join(folder, "originals", name)); err != nil {
					if ctx.Err() != nil || ErrorOf(err).Code == CodeDiskFull {
						return err
					}
					e.out.Missing, name = append(e.out.Missing, a.Name), ""
				}
				out = append(out, exportedAsset{ID: string(a.ID), File: name, SHA256: a.SHA256, Alt: a.Alt, Tags: append([]string{}, a.Tags...)})
				e.Events.Progress(TaskExport, int64(e.out.Files+len(e.out.Missing)), e.total)
			}
			if len(page) < 200 {
				break
			}
		}
	}
	return e.write(folder, "originals.json", out)
}

func (e *exporter) original(ctx context.Context, a domain.Asset, path string) (err error) {
	in, err := e.Library.Open(ctx, a)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	e.out.Files++
	e.out.Bytes += n
	return nil
}

func (e *exporter) write(folder, name string, v any) error {
	f, err := os.OpenFile(filepath.Join(folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	j := json.NewEncoder(f)
	j.SetEscapeHTML(false)
	j.SetIndent("", "  ")
	return errors.Join(j.Encode(v), f.Close())
}

// free returns name, or name with a number where it is taken, also where case does not count.
func free(taken map[string]bool, name string) string {
	if name == "" {
		name = "file"
	}
	ext := filepath.Ext(name)
	base := strings.TrimSuffix(name, ext)
	for i := 2; taken[strings.ToLower(name)]; i++ {
		name = base + " " + strconv.Itoa(i) + ext
	}
	taken[strings.ToLower(name)] = true
	return name
}
