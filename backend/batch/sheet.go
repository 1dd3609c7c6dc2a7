package batch

import (
	"context"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"postbag/backend/presets"
	"postbag/backend/render"
)

// Sheet says how a contact sheet speaks. What is empty is English.
type Sheet struct {
	Language string // a BCP 47 tag, for the page and its numbers
	Title    string // of the page
	Pictures string // the words before a number of pictures, files and bytes
	Files    string
	Size     string
	Names    map[string]string // of presets, by id
}

// sheetName is what a contact sheet is called, before its extension.
const sheetName = "contact-sheet"

const (
	thumbFolder = ".postbag-thumbs" // the sheet's pictures, kept for the next one
	thumbID     = ".thumb"          // what their size is called, which no preset can be
	thumbSide   = 320               // their longest side in px
)

// thumbs has a small picture of every source made along with its sizes.
func (w *work) thumbs(sources []Source, outputs [][]*output) error {
	size := presets.Preset{ID: thumbID, Width: thumbSide, Height: thumbSide, Fit: presets.Inside, Quality: 75}
	recipe, err := Recipe(size, 0)
	if err != nil {
		return err
	}
	w.sizes, w.recipes = append(slices.Clip(w.sizes), size), append(slices.Clip(w.recipes), recipe)
	for i, s := range sources {
		name := thumbFolder + "/" + s.identity()
		o := &output{want: name, name: name, source: s.identity(), values: presets.Values{Preset: size}}
		for n := 2; !w.book.names.Reserve(o.name); n++ {
			o.name = fmt.Sprint(name, "-", n)
		}
		key := record{Source: o.source, Preset: thumbID, Want: name}.key()
		for _, before := range w.book.byKey[key] {
			if strings.TrimSuffix(before.File, path.Ext(before.File)) == o.name {
				o.prior = before
			}
		}
		outputs[i] = append(outputs[i], o)
	}
	return nil
}

// takeThumbs takes the small pictures out of what was made, and returns their paths: "" where there is none.
func (w work) takeThumbs(results []Result) []string {
	out := make([]string, len(results))
	for i := range results {
		r := &results[i]
		r.Files = slices.DeleteFunc(r.Files, func(f Made) bool {
			if f.Preset != thumbID {
				return false
			}
			out[i] = f.Path
			return true
		})
		r.Failed = slices.DeleteFunc(r.Failed, func(f Failed) bool { return f.Preset == thumbID })
	}
	return out
}

// sheet writes the page that shows what was made, and returns its path.
func (w work) sheet(ctx context.Context, s Sheet, results []Result, thumbs []string) (string, error) {
	s = s.withDefaults()
	pattern, err := presets.ParsePattern(sheetName)
	if err != nil {
		return "", err
	}
	id := Source{ID: sheetName}
	o := w.book.plan([]Source{id}, []presets.Preset{{}}, pattern)[0][0]
	p, file, there, err := w.book.settle(o, ".html", func(to io.Writer) error { return page(ctx, to, s, results, thumbs) }, w.sources)
	if err != nil {
		return "", err
	}
	path := filepath.Join(w.book.dir, filepath.FromSlash(file))
	if there && o.prior != nil {
		return path, nil
	}
	return path, w.book.add(record{File: file, Want: o.want, Source: o.source, Bytes: p.bytes, Sum: p.sum})
}

func (s Sheet) withDefaults() Sheet {
	for at, word := range map[*string]string{&s.Language: "en", &s.Title: "Contact sheet", &s.Pictures: "Pictures", &s.Files: "Files", &s.Size: "Size"} {
		if *at == "" {
			*at = word
		}
	}
	return s
}

