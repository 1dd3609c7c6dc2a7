// What a channel publishes of a post, and where it differs: the same rule as the backend's, for
// showing it in the same frame. Limits and lengths are the backend's alone.
import type { api } from '$lib/backend';

/** A field of a variant that can follow the shared content. */
export type OwnField = 'text' | 'parts' | 'media' | 'link' | 'language' | 'warning' | 'visibility' | 'poll';

const fields: OwnField[] = ['text', 'parts', 'media', 'link', 'language', 'warning', 'visibility', 'poll'];

/** A channel's part of a post that follows everything. */
export const follower = (channel: string): api.Variant => ({ channel, options: {} });

/** An empty content. */
export const nothing = (language = ''): api.Content => ({
	text: '',
	parts: [],
	media: [],
	link: '',
	language,
	warning: '',
	visibility: '',
});

/** The fields a variant has of its own. */
export function ownFields(v: api.Variant): OwnField[] {
	return fields.filter((f) => v[f] != null);
}

/** The content a variant publishes; of none, the shared one. */
export function resolve(shared: api.Content, v: api.Variant | undefined): api.Content {
	if (!v) return shared;
	const out = { ...shared };
	for (const f of fields) {
		const own = v[f];
		if (own != null) (out as Record<string, unknown>)[f] = own;
	}
	if (out.poll?.options.length === 0) out.poll = undefined;
	return out;
}

/** Every text of a content, the first part included. */
export const textsOf = (c: api.Content): string[] => [c.text, ...c.parts];

/** A post's name in lists and titles: its first line. */
export function titleOf(c: api.Content): string {
	const line =
		textsOf(c)
			.join('\n')
			.split('\n')
			.find((l) => l.trim()) ?? '';
	const short = line.trim();
	if (short.length <= 60) return short;
	const cut = short.slice(0, 60);
	const space = cut.lastIndexOf(' ');
	return `${cut.slice(0, space > 30 ? space : 60)}…`;
}

/** Whether there is anything in a content. */
export const isEmpty = (c: api.Content): boolean =>
	textsOf(c).every((t) => !t.trim()) && c.media.length === 0 && !c.link && !c.poll;
