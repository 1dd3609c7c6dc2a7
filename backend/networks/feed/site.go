package feed

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"strings"

	"postbag/backend/network/measure"
)

//go:embed site.html
var siteText string

//go:embed style.css
var style string

// site holds the templates: "content" is the body of a post in feeds and pages, "post" and
// "list" are whole pages. Pages link relatively and hold no script.
var site = template.Must(template.New("site").Funcs(template.FuncMap{"prose": prose, "clean": clean}).Parse(siteText))

// policy forbids a page everything but its own style and its pictures (CSP Level 3). file: is
// for readers who open the folder itself.
var policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; base-uri 'none'; form-action 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

// view is what a template sees.
type view struct {
	Title    string
	Heading  string
	Site     string
	Language string
	Policy   string
	Style    template.CSS
	Root     string // relative address of the folder, "" or "../"
	Posts    []postView
	Newer    string
	Older    string
}

type postView struct {
	item
	Headline string
	Day      string
	Prefix   template.URL // before the path of a picture
}

// content is a post as HTML, its pictures at prefix.
func content(i item, prefix string) template.HTML {
	var b bytes.Buffer
	v := postView{item: i, Prefix: template.URL(prefix)} // the folder's own address
	if err := site.ExecuteTemplate(&b, "content", v); err != nil {
		panic(err) // a template without calls that fail, written to memory
	}
	return template.HTML(strings.TrimSpace(b.String())) // made by the template, which escapes
}

func (f *feed) postPage(i item) ([]byte, error) {
	v := f.view("../", []item{i})
	v.Heading = headline(i)
	v.Title = v.Heading + " – " + v.Site
	if i.Language != "" {
		v.Language = i.Language
	}
	return execute("post", v)
}

// listPage is page n of the archive, or with n 0 the front page.
func (f *feed) listPage(n int, items []item) ([]byte, error) {
	root := "../"
	if n == 0 {
		root = ""
	}
	v := f.view(root, items)
	v.Title = v.Site
	switch {
	case n > 0 && n < f.doc.Postbag.Page:
		v.Newer = root + pageFile(n+1, "html")
	case n > 0:
		v.Newer = root + "index.html"
	case f.doc.Postbag.Older && len(items) > 0:
		v.Older = pageFile(items[len(items)-1].Postbag.Page, "html")
	case f.doc.Postbag.Page > 1 && len(items) == 0:
		v.Older = pageFile(f.doc.Postbag.Page, "html")
	}
	if n > 1 {
		v.Older = root + pageFile(n-1, "html")
	}
	return execute("list", v)
}

func (f *feed) view(root string, items []item) view {
	v := view{Site: plain(f.doc.Title), Language: f.doc.Language, Policy: policy, Style: template.CSS(style), Root: root}
	if v.Language == "" {
		v.Language = "und"
	}
	v.Heading = v.Site
	for _, i := range items {
		v.Posts = append(v.Posts, postView{item: i, Headline: headline(i), Day: i.Published[:min(10, len(i.Published))], Prefix: template.URL(root)})
	}
	return v
}

func execute(name string, v view) ([]byte, error) {
	var b bytes.Buffer
	err := site.ExecuteTemplate(&b, name, v)
	return b.Bytes(), err
}

// prose turns plain text into paragraphs with links. Each paragraph finds its own direction,
// and stray direction marks end with it.
func prose(text string) template.HTML {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(clean(text), "\n\n") {
		if paragraph = strings.Trim(paragraph, "\n"); strings.TrimSpace(paragraph) == "" {
			continue
		}
		b.WriteString(`<p dir="auto">`)
		at := 0
		for _, link := range measure.Links(paragraph) {
			address := link.Of(paragraph)
			if !safeLink(strings.ToLower(address)) {
				continue
			}
			b.WriteString(breaks(paragraph[at:link.Start]))
			escaped := template.HTMLEscapeString(address)
			b.WriteString(`<a href="` + escaped + `" rel="noopener noreferrer">` + escaped + `</a>`)
			at = link.End
		}
		b.WriteString(breaks(paragraph[at:]) + "</p>\n")
	}
	return template.HTML(b.String()) // every piece is escaped above
}

func breaks(text string) string {
	return strings.ReplaceAll(template.HTMLEscapeString(text), "\n", "<br>\n")
}