// sheetStyle looks the same everywhere, and prints pictures that are not torn over two pages.
const sheetStyle = `:root{color-scheme:light dark;--bg:#fff;--fg:#1b1b1f;--soft:#5f6068;--line:#dddde2;--well:#f3f3f5}
@media(prefers-color-scheme:dark){:root{--bg:#17171a;--fg:#ececf0;--soft:#a2a3ad;--line:#34343a;--well:#222226}}
*{box-sizing:border-box}
body{margin:0;padding:32px;background:var(--bg);color:var(--fg);font:14px/1.45 system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif}
header{display:flex;flex-wrap:wrap;gap:4px 24px;align-items:baseline;margin:0 0 24px}
h1{margin:0;font-size:22px;font-weight:600}
header p{margin:0;color:var(--soft);font-variant-numeric:tabular-nums}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:28px 20px}
figure{margin:0;min-width:0;break-inside:avoid}
.well{display:flex;align-items:center;justify-content:center;aspect-ratio:4/3;padding:8px;background:var(--well);border-radius:6px}
img{display:block;max-width:100%;max-height:100%;object-fit:contain}
h2{margin:10px 0 4px;font-size:14px;font-weight:600;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;font-size:12px;color:var(--soft);font-variant-numeric:tabular-nums}
td{padding:3px 0;border-top:1px solid var(--line);vertical-align:top}
td:first-child{overflow-wrap:anywhere;padding-inline-end:10px}
td+td{text-align:end;white-space:nowrap;padding-inline-start:10px}
@media print{:root{--bg:#fff;--fg:#000;--soft:#444;--line:#ccc;--well:#f3f3f5}body{padding:0;font-size:11px}main{grid-template-columns:repeat(3,1fr);gap:18px 14px}.well{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`

// page writes the whole page. Whatever a person named is text, and nothing in it can load or run.
func page(ctx context.Context, to io.Writer, s Sheet, results []Result, thumbs []string) error {
	pictures, files, bytes := 0, 0, int64(0)
	for _, r := range results {
		if len(r.Files) > 0 {
			pictures++
		}
		for _, f := range r.Files {
			files++
			bytes += f.Bytes
		}
	}
	text := html.EscapeString
	_, err := fmt.Fprintf(to, `<!doctype html>
<html lang="%s">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>%s</title>
<style>
%s</style>
</head>
<body>
<header><h1>%s</h1><p>%s: %d</p><p>%s: %d</p><p>%s: %s</p></header>
<main>
`, text(s.Language), text(s.Title), sheetStyle, text(s.Title), text(s.Pictures), pictures, text(s.Files), files, text(s.Size), text(s.bytes(bytes)))
	if err != nil {
		return err
	}
	for i, r := range results {
		if len(r.Files) == 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := figure(to, s, r.Files, thumb(thumbs[i])); err != nil {
			return err
		}
	}
	_, err = io.WriteString(to, "</main>\n</body>\n</html>\n")
	return err
}

func figure(to io.Writer, s Sheet, files []Made, thumb string) error {
	text := html.EscapeString
	var b strings.Builder
	b.WriteString("<figure><div class=\"well\">")
	if thumb != "" {
		fmt.Fprintf(&b, `<img alt="" src="data:image/%s">`, thumb)
	}
	name := files[0].Source
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	fmt.Fprintf(&b, "</div><figcaption><h2><bdi>%s</bdi></h2><table>\n", text(strings.ToValidUTF8(name, "�")))
	for _, f := range files {
		title := f.Preset
		if named := s.Names[f.Preset]; named != "" {
			title = named
		}
		fmt.Fprintf(&b, "<tr><td>%s</td><td>%d × %d</td><td>%s</td></tr>\n", text(title), f.Width, f.Height, text(s.bytes(f.Bytes)))
	}
	b.WriteString("</table></figcaption></figure>\n")
	_, err := io.WriteString(to, b.String())
	return err
}

// thumb is a small picture as what follows "data:image/"; "" if it cannot be shown.
func thumb(path string) string {
	kind := strings.Replace(strings.TrimPrefix(filepath.Ext(path), "."), "jpg", "jpeg", 1)
	if kind != string(render.JPEG) && kind != string(render.PNG) {
		return ""
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return kind + ";base64," + base64.StdEncoding.EncodeToString(data)
}

// bytes is a size as people of the sheet's language write it.
func (s Sheet) bytes(n int64) string {
	primary, _, _ := strings.Cut(s.Language, "-")
	units := []string{"B", "kB", "MB", "GB"}
	if primary == "fr" {
		units = []string{"o", "ko", "Mo", "Go"}
	}
	value, unit := float64(n), 0
	for value >= 999.5 && unit < len(units)-1 {
		value, unit = value/1000, unit+1
	}
	out := fmt.Sprintf("%.0f", value)
	if unit > 0 && value < 9.95 {
		out = fmt.Sprintf("%.1f", value)
	}
	switch primary {
	case "nb", "da", "fr", "bg":
		out = strings.Replace(out, ".", ",", 1)
	}
	return out + "\u00a0" + units[unit]
}
