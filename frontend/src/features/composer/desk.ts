// What the composer asks of the backend, as one small interface: the state class knows this alone,
// and its tests give it one of their own.
import { channels, library, networks, posts, queue, type api } from '$lib/backend';

/** A post that was loaded or saved, and how many steps can be undone and done again. */
export type Written = api.Written;

export interface Desk {
	open(id: string): Promise<api.Written>;
	create(workspace: string, content: api.Content, channels: string[]): Promise<api.Post>;
	write(r: api.WriteDraft): Promise<api.Written>;
	undo(id: string): Promise<api.Written>;
	redo(id: string): Promise<api.Written>;
	check(d: api.Draft): Promise<api.DraftCheck>;
	preview(d: api.Draft): Promise<api.Preview[]>;
	split(r: api.SplitDraft): Promise<string[]>;
	asset(id: string): Promise<api.Asset>;
	channels(workspace: string): Promise<api.Channel[]>;
	networks(): Promise<api.Network[]>;
	deliveries(post: string): Promise<api.Delivery[]>;
}

export const desk: Desk = {
	open: (id) => posts.Open(id),
	create: (workspace, content, list) => posts.Create({ workspace, content, channels: list } as api.CreatePost),
	write: (r) => posts.Write(r),
	undo: (id) => posts.Undo(id),
	redo: (id) => posts.Redo(id),
	check: (d) => posts.CheckDraft(d),
	preview: (d) => posts.PreviewDraft(d),
	split: (r) => posts.Split(r),
	asset: (id) => library.Show(id),
	channels: (workspace) => channels.List(workspace),
	networks: () => networks.List(),
	deliveries: (post) => queue.OfPost(post),
};
