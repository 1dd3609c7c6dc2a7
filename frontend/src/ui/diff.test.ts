import { describe, expect, test } from 'vitest';
import { diff } from './diff';

/** The old and the new text, put together again from the changes. */
function both(before: string, after: string) {
	const changes = diff(before, after);
	const of = (skip: string) =>
		changes
			.filter((c) => c.kind !== skip)
			.map((c) => c.text)
			.join('');
	return { before: of('added'), after: of('removed') };
}

describe('the difference of two texts', () => {
	test('is told word by word', () => {
		expect(diff('Open on Friday', 'Open on Saturday')).toEqual([
			{ kind: 'same', text: 'Open on ' },
			{ kind: 'removed', text: 'Friday' },
			{ kind: 'added', text: 'Saturday' },
		]);
	});

	test('joins neighbouring words', () => {
		expect(diff('we open late today', 'we close early today')).toEqual([
			{ kind: 'same', text: 'we ' },
			{ kind: 'removed', text: 'open late' },
			{ kind: 'added', text: 'close early' },
			{ kind: 'same', text: ' today' },
		]);
	});

	test('gives both texts back, whatever they are', () => {
		const texts = [
			'',
			'a',
			'a b c',
			'c b a',
			'one two  three\nfour',
			'图片缺少替代文本',
			'x '.repeat(40),
			'Чернова, готова',
			'a  c',
			'b',
		];
		for (const before of texts) {
			for (const after of texts) expect(both(before, after)).toEqual({ before, after });
		}
	});

	test('bears long texts', () => {
		const long = Array.from({ length: 6000 }, (_, i) => `word${i} and\n`).join('');
		const other = long.replaceAll('word3', 'term3');
		expect(both(long, other)).toEqual({ before: long, after: other });
	});
});
