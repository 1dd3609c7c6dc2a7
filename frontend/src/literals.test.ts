// No word on screen stands in the code: every one comes from a catalogue, in six languages. This
// reads the parsed components and modules, so a word cannot hide in an expression either.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'svelte/compiler';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const src = import.meta.dirname;

/** Attributes and properties that people read or hear. */
const spoken = new Set([
	'alt',
	'aria-description',
	'aria-label',
	'aria-placeholder',
	'aria-roledescription',
	'aria-valuetext',
	'caption',
	'description',
	'empty',
	'heading',
	'help',
	'hint',
	'label',
	'message',
	'note',
	'placeholder',
	'sentence',
	'summary',
	'text',
	'title',
	'tooltip',
]);

/** Names that are the same in every language. */
const names = new Set(['JSON', 'Postbag']);

/** Whether a text has a word in it that could be said in another language. */
function wordy(text: string): boolean {
	return /\p{L}{2,}/u.test(text) && !names.has(text.trim());
}

interface Node {
	type: string;
	start: number;
	[key: string]: unknown;
}

const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null && typeof (x as Node).type === 'string';

/** The words that an expression can give: of every branch, and of every piece that is glued. */
function wordsOf(e: unknown): Node[] {
	if (!isNode(e)) return [];
	switch (e.type) {
		case 'Literal':
			return typeof e['value'] === 'string' && wordy(e['value']) ? [e] : [];
		case 'TemplateLiteral':
			return [
				...(e['quasis'] as Node[]).filter((q) => wordy((q['value'] as { raw: string }).raw)),
				...(e['expressions'] as unknown[]).flatMap(wordsOf),
			];
		case 'ConditionalExpression':
			return [...wordsOf(e['consequent']), ...wordsOf(e['alternate'])];
		case 'LogicalExpression':
		case 'BinaryExpression':
			return ['||', '??', '&&', '+'].includes(e['operator'] as string)
				? [...wordsOf(e['left']), ...wordsOf(e['right'])]
				: [];
		case 'TSAsExpression':
		case 'TSNonNullExpression':
			return wordsOf(e['expression']);
	}
	return [];
}

function svelteLiterals(source: string): { at: number; text: string }[] {
	const found: { at: number; text: string }[] = [];
	const add = (n: Node) => {
		const value = n['value'] as string | { raw: string } | undefined;
		const text = (n['data'] as string) ?? (typeof value === 'object' ? value.raw : value) ?? '';
		found.push({ at: n.start, text: text.trim() });
	};
	const visit = (n: unknown, attribute?: string) => {
		if (Array.isArray(n)) {
			for (const each of n) visit(each, attribute);
			return;
		}
		if (!isNode(n)) return;
		if (n.type === 'StyleDirective') return;
		if (n.type === 'Attribute') {
			if (spoken.has(n['name'] as string)) visit(n['value'], n['name'] as string);
			else visitInside(n['value']);
			return;
		}
		if (n.type === 'Text') {
			if (wordy(n['data'] as string)) add(n);
			return;
		}
		if (n.type === 'ExpressionTag') {
			for (const word of wordsOf(n['expression'])) add(word);
			return;
		}
		for (const [key, value] of Object.entries(n)) {
			if (key !== 'parent' && key !== 'metadata') visit(value);
		}
	};
	// Of an attribute that is not read, only components' snippets could hold words.
	const visitInside = (n: unknown) => {
		if (Array.isArray(n)) for (const each of n) visitInside(each);
		else if (isNode(n) && n.type === 'Fragment') visit(n);
	};
	visit(parse(source, { modern: true }).fragment);
	return found;
}

