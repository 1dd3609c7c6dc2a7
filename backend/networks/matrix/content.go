package matrix

import (
	"html"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// message makes the content of part i: a text, or a picture or video with the text as its caption.
// uri is where the file was uploaded, "" for a text; live are the parts before it.
//
// A description has no place of its own in the specification. Up to version 1.9 the body of a picture
// "could be the alt text", and since 1.10 it is the caption, which apps must show: so it is the
// description where there is no text. Beside a text it travels in the field that images of extensible
// events have for it (MSC3552), and under the text where the person chose so.
func message(p network.Plan, i int, uri string, live []network.Receipt) content {
	out := content{Type: "m.text", Body: p.TextWithLink(i), Relation: related(p, i, live), Key: p.Key(i)}
	if p.Chosen(optionNotice) {
		out.Type = "m.notice"
	}
	if len(p.Parts[i].Media) == 0 {
		return formatted(out, out.Body)
	}
	m := p.Parts[i].Media[0]
	out.Type = "m.video"
	if strings.HasPrefix(m.Type, "image/") {
		out.Type = "m.image"
	}
	out.URL, out.FileName = uri, network.FormFileName(m)
	out.Info = &info{Type: m.Type, Size: m.Bytes, Width: m.Width, Height: m.Height, Duration: m.DurationMs}
	if m.Alt != "" {
		out.Alt = &altBlock{Text: []altText{{Body: m.Alt}}}
		switch {
		case strings.TrimSpace(out.Body) == "":
			out.Body = m.Alt
		case p.Chosen(optionDescribe):
			out.Body += "\n\n" + m.Alt
		}
	}
	if strings.TrimSpace(out.Body) == "" {
		out.Body = out.FileName // then it is the file's name and no caption ("Media captions")
		return out
	}
	return formatted(out, out.Body)
}

// longest is message i with an address of an upload and answers that are as long as they can be.
func longest(p network.Plan, i int) content {
	far := network.Receipt{RemoteID: "$" + strings.Repeat("x", mostID-1)}
	live := make([]network.Receipt, i)
	for j := range live {
		live[j] = far
	}
	return message(p, i, mxcScheme+strings.Repeat("x", mostID-len(mxcScheme)), live)
}

// related says what part i belongs to: the thread that the first part begins, with the part before as
// what apps without threads show it in answer to; or an answer to that part alone.
func related(p network.Plan, i int, live []network.Receipt) *relation {
	if i == 0 {
		return nil
	}
	to := &target{Event: live[i-1].RemoteID}
	if p.Chosen(optionReplies) {
		return &relation{ReplyTo: to}
	}
	return &relation{Type: "m.thread", Event: live[0].RemoteID, Falling: true, ReplyTo: to}
}

// formatted adds the HTML of a text that has links, unless the event would be too large with it: apps
// make links of a plain text, too.
func formatted(c content, text string) content {
	links := measure.Links(text)
	if len(links) == 0 {
		return c
	}
	plain := c
	var b strings.Builder
	at := 0
	for _, l := range links {
		link := html.EscapeString(l.Of(text))
		b.WriteString(inHTML(text[at:l.Start]))
		b.WriteString(`<a href="` + link + `">` + link + `</a>`)
		at = l.End
	}
	b.WriteString(inHTML(text[at:]))
	c.Format, c.Formatted = htmlFormat, b.String()
	if encoded, err := encode(c); err != nil || len(encoded) > mostContent {
		return plain
	}
	return c
}

// lineEnds writes line ends and runs of spaces so that HTML keeps them.
var lineEnds = strings.NewReplacer("\r\n", "<br>", "\n", "<br>", "\r", "<br>", "  ", "&nbsp; ")

func inHTML(text string) string { return lineEnds.Replace(html.EscapeString(text)) }
