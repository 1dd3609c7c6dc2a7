import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackendError, type api } from '$lib/backend';
import { Composer } from './composer.svelte';
import { nothing, resolve, titleOf } from './content';
import type { Desk } from './desk';
import { changeOf, shift, shiftCut } from './marks';
import { matches, typedWord, wordsOf } from './suggest';

const channel = (id: string, network = 'short'): api.Channel =>
	({ id, network, handle: `@${id}`, name: id, server: '', state: 'ready', local: false }) as api.Channel;

const post = (id: string, version: number, content: api.Content, variants: api.Variant[]): api.Post =>
	({
		id,
		workspace: 'w',
		content,
		variants,
		version,
		state: 'draft',
		published: 0,
		of: 0,
		createdMs: 0,
		updatedMs: 0,
		deletedMs: 0,
	}) as api.Post;

/** A backend in memory: saves, steps back and forth, and a limit of 20 characters. */
class FakeDesk implements Desk {
	states: { content: api.Content; variants: api.Variant[] }[] = [];
	at = -1;
	version = 0;
	writes: api.WriteDraft[] = [];
	checks: { draft: api.Draft; answer: (a: api.DraftCheck) => void }[] = [];
	fail: BackendError | undefined;
	holdChecks = false;

	#written(): api.Written {
		const now = this.states[this.at]!;
		const copy = JSON.parse(JSON.stringify(now)) as typeof now;
		return {
			post: post('p1', this.version, copy.content, copy.variants),
			back: this.at,
			forth: this.states.length - 1 - this.at,
		};
	}

	open = async () => this.#written();
	create = async (_: string, content: api.Content, list: string[]) => {
		this.version = 1;
		this.states = [{ content, variants: list.map((c) => ({ channel: c, options: {} })) }];
		this.at = 0;
		return this.#written().post;
	};
	write = async (r: api.WriteDraft) => {
		this.writes.push(r);
		if (this.fail) throw this.fail;
		if (r.version && r.version !== this.version) throw new BackendError({ code: 'conflict', message: '' });
		this.version++;
		this.states = [...this.states.slice(0, this.at + 1), { content: r.content, variants: r.variants }];
		this.at++;
		return this.#written();
	};
	undo = async () => {
		if (this.at > 0) this.at--;
		this.version++;
		return this.#written();
	};
	redo = async () => {
		if (this.at < this.states.length - 1) this.at++;
		this.version++;
		return this.#written();
	};
	check = (draft: api.Draft) =>
		new Promise<api.DraftCheck>((answer) => {
			this.checks.push({ draft, answer });
			if (!this.holdChecks) answer(answerTo(draft));
		});
	preview = async () => [];
	split = async () => ['one', 'two', 'three'];
	asset = async (id: string) => ({ id, alt: '' }) as api.Asset;
	channels = async () => [channel('a'), channel('b')];
	networks = async () => [
		{ id: 'short', name: 'Short', parts: 9, options: [], visibilities: [] } as unknown as api.Network,
	];
	deliveries = async () => [];
}

function answerTo(draft: api.Draft): api.DraftCheck {
	return {
		reports: draft.variants.map((v) => {
			const c = resolve(draft.content, v);
			const left = 20 - c.text.length;
			return {
				channel: v.channel,
				network: 'short',
				length: c.text.length,
				limit: 20,
				remaining: left,
				over: Math.max(-left, 0),
				parts: [{ length: c.text.length, remaining: left, overflowAt: -1, cutAt: left < 0 ? 20 : -1 }],
				problems: [],
			} as unknown as api.Report;
		}),
		texts: [{ channel: '', part: 0, characters: draft.content.text.length, marks: [] }],
	};
}

let desk: FakeDesk;
let composer: Composer;

beforeEach(async () => {
	vi.useFakeTimers();
	localStorage.clear();
	desk = new FakeDesk();
	composer = new Composer(desk, 'w');
	await composer.open('new');
});

