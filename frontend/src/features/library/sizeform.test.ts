import { describe, expect, it } from 'vitest';
import type { api } from '$lib/backend';
import { blank, formOf, markBox, ownOf, shaped, shapeOf, wrongOf, type SizeForm } from './sizeform';

const form = (change: Partial<SizeForm> = {}): SizeForm => ({ ...blank(), title: 'Shop', ...change });

describe('a size being written', () => {
	it('fills its height from a shape, and leaves it alone while there is none', () => {
		expect(shaped(form(), '4:5')).toMatchObject({ ok: true, form: { height: '1350', ratio: '4:5' } });
		expect(shaped(form({ width: '1200' }), '1,91:1').form.height).toBe('628');
		expect(shaped(form(), '4:')).toMatchObject({ ok: false, form: { height: '1080', ratio: '4:' } });
		for (const text of ['', '4', '0:5', '4:5:6', 'a:b', '-4:5', '4:0']) expect(shapeOf(text)).toBeUndefined();
		expect(shapeOf('16/9')).toBeCloseTo(1.778, 3);
	});

	it('says beside each field what is wrong', () => {
		const wrong = (change: Partial<SizeForm>) => ownOf(form(change)).wrong;
		expect(wrong({ title: ' ' })).toEqual({ title: 'missing' });
		expect(wrong({ width: '12a', height: '99999' })).toEqual({ width: 'number', height: 'number' });
		expect(wrong({ height: '' })).toEqual({ height: 'both' });
		expect(wrong({ height: '', fit: 'inside' })).toEqual({});
		expect(wrong({ megabytes: '0' })).toEqual({ megabytes: 'number' });
		expect(wrong({ quality: '101' })).toEqual({ quality: 'number' });
		expect(wrong({ background: 'red' })).toEqual({ background: 'bad' });
		expect(wrong({ left: '540', right: '540' })).toEqual({ safe: 'nothing' });
		expect(wrong({ top: '-1' })).toEqual({ safe: 'number' });
		expect(wrongOf('watermark.picture')).toEqual({ mark: 'bad' });
	});

	it('keeps what a size had that the form does not change', () => {
		const preset = {
			id: 'own/1',
			title: 'Shop',
			width: 800,
			height: 1000,
			fit: 'contain',
			formats: ['webp', 'jpeg'],
			maxBytes: 250_000,
			quality: 70,
			background: '#102030',
			enlarge: true,
			safe: { top: 1, right: 2, bottom: 3, left: 4 },
			watermark: { asset: '', picture: 'sha256:aa', place: 'top', size: 0.255, margin: 0.04, opacity: 0.5 },
		} as unknown as api.Preset;
		expect(ownOf(formOf(preset)).own).toEqual({
			id: 'own/1',
			title: 'Shop',
			width: 800,
			height: 1000,
			fit: 'contain',
			formats: ['webp', 'jpeg'],
			maxBytes: 250_000,
			quality: 70,
			background: '#102030',
			enlarge: true,
			top: 1,
			right: 2,
			bottom: 3,
			left: 4,
			watermark: { asset: '', picture: 'sha256:aa', place: 'top', size: 0.255, margin: 0.04, opacity: 0.5 },
		});
		expect(formOf(preset).ratio).toBe('4:5');
	});
});

it('a watermark is drawn where the backend puts it', () => {
	const canvas = { width: 400, height: 300 };
	const at = (place: 'top-left' | 'centre' | 'bottom-right') =>
		markBox({ place, size: (80 / 300) * 100, margin: (20 / 300) * 100 }, canvas, 2);
	const round = (b: object) => Object.values(b).map((n) => Math.round(n as number));
	expect(round(at('top-left'))).toEqual([20, 20, 80, 40]);
	expect(round(at('centre'))).toEqual([160, 130, 80, 40]);
	expect(round(at('bottom-right'))).toEqual([300, 240, 80, 40]);
	expect(round(markBox({ place: 'bottom-right', size: 100, margin: 0 }, { width: 40, height: 30 }, 1))).toEqual([
		10, 0, 30, 30,
	]);
});
