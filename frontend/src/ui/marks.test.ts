import { describe, expect, test } from 'vitest';
import { differing, moved, pieces } from './marks';

describe('the pieces of a marked text', () => {
	test('are the whole text, cut at the ends of marks', () => {
		expect(pieces('see #sun now', [{ from: 4, to: 8, kind: 'tag' }])).toEqual([
			{ text: 'see ', kinds: [] },
			{ text: '#sun', kinds: ['tag'] },
			{ text: ' now', kinds: [] },
		]);
	});

	test('carry every mark over them', () => {
		const got = pieces('#opendoors', [
			{ from: 0, to: 10, kind: 'tag' },
			{ from: 5, to: 10, kind: 'over' },
		]);
		expect(got).toEqual([
			{ text: '#open', kinds: ['tag'] },
			{ text: 'doors', kinds: ['tag', 'over'] },
		]);
	});

	test('never cut a visible character', () => {
		const family = '👩‍👩‍👧';
		const got = pieces(`a${family}b`, [{ from: 3, to: 5, kind: 'over' }]);
		expect(got.map((p) => p.text)).toEqual(['a', family, 'b']);
		expect(pieces('e\u0301x', [{ from: 1, to: 2, kind: 'over' }]).map((p) => p.text)).toEqual(['e\u0301', 'x']);
	});

	test('that stayed as they were are known from both ends', () => {
		const marks = [{ from: 4, to: 8, kind: 'tag' }];
		const before = pieces('see #sun now', marks);
		expect(differing(before, pieces('see #sun now!', marks))).toEqual({ head: 2, tail: 0 });
		expect(differing(before, pieces('I see #sun now', [{ from: 6, to: 10, kind: 'tag' }]))).toEqual({
			head: 0,
			tail: 2,
		});
		expect(differing(before, before)).toEqual({ head: 3, tail: 0 });
		expect(differing([], before)).toEqual({ head: 0, tail: 0 });
	});

	test('bear offsets outside of the text', () => {
		expect(pieces('abc', [{ from: -2, to: 99, kind: 'over' }])).toEqual([{ text: 'abc', kinds: ['over'] }]);
		expect(pieces('abc', [{ from: 9, to: 12, kind: 'over' }])).toEqual([{ text: 'abc', kinds: [] }]);
		expect(pieces('', [{ from: 0, to: 2, kind: 'over' }])).toEqual([]);
	});
});

describe('marks in a text that changes', () => {
	const tag = [{ from: 4, to: 8, kind: 'tag' }];

	test('stay before what was written and move after it', () => {
		expect(moved(tag, 'see #sun', 'see #sun now')).toEqual(tag);
		expect(moved(tag, 'see #sun now', 'I see #sun now')).toEqual([{ from: 6, to: 10, kind: 'tag' }]);
	});

	test('grow by what is written inside them', () => {
		expect(moved(tag, 'see #sun now', 'see #suun now')).toEqual([{ from: 4, to: 9, kind: 'tag' }]);
	});

	test('grow at the end of the text, as too long a text does', () => {
		expect(moved([{ from: 3, to: 5, kind: 'over' }], 'abcde', 'abcdef')).toEqual([{ from: 3, to: 6, kind: 'over' }]);
	});

	test('grow with the word that is being written', () => {
		expect(moved(tag, 'see #sun', 'see #sunn')).toEqual([{ from: 4, to: 9, kind: 'tag' }]);
	});

	test('go with the text they mark', () => {
		expect(moved(tag, 'see #sun now', 'see now')).toEqual([]);
		expect(moved(tag, 'see #sun now', '')).toEqual([]);
	});
});
