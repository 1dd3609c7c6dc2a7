import { describe, expect, it } from 'vitest';
import type { api } from '$lib/backend';
import { deletedWords } from './deletelive';
import { gone } from './states';

const delivery = (over: Partial<api.Delivery>) =>
	({ id: 'd', networkName: 'Mastodon', state: 'published', parts: 1, deleted: 0, ...over }) as api.Delivery;
const ended = (...outcomes: string[]) => outcomes.map((outcome) => ({ outcome, message: '' }) as api.Deletion);

describe('deleting what is live', () => {
	it('says that it is gone and what stays', () => {
		expect(deletedWords(ended('accepted', 'accepted'), delivery({ parts: 2 }))).toBe(
			'Deleted on Mastodon. The post stays in Postbag.',
		);
	});

	it('says of each other end what is still live', () => {
		const seen = new Set<string>();
		for (const outcome of ['ambiguous', 'rejected', 'throttled', 'reauth', 'not_sent']) {
			const words = deletedWords(ended(outcome), delivery({}));
			expect(words).toMatch(/still live|safe/);
			seen.add(words);
		}
		expect(seen.size).toBe(5);
	});

	it('counts what is gone of a thread, with what went before', () => {
		expect(deletedWords(ended('accepted', 'throttled'), delivery({ parts: 4, deleted: 1 }))).toContain(
			'2 of 4 parts are gone',
		);
	});

	it('knows a post of which nothing is left', () => {
		expect(gone(delivery({ parts: 2, deleted: 1 }))).toBe(false);
		expect(gone(delivery({ parts: 2, deleted: 2 }))).toBe(true);
		expect(gone(delivery({}))).toBe(false);
	});
});
