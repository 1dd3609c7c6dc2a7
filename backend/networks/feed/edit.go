package feed

import (
	"context"
	"slices"

	"postbag/backend/network"
)

// Edit implements network.Editor: the post's page and record, the page of the archive that it is on, and the
// feeds are written anew, feed.json last. Pictures stay where they are.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, _ int) error {
	f, err := load(ctx, c, a)
	if err != nil {
		return err
	}
	changed := itemOf(p)
	was, err := f.record(ctx, c, p.Done[0].RemoteID)
	if err != nil {
		return err
	}
	if was == nil || was.ID != changed.ID {
		return network.Reject("", "the post is not in the feed any more")
	}
	if changed.largest() > maxItem {
		return network.Reject(network.IssueTooLong, "all parts together are too long for one post of a feed")
	}
	changed.Postbag.Page = was.Postbag.Page
	files, err := f.revision(ctx, c, changed)
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, "write anew", f.put(files))
	if err != nil {
		return network.AsError("the folder", err)
	}
	if err := judge(reply); err != nil {
		return err
	}
	if written := writtenOf(reply); len(written) == 0 || written[len(written)-1] != feedFile {
		return &network.Error{Kind: network.Ambiguous, Message: "the folder does not say what was written"}
	}
	return nil
}

// revision lists the files that show a post as it is now.
func (f *feed) revision(ctx context.Context, c network.Calls, changed item) ([]network.FilePut, error) {
	n := changed.Postbag.Page
	items := f.itemsOf(n)
	if n < f.doc.Postbag.Page { // the window may hold a part of an older page
		page, err := f.readPage(ctx, c, n)
		if err != nil {
			return nil, err
		}
		items = page.Items
	}
	f.deriveItem(&changed)
	replace := func(list []item) []item {
		list = slices.Clone(list)
		for i := range list {
			if list[i].ID == changed.ID {
				list[i] = changed
			}
		}
		return list
	}
	f.doc.Items = replace(f.doc.Items)
	f.derive()
	html, err := f.postPage(changed)
	if err != nil {
		return nil, &network.Error{Kind: network.Rejected, Message: "the post cannot be written as a page", Err: err}
	}
	page, err := f.page(n, replace(items))
	if err != nil {
		return nil, err
	}
	return f.withFeeds(append([]network.FilePut{
		{Path: changed.page(), Body: network.Bytes(html)}, {Path: changed.recordPath(), Body: network.Bytes(encode(changed))},
	}, page...))
}
