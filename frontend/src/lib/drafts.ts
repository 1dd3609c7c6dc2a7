import { channels, posts, type api } from './backend';

/** Begins a draft of pictures and a link for every channel that is ready, as a new post does. */
export async function draftOf(workspace: string, assets: readonly string[], link = ''): Promise<api.Post> {
	const ready = (await channels.List(workspace)).filter((c) => c.state === 'ready');
	return posts.Create({
		workspace,
		content: {
			text: '',
			parts: [],
			media: assets.map((asset) => ({
				asset,
				alt: '',
				decorative: false,
				focus: undefined,
				part: 0,
				preset: '',
				crops: {},
			})),
			link,
			language: '',
			warning: '',
			visibility: '',
			poll: undefined,
		},
		channels: ready.map((c) => c.id),
	} as api.CreatePost);
}