afterEach(() => {
	composer.stop();
	vi.useRealTimers();
});

const rest = () => vi.advanceTimersByTimeAsync(400);

describe('keeping', () => {
	it('saves a new post once the hand rests, and not before it has words', async () => {
		await rest();
		expect(desk.version).toBe(0);
		composer.write(0, 'a');
		composer.write(0, 'ab');
		expect(desk.writes).toHaveLength(0);
		await rest();
		expect(composer.id).toBe('p1');
		expect(desk.states.at(-1)?.content.text).toBe('ab');
		expect(composer.savedOnce).toBe(true);
	});

	it('tries a failed save again and loses no word', async () => {
		composer.write(0, 'first');
		await rest();
		desk.fail = new BackendError({ code: 'disk_full', message: '' });
		composer.write(0, 'second');
		await rest();
		expect(composer.saving).toBe('failed');
		expect(composer.allText()).toBe('second');
		desk.fail = undefined;
		await vi.advanceTimersByTimeAsync(4000);
		expect(composer.saving).toBe('saved');
		expect(desk.states.at(-1)?.content.text).toBe('second');
	});

	it('keeps what is here when somebody else saved, if the person says so', async () => {
		composer.write(0, 'mine');
		await rest();
		desk.version += 5;
		composer.write(0, 'mine, longer');
		await rest();
		expect(composer.saving).toBe('conflict');
		expect(composer.parts[0]).toBe('mine, longer');
		await composer.keepMine();
		expect(composer.saving).toBe('saved');
		expect(desk.states.at(-1)?.content.text).toBe('mine, longer');
	});

	it('saves what is unsaved before it steps back', async () => {
		composer.write(0, 'one');
		await rest();
		composer.write(0, 'one two');
		await composer.undo();
		expect(composer.parts[0]).toBe('one');
		expect(composer.forth).toBe(1);
		await composer.redo();
		expect(composer.parts[0]).toBe('one two');
		expect(composer.caret).toEqual({ part: 0, at: 7 });
	});
});

describe('one text, exceptions where needed', () => {
	it('gives a channel its own text by writing there, and leaves the others', () => {
		composer.write(0, 'shared');
		composer.channel = 'a';
		composer.write(0, 'own');
		expect(composer.parts[0]).toBe('own');
		expect(composer.content.text).toBe('shared');
		expect(composer.followers.map((r) => r.channel.id)).toEqual(['b']);
		composer.follow('a', ['text']);
		expect(composer.parts[0]).toBe('shared');
	});

	it('says that the shared text changed since', () => {
		composer.write(0, 'shared');
		composer.channel = 'a';
		composer.write(0, 'own');
		expect(composer.sharedMoved).toBe(false);
		composer.channel = '';
		composer.write(0, 'shared, changed');
		composer.channel = 'a';
		expect(composer.sharedMoved).toBe(true);
		composer.keepOwn();
		expect(composer.sharedMoved).toBe(false);
	});

	it('wakes the own text of a channel that comes back', () => {
		composer.channel = 'a';
		composer.write(0, 'own');
		composer.toggle('a');
		expect(composer.channel).toBe('');
		expect(composer.rows).toHaveLength(1);
		composer.toggle('a');
		composer.channel = 'a';
		expect(composer.parts[0]).toBe('own');
	});
});

describe('the counter', () => {
	it('takes the newest answer and asks for no older text', async () => {
		await rest();
		desk.holdChecks = true;
		desk.checks = [];
		composer.write(0, 'a');
		composer.write(0, 'ab');
		composer.write(0, 'abc');
		expect(desk.checks).toHaveLength(1);
		const first = desk.checks[0]!;
		first.answer(answerTo(first.draft));
		await vi.advanceTimersByTimeAsync(0);
		expect(desk.checks).toHaveLength(2);
		expect(desk.checks[1]!.draft.content.text).toBe('abc');
		desk.checks[1]!.answer(answerTo(desk.checks[1]!.draft));
		await vi.advanceTimersByTimeAsync(0);
		expect(composer.reports[0]?.remaining).toBe(17);
	});

	it('moves the overflow along with what is typed before it', async () => {
		composer.write(0, 'x'.repeat(25));
		await rest();
		expect(composer.cutOf(0)?.at).toBe(20);
		desk.holdChecks = true;
		composer.write(0, `yy${'x'.repeat(25)}`);
		expect(composer.cutOf(0)?.at).toBe(22);
	});
});

