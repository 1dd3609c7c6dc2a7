// The catalogues are whole: the same messages in six languages, each with the values it names, and
// with every form of the plural its language has.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'messages');

interface Forms {
	declarations: string[];
	selectors: string[];
	match: Record<string, string>;
}
type Message = string | Forms[];
type Catalogue = Record<string, Message>;

const settings = JSON.parse(readFileSync(join(root, 'project.inlang', 'settings.json'), 'utf8')) as {
	baseLocale: string;
	locales: string[];
	'plugin.inlang.messageFormat': { pathPattern: string[] };
};
const locales = settings.locales;
const features = readdirSync(folder);

function read(feature: string, locale: string): Catalogue {
	const path = join(folder, feature, `${locale}.json`);
	if (!existsSync(path)) return {};
	const { $schema: _, ...messages } = JSON.parse(readFileSync(path, 'utf8')) as Catalogue & { $schema?: string };
	return messages;
}

const texts = (m: Message): string[] => (typeof m === 'string' ? [m] : m.flatMap((f) => Object.values(f.match)));

/** The values that a text names: {count}. */
const valuesOf = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((x) => x[1]!))].sort();

/** Every value that any form names or an input declares. */
function inputs(m: Message): string[] {
	const named = texts(m).flatMap(valuesOf);
	const declared =
		typeof m === 'string' ? [] : m.flatMap((f) => f.declarations.flatMap((d) => /^input (\w+)$/.exec(d)?.[1] ?? []));
	return [...new Set([...named, ...declared])].sort();
}

/** What a message with forms lacks in a language. */
function faults(m: Message, locale: string): string[] {
	if (typeof m === 'string') return [];
	const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
	return m.flatMap((f) => {
		const found: string[] = [];
		const inputs = new Set(f.declarations.flatMap((d) => /^input (\w+)$/.exec(d)?.[1] ?? []));
		const plurals = new Map(
			f.declarations.flatMap((d) => {
				const p = /^local (\w+) = (\w+): plural/.exec(d);
				return p ? [[p[1]!, p[2]!] as const] : [];
			}),
		);
		const matches = Object.keys(f.match).map(
			(key) => new Map(key.split(',').map((part) => part.trim().split('=') as [string, string])),
		);
		for (const [local, input] of plurals) {
			if (!inputs.has(input)) found.push(`counts ${input}, which is no input`);
			const there = new Set(matches.map((each) => each.get(local)));
			for (const category of needed) {
				if (!there.has(category) && !(category !== 'other' && there.has('*')))
					found.push(`has no form for ${local}=${category}`);
			}
			for (const category of there) {
				if (category && category !== '*' && !needed.includes(category as Intl.LDMLPluralRule))
					found.push(`has a form ${local}=${category} that the language has not`);
			}
		}
		for (const text of Object.values(f.match)) {
			for (const value of valuesOf(text)) if (!inputs.has(value)) found.push(`names {${value}}, which is no input`);
		}
		return found;
	});
}

const all = features.flatMap((feature) =>
	Object.keys(read(feature, settings.baseLocale)).map((key) => ({ feature, key })),
);

describe('catalogues', () => {
	it('are all compiled', () => {
		const compiled = settings['plugin.inlang.messageFormat'].pathPattern.map((p) => p.split('/')[2]);
		expect([...compiled].sort()).toEqual([...features].sort());
	});

	it('have a message once, under the name of its feature', () => {
		const keys = all.map((m) => m.key);
		expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
		const prefix = (feature: string) => (feature === 'networks' ? 'net_' : feature.replace(/s$/, ''));
		const stranger = all.filter((m) => !m.key.startsWith(prefix(m.feature)));
		expect(stranger.map((m) => `${m.feature}: ${m.key}`)).toEqual([]);
	});

	describe.each(locales)('in %s', (locale) => {
		it('have the same messages', () => {
			const wrong = features.flatMap((feature) => {
				const base = read(feature, settings.baseLocale);
				const here = read(feature, locale);
				return [
					...Object.keys(base)
						.filter((key) => !(key in here))
						.map((key) => `${feature}: ${key} is missing`),
					...Object.keys(here)
						.filter((key) => !(key in base))
						.map((key) => `${feature}: ${key} is too many`),
				];
			});
			expect(wrong).toEqual([]);
		});

		it('have words and the same values', () => {
			const wrong = all.flatMap(({ feature, key }) => {
				const base = read(feature, settings.baseLocale)[key]!;
				const here = read(feature, locale)[key];
				if (here === undefined) return []; // told above
				if (texts(here).some((text) => text.trim() === '')) return [`${key} is empty`];
				const [want, got] = [inputs(base), inputs(here)];
				return want.join() === got.join() ? [] : [`${key} has {${got.join()}}, not {${want.join()}}`];
			});
			expect(wrong).toEqual([]);
		});

		it('have every form of the plural', () => {
			const wrong = features.flatMap((feature) =>
				Object.entries(read(feature, locale)).flatMap(([key, message]) =>
					faults(message, locale).map((fault) => `${key} ${fault}`),
				),
			);
			expect(wrong).toEqual([]);
		});

		it('are translated', () => {
			if (locale === settings.baseLocale) return;
			const same = all.flatMap(({ feature, key }) => {
				const english = texts(read(feature, settings.baseLocale)[key]!);
				const here = read(feature, locale)[key];
				if (here === undefined) return [];
				// Four words that are the same in two languages are a sentence nobody translated.
				return texts(here)
					.filter((text) => english.includes(text) && text.split(/\s+/).filter((w) => /\p{L}{2}/u.test(w)).length >= 4)
					.map((text) => `${key} “${text}”`);
			});
			expect(same).toEqual([]);
		});
	});

	it.each([
		['fr', { 'nPlural=one': '{n}', 'nPlural=other': '{n}' }, ['has no form for nPlural=many']],
		['zh-Hans', { 'nPlural=one': '{n}', 'nPlural=other': '{n}' }, ['has a form nPlural=one that the language has not']],
		['da', { 'nPlural=one': '{n}', 'nPlural=*': '{n}' }, ['has no form for nPlural=other']],
		['bg', { 'nPlural=one': '{n}', 'nPlural=other': '{m}' }, ['names {m}, which is no input']],
		['en', { 'nPlural=one': '{n}', 'nPlural=other': '{n}' }, []],
	])('of %s: a wrong form is seen', (locale, match, want) => {
		const message = [{ declarations: ['input n', 'local nPlural = n: plural'], selectors: ['nPlural'], match }];
		expect(faults(message as unknown as Forms[], locale)).toEqual(want);
	});
});
