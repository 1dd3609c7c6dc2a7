package feed

import (
	"context"
	"strings"

	"postbag/backend/network"
)

var _ network.Shower = Network{}

// Show returns where the files are on this machine, whatever address they are served at, and
// counts the posts of every page.
func (Network) Show(ctx context.Context, c network.Calls, a network.Account) (network.Outlets, error) {
	a.Options = nil
	f, err := load(ctx, c, a)
	if err != nil {
		return network.Outlets{}, err
	}
	base := strings.TrimSuffix(f.base, "/") + "/"
	o := network.Outlets{Site: base + "index.html", RSS: base + "rss.xml", Atom: base + "atom.xml", JSON: base + feedFile}
	if !f.doc.Postbag.Older {
		o.Items = len(f.doc.Items)
		return o, nil
	}
	for n := 1; n <= f.doc.Postbag.Page; n++ {
		page, err := f.readPage(ctx, c, n)
		if err != nil {
			return network.Outlets{}, err
		}
		o.Items += len(page.Items)
	}
	return o, nil
}
