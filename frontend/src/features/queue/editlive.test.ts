import { describe, expect, it } from 'vitest';
import type { api } from '$lib/backend';
import { EditLive, barWords, outcomeWords, type EditCalls } from './editlive.svelte';

const d = { id: 'd', networkName: 'Network' } as api.Delivery;

function part(over: Partial<api.LivePart> = {}): api.LivePart {
	return {
		text: 'as it was',
		alts: ['fog'],
		url: '',
		limit: 20,
		bar: '',
		words: true,
		pics: true,
		untilMs: 0,
		doubt: false,
		wish: '',
		...over,
	} as api.LivePart;
}

const fine: api.EditCheck = { remaining: 11, limit: 20, same: false, problems: [] } as unknown as api.EditCheck;
const taken = { outcome: 'accepted', message: '' } as api.Edit;

function backend(over: Partial<EditCalls> & { asked?: api.EditRequest[] } = {}): EditCalls {
	return {
		Live: () => Promise.resolve({ parts: [part()], edits: [] } as unknown as api.LivePost),
		CheckEdit: (r) => Promise.resolve({ ...fine, same: r.text === 'as it was' } as api.EditCheck),
		EditLive: (r) => {
			over.asked?.push(r);
			return Promise.resolve(taken);
		},
		...over,
	};
}

describe('changing a live post', () => {
	it('begins with what is live, and sends only what differs', async () => {
		const asked: api.EditRequest[] = [];
		const edit = new EditLive(backend({ asked }), d);
		await edit.load();
		expect(edit.text).toBe('as it was');
		expect(edit.ready).toBe(false);
		expect(await edit.send()).toBe(false);
		edit.text = 'mended';
		await edit.look();
		expect(edit.ready).toBe(true);
		expect(await edit.send()).toBe(true);
		expect(asked).toEqual([{ id: 'd', part: 0, text: 'mended', alts: ['fog'] }]);
	});

	it('says what does not fit', async () => {
		const problems = [{ code: 'too_long', warning: false, message: '3 over', values: { over: '3' } }];
		const edit = new EditLive(
			backend({ CheckEdit: () => Promise.resolve({ ...fine, remaining: -3, problems } as unknown as api.EditCheck) }),
			d,
		);
		await edit.load();
		expect(edit.wrong).toContain('3');
		expect(edit.ready).toBe(false);
	});

	it('keeps the words of a change in doubt, and asks for the same', async () => {
		const post = { parts: [part({ doubt: true, wish: 'maybe there' })], edits: [] } as unknown as api.LivePost;
		const edit = new EditLive(backend({ Live: () => Promise.resolve(post) }), d);
		await edit.load();
		expect(edit.text).toBe('maybe there');
		expect(edit.problem).not.toBe('');
		expect(await edit.send()).toBe(true);
	});

	it('turns to the first part that can be changed, and says why another cannot', async () => {
		const post = { parts: [part({ bar: 'poll' }), part({ text: 'second' })], edits: [] } as unknown as api.LivePost;
		const edit = new EditLive(backend({ Live: () => Promise.resolve(post) }), d);
		await edit.load();
		expect(edit.part).toBe(1);
		expect(edit.text).toBe('second');
		await edit.choose(0);
		expect(edit.barred).not.toBe('');
		expect(edit.ready).toBe(false);
	});

	it('drops a late answer to older words', async () => {
		const waiting: ((c: api.EditCheck) => void)[] = [];
		const edit = new EditLive(backend({ CheckEdit: () => new Promise((done) => waiting.push(done)) }), d);
		const loaded = edit.load();
		await Promise.resolve();
		await Promise.resolve();
		edit.text = 'newer';
		const looked = edit.look();
		waiting[1]?.(fine);
		await looked;
		waiting[0]?.({ ...fine, same: true } as api.EditCheck);
		await loaded;
		expect(edit.check?.same).toBe(false);
	});

	it('tells every end from the others', async () => {
		const words = ['ambiguous', 'rejected', 'throttled', 'reauth', 'not_sent'].map((outcome) =>
			outcomeWords({ outcome, message: '' } as api.Edit, 'Network'),
		);
		expect(new Set(words).size).toBe(words.length);
		const bars = ['never', 'not_yet', 'over', 'poll', 'media', 'lost'].map((bar) => barWords(bar, 'Network'));
		expect(new Set(bars).size).toBe(bars.length);
		const refused = { outcome: 'rejected', message: 'too rude' } as api.Edit;
		const edit = new EditLive(backend({ EditLive: () => Promise.resolve(refused) }), d);
		await edit.load();
		edit.text = 'x';
		await edit.look();
		expect(await edit.send()).toBe(false);
		expect(edit.problem).toContain('too rude');
	});
});