/** Words in the values of properties that are shown, in TypeScript: { label: 'Queue' }, label: () => 'Queue'. */
function scriptLiterals(source: string): { at: number; text: string }[] {
	const found: { at: number; text: string }[] = [];
	const file = ts.createSourceFile('a.ts', source, ts.ScriptTarget.Latest, true);
	const words = (e: ts.Node) => {
		if (ts.isStringLiteralLike(e)) {
			if (wordy(e.text)) found.push({ at: e.getStart(), text: e.text });
		} else if (ts.isTemplateExpression(e)) {
			if ([e.head, ...e.templateSpans.map((s) => s.literal)].some((p) => wordy(p.text)))
				found.push({ at: e.getStart(), text: e.getText() });
		} else if (ts.isConditionalExpression(e)) {
			words(e.whenTrue);
			words(e.whenFalse);
		} else if (ts.isParenthesizedExpression(e) || ts.isAsExpression(e)) {
			words(e.expression);
		} else if (ts.isArrowFunction(e) && !ts.isBlock(e.body)) {
			words(e.body);
		} else if (ts.isBinaryExpression(e) && /^(\|\||\?\?|&&|\+)$/.test(e.operatorToken.getText())) {
			words(e.left);
			words(e.right);
		}
	};
	const visit = (n: ts.Node) => {
		if (ts.isPropertyAssignment(n) && spoken.has(n.name.getText().replace(/['"]/g, ''))) words(n.initializer);
		if (ts.isCallExpression(n) && /^(toast|announce|say)(\.\w+)?$/.test(n.expression.getText()))
			n.arguments.forEach(words);
		ts.forEachChild(n, visit);
	};
	visit(file);
	return found;
}

/**
 * Every file of the page that a person meets. The page of the kit's parts is for developers, and
 * lib/backend tells of errors in English, as the backend does: the screen has its own sentences.
 */
function files(folder = src): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return ['paraglide', 'testing', 'kit', 'backend'].includes(entry.name) ? [] : files(path);
		return /\.(svelte|ts)$/.test(entry.name) && !/\.(test|d)\.ts$|\.fixture\./.test(entry.name) ? [path] : [];
	});
}

function literals(path: string, source: string): string[] {
	const list: { at: number; text: string }[] = [];
	if (path.endsWith('.svelte')) {
		list.push(...svelteLiterals(source));
		for (const [, code] of source.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)) {
			const offset = source.indexOf(code ?? '');
			list.push(...scriptLiterals(code ?? '').map((l) => ({ ...l, at: l.at + offset })));
		}
	} else {
		list.push(...scriptLiterals(source));
	}
	return list.map((l) => `${relative(src, path)}:${source.slice(0, l.at).split('\n').length} “${l.text}”`);
}

describe('words on screen', () => {
	it('come from the catalogues alone', () => {
		const list = files();
		expect(list.length).toBeGreaterThan(20);
		expect(list.flatMap((path) => literals(path, readFileSync(path, 'utf8')))).toEqual([]);
	});

	it.each([
		['<p>Hello there</p>', 1],
		['<p>{m.hello()}</p>', 0],
		['<p>{"Hello"}</p>', 1],
		['<p>{late ? "Too late" : m.fine()}</p>', 1],
		['<p>{`${n} posts`}</p>', 1],
		['<p>{n} · {time}</p>', 0],
		['<button aria-label="Close"></button>', 1],
		['<button aria-label={m.close()} class="close button"></button>', 0],
		['<Field label={open ? "Open" : "Closed"} />', 2],
		['<Field label={`Name of ${x}`} kind="text" />', 1],
		['<img alt="" src="a.png" />', 0],
		['<Menu>{#snippet item()}Copy link{/snippet}</Menu>', 1],
		['{#if x}<b>Yes</b>{:else}{m.no()}{/if}', 1],
		['<script lang="ts">const c = { label: () => "Queue", english: "Queue" };</script>', 1],
		['<script lang="ts">toast("Moved");</script>', 1],
		['<style>.a { content: "x y" }</style>', 0],
		['<p>Postbag</p>', 0],
		['<p style:transform={`scale(${x}) or so`}></p>', 0],
	])('%s has %i', (source, count) => {
		expect(literals(join(src, 'a.svelte'), source)).toHaveLength(count);
	});
});
