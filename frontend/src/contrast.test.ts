// Contrast by the formula of WCAG 2.2, recomputed from the tokens: 4.5 for text on every surface it
// stands on, 3 for edges, marks, charts and the ring of the focus.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');

/** The tokens of one rule of the file. */
function tokens(selector: string): Map<string, string> {
	const at = css.indexOf(`${selector} {`);
	if (at < 0) throw new Error(`there is no ${selector}`);
	const block = css.slice(at, css.indexOf('\n}', at));
	return new Map([...block.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((x) => [x[1]!, x[2]!.trim()]));
}

const light = tokens(':root');
const themes: [string, Map<string, string>][] = [
	['light', light],
	['dark', new Map([...light, ...tokens("[data-theme='dark']")])],
];

type Colour = [number, number, number];

function colour(theme: Map<string, string>, name: string): Colour {
	const value = theme.get(name);
	const hex = /^#([0-9a-f]{6})$/i.exec(value ?? '')?.[1];
	if (!hex) throw new Error(`${name} is ${value ?? 'missing'}, not a colour of six digits`);
	return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)) as Colour;
}

function luminance(c: Colour): number {
	const [r, g, b] = c.map((v) => {
		const s = v / 255;
		return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
	}) as Colour;
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Colour, b: Colour): number {
	const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
	return (hi + 0.05) / (lo + 0.05);
}

const surfaces = [
	'--bg-window',
	'--bg-panel',
	'--bg-sunken',
	'--bg-raised',
	'--bg-field',
	'--bg-hover',
	'--bg-selected',
];
const states = ['draft', 'review', 'scheduled', 'publishing', 'published', 'attention', 'held'];

/** What is read, on what, and how much it needs. */
const pairs: [string, string[], number][] = [
	['--text-1', [...surfaces, '--bg-active', '--bg-well', '--bg-lifted', '--bg-button-hover'], 4.5],
	['--text-2', [...surfaces, '--bg-active', '--bg-well', '--bg-lifted', '--bg-button-hover'], 4.5],
	['--text-3', surfaces, 4.5],
	['--text-inverse', ['--bg-inverse'], 4.5],
	['--text-inverse-2', ['--bg-inverse'], 4.5],
	['--accent-text', [...surfaces, '--accent-soft'], 4.5],
	['--on-accent', ['--accent', '--accent-hover', '--accent-press'], 4.5],
	['--on-danger', ['--danger', '--danger-hover'], 4.5],
	['--danger-text', ['--bg-panel', '--bg-raised', '--bg-sunken'], 4.5],
	...states.map((s): [string, string[], number] => [`--st-${s}-fg`, [`--st-${s}-bg`], 4.5]),
	...states.map((s): [string, string[], number] => [`--st-${s}-mark`, ['--bg-panel'], 3]),
	...['tag', 'link', 'over'].map((s): [string, string[], number] => [`--mark-${s}`, [`--mark-${s}-bg`], 4.5]),
	['--text-1', ['--mark-tag-bg', '--mark-link-bg', '--mark-over-bg'], 4.5],
	['--focus', surfaces, 3],
	['--line-control', ['--bg-panel', '--bg-field', '--bg-raised', '--bg-sunken', '--bg-window'], 3],
	...[1, 2, 3, 4, 5, 6, 7, 8].map((n): [string, string[], number] => [`--chart-${n}`, ['--bg-panel'], 3]),
];

describe.each(themes)('contrast in the %s theme', (_, theme) => {
	it.each(pairs)('%s on %j is at least %d', (fore, backs, least) => {
		const low = backs
			.map((back) => ({ back, ratio: contrast(colour(theme, fore), colour(theme, back)) }))
			.filter(({ ratio }) => ratio < least)
			.map(({ back, ratio }) => `${back}: ${ratio.toFixed(2)}`);
		expect(low).toEqual([]);
	});
});

describe('the formula', () => {
	it('gives what the recommendation gives', () => {
		expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
		expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
	});
});