describe('threads', () => {
	it('splits, merges and keeps pictures with their parts', async () => {
		composer.write(0, 'a long text');
		composer.addMedia([{ id: 'pic', alt: '' } as api.Asset], 0);
		await composer.split(0, false);
		expect(composer.parts).toEqual(['one', 'two', 'three']);
		composer.movePart(0, 1);
		expect(composer.parts).toEqual(['two', 'one', 'three']);
		expect(composer.media[0]?.part).toBe(1);
		composer.mergePart(1);
		expect(composer.parts).toEqual(['two\n\none', 'three']);
		expect(composer.media[0]?.part).toBe(0);
		await rest();
		expect(desk.writes.map((w) => w.reason)).toContain('merge');
	});
});

describe('pictures', () => {
	it('moves, removes and does not add one twice', () => {
		const pics = ['1', '2', '3'].map((id) => ({ id, alt: '' }) as api.Asset);
		expect(composer.addMedia(pics)).toBe(3);
		expect(composer.addMedia(pics)).toBe(0);
		composer.moveMedia(2, 0);
		expect(composer.media.map((m) => m.asset)).toEqual(['3', '1', '2']);
		composer.removeMedia(0);
		expect(composer.media.map((m) => m.asset)).toEqual(['1', '2']);
		composer.changeMedia(0, { alt: 'words' }, 'alt');
		expect(composer.altOf(composer.media[0]!)).toBe('words');
	});
});

describe('marks', () => {
	const mark = (start: number, end: number): api.Mark => ({ kind: 'tag', start, end });

	it('finds what changed', () => {
		expect(changeOf('hello', 'hallo')).toEqual({ from: 1, removed: 1, added: 1 });
		expect(changeOf('aaa', 'aaaa')).toEqual({ from: 3, removed: 0, added: 1 });
		expect(changeOf('', 'x')).toEqual({ from: 0, removed: 0, added: 1 });
	});

	it('moves marks after a change and drops none before it', () => {
		expect(shift([mark(0, 2), mark(10, 14)], { from: 5, removed: 0, added: 3 })).toEqual([mark(0, 2), mark(13, 17)]);
		expect(shift([mark(4, 8)], { from: 8, removed: 0, added: 1 })).toEqual([mark(4, 9)]);
		expect(shiftCut(20, { from: 3, removed: 2, added: 0 })).toBe(18);
		expect(shiftCut(-1, { from: 0, removed: 0, added: 9 })).toBe(-1);
	});
});

describe('suggestions', () => {
	it('knows the word that is being typed', () => {
		expect(typedWord('see #har', 8)).toEqual({ text: '#har', from: 4 });
		expect(typedWord('mail me@x', 9)).toBeUndefined();
		expect(typedWord('#har bour', 2)).toBeUndefined();
	});

	it('offers words of any script, accents aside', () => {
		expect(matches('#ete', ['#été', '#eté2', '#other'])).toEqual(['#été', '#eté2']);
		expect(wordsOf('#печат and @you@e.org, mail@me #1')).toEqual(['#печат', '@you@e.org', '#1']);
	});
});

describe('titles', () => {
	it('is the first line, cut between words', () => {
		expect(titleOf({ ...nothing(), text: '\n  First line \nsecond' })).toBe('First line');
		expect(titleOf({ ...nothing(), text: 'word '.repeat(30) })).toMatch(/^(word )+word…$/);
	});
});
