// The contrast of every pair of colours that meets on screen, computed from the tokens themselves.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync('src/tokens.css', 'utf8').replace(/\/\*[^]*?\*\//g, '');

/** The custom properties of the first rule with exactly this selector. */
function rule(selector: string): Map<string, string> {
	const at = css.indexOf(`\n${selector} {`);
	if (at < 0) throw new Error(`no rule ${selector}`);
	const body = css.slice(css.indexOf('{', at) + 1, css.indexOf('}', at));
	return new Map([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((m) => [m[1]!, m[2]!.trim()]));
}

const light = rule(':root');
const themes = { light, dark: new Map([...light, ...rule("[data-theme='dark']")]) };
type Colours = Map<string, string>;

/** The relative luminance of WCAG 2. */
function luminance(hex: string): number {
	if (!/^#[0-9a-f]{6}$/i.test(hex)) throw new Error(`${hex} is no colour of six digits`);
	const [r, g, b] = [1, 3, 5].map((i) => {
		const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
		return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	}) as [number, number, number];
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(colours: Colours, a: string, b: string): number {
	const of = (name: string) => {
		const value = colours.get(name);
		if (!value) throw new Error(`no token --${name}`);
		return luminance(value);
	};
	const [x, y] = [of(a), of(b)];
	return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const surfaces = ['window', 'panel', 'sunken', 'raised', 'field', 'hover', 'selected', 'button-hover'].map(
	(s) => `bg-${s}`,
);
const states = ['draft', 'review', 'scheduled', 'publishing', 'published', 'attention', 'held'];
const grounds = ['bg-window', 'bg-panel', 'bg-sunken', 'bg-raised', 'bg-field'];

const on = (fg: string, grounds: string[], least: number) => grounds.map((bg) => [fg, bg, least] as const);
const pairs = [
	...['text-1', 'text-2'].flatMap((fg) => on(fg, [...surfaces, 'bg-active', 'bg-well', 'bg-lifted'], 4.5)),
	...on('text-3', surfaces, 4.5),
	...on('accent-text', [...surfaces, 'accent-soft'], 4.5),
	...on('on-accent', ['accent', 'accent-hover', 'accent-press'], 4.5),
	...on('on-danger', ['danger', 'danger-hover'], 4.5),
	...on('danger-text', ['bg-panel', 'bg-sunken', 'bg-raised', 'bg-hover'], 4.5),
	...['text-inverse', 'text-inverse-2'].flatMap((fg) => on(fg, ['bg-inverse'], 4.5)),
	...on('bar-ink', ['text-inverse'], 4.5),
	...states.flatMap((s) => on(`st-${s}-fg`, [`st-${s}-bg`, 'bg-panel', 'bg-selected'], 4.5)),
	...states.flatMap((s) => on('text-1', [`st-${s}-bg`], 4.5)),
	...on('text-2', ['st-attention-bg', 'st-held-bg', 'st-published-bg'], 4.5),
	...['tag', 'link', 'over'].flatMap((k) => [
		...on('text-1', [`mark-${k}-bg`], 4.5),
		...on(`mark-${k}`, [`mark-${k}-bg`], 4.5),
	]),
	...states.filter((s) => s !== 'draft').flatMap((s) => on(`st-${s}-mark`, ['bg-panel'], 3)),
	...on('st-draft-mark', ['bg-panel'], 3),
	...on('focus', [...surfaces, 'bg-active'], 3),
	...on('line-control', grounds, 3),
	...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((n) => on(`chart-${n}`, ['bg-panel'], 3)),
];

describe.each(Object.entries(themes))('in the %s theme', (_name, colours) => {
	test.each(pairs)('%s on %s has a contrast of at least %d', (fg, bg, least) => {
		expect(contrast(colours, fg, bg)).toBeGreaterThanOrEqual(least);
	});
});

test('the formula is the one of WCAG', () => {
	const known = new Map([
		['black', '#000000'],
		['white', '#ffffff'],
		['grey', '#767676'],
	]);
	expect(contrast(known, 'black', 'white')).toBeCloseTo(21, 5);
	expect(contrast(known, 'grey', 'white')).toBeCloseTo(4.54, 2);
});

test('the dark theme changes only what the light one has', () => {
	for (const name of rule("[data-theme='dark']").keys()) expect(light.has(name), name).toBe(true);
});

test('whoever asks for more contrast gets no light text and no thin lines', () => {
	const more = css.slice(css.indexOf('(prefers-contrast: more)'));
	expect(more).toMatch(/--text-3: var\(--text-2\)/);
	expect(more).toMatch(/--line: var\(--line-control\)/);
});
