import { describe, expect, it } from 'vitest';
import { checksOf, costsOf } from './checks';
import type { Composer, Row } from './composer.svelte';

/** A channel of a network that charges for posts, or of one that is free. */
function row(id: string, price: string, currency = 'USD'): Row {
	const problems = price
		? [{ code: 'price', warning: true, part: 0, media: -1, field: 'text', values: { price, currency } }]
		: [];
	return {
		channel: { id, name: id, handle: id, network: 'n' },
		network: { id: 'n', name: 'Network' },
		variant: { channel: id },
		report: { problems },
		own: [],
		sameMedia: true,
	} as unknown as Row;
}

const composer = (...rows: Row[]) =>
	({
		rows,
		reports: [],
		blocking: [],
		empty: false,
		media: [],
		content: { media: [] },
		variants: [],
		assets: {},
	}) as unknown as Composer;

describe('alt text', () => {
	it('is missed where a channel has media of its own, which nobody sees', () => {
		const one = row('a', '');
		const problems = [{ code: 'alt_missing', warning: true, part: 0, media: 0, field: 'alt', values: {} }];
		const own = { ...one, own: ['media'], report: { problems } } as unknown as Row;
		const said = checksOf(composer(own)).find((c) => c.key.startsWith('alt_missing'));
		expect(said).toMatchObject({ weight: 'warns', place: { channel: 'a', media: 0, field: 'alt' } });
		const shared = { ...own, own: [] } as unknown as Row;
		expect(checksOf(composer(shared)).some((c) => c.key.startsWith('alt_missing'))).toBe(false);
	});
});

describe('what a post costs', () => {
	it('is said for each channel, to the last digit', () => {
		const said = costsOf(composer(row('a', '0.015'), row('free', ''), row('b', '0.20'), row('c', '12.00', 'EUR')));
		expect(said).toHaveLength(3);
		expect(said[0]).toMatch(/\$0\.015$/);
		expect(said[1]).toMatch(/\$0\.20$/);
		expect(said[2]).toMatch(/€12\.00$/);
	});

	it('is not one price for two channels', () => {
		const prices = checksOf(composer(row('a', '0.20'), row('b', '0.20'))).filter((c) => c.key.startsWith('price'));
		expect(prices.map((c) => c.weight)).toEqual(['warns', 'warns']);
		expect(new Set(prices.map((c) => c.key)).size).toBe(2);
	});
});
