import { describe, expect, it } from 'vitest';
import type { api, Changed, Progress } from '$lib/backend';
import { Studio, timeOf, Wish } from './studio.svelte';

describe('what a person wants of a video', () => {
	it('reads times as people write them', () => {
		expect(timeOf('7')).toBe(7000);
		expect(timeOf(' 0:07.5 ')).toBe(7500);
		expect(timeOf('1:02:07')).toBe(3_727_000);
		expect(timeOf('0:07,25')).toBe(7250);
		for (const bad of ['', 'now', '1:75', '-3', '1:2:3:4']) expect(timeOf(bad)).toBeUndefined();
	});

	it('asks for nothing that would be the same video', () => {
		const wish = new Wish({ id: 'a', durationMs: 10_400 });
		expect(wish.ready).toBe(false);
		wish.shape = '9:16';
		wish.fill = 'blur';
		expect(wish.ready).toBe(true);
		expect(wish.request()).toMatchObject({
			assets: ['a'],
			across: 9,
			down: 16,
			fill: 'blur',
			quick: false,
			channel: '',
		});
	});

	it('cuts without encoding where nothing else is wanted', () => {
		const wish = new Wish({ id: 'a', durationMs: 10_400 });
		wish.from = '0:02';
		wish.to = '0:11';
		expect(wish.ready).toBe(true);
		expect(wish.request()).toMatchObject({ fromMs: 2000, toMs: 11_000, quick: true, fill: '' });
		wish.exact = true;
		expect(wish.request()).toMatchObject({ fromMs: 2000, quick: false });
		wish.exact = false;
		wish.channel = 'c';
		expect(wish.onlyCut).toBe(false);
		expect(wish.request()).toMatchObject({ quick: false, channel: 'c' });
	});

	it('says which time is wrong', () => {
		const wish = new Wish({ id: 'a', durationMs: 10_000 });
		wish.from = '0:10';
		expect([wish.fromWrong, wish.toWrong, wish.ready]).toEqual([true, false, false]);
		wish.from = '0:05';
		wish.to = '0:04';
		expect([wish.fromWrong, wish.toWrong]).toEqual([false, true]);
		wish.to = 'soon';
		expect(wish.toWrong).toBe(true);
	});
});

class FakeWork {
	list = [{ id: 't', state: 'running' }] as api.VideoTask[];
	did: string[] = [];
	fail?: Error;
	changed?: (c: Changed) => void;
	progress?: (p: Progress) => void;
	tasks = async () => this.list;
	stop = async (id: string) => {
		if (this.fail) throw this.fail;
		this.did.push(`stop ${id}`);
	};
	dismiss = async (id: string) => {
		this.did.push(`dismiss ${id}`);
		this.list = [];
	};
	onChanged = (_: unknown, then: (c: Changed) => void) => {
		this.changed = then;
		return () => (this.changed = undefined);
	};
	onProgress = (then: (p: Progress) => void) => {
		this.progress = then;
		return () => (this.progress = undefined);
	};
}

describe('the work on videos', () => {
	it('is followed, stopped and dismissed', async () => {
		const work = new FakeWork();
		const studio = new Studio(work, 'w');
		studio.start();
		await studio.load();
		expect(studio.tasks).toHaveLength(1);
		work.progress?.({ task: 'video:t', done: 250, total: 1000 });
		work.progress?.({ task: 'import:1', done: 1, total: 2 });
		expect(studio.shares).toEqual({ t: 0.25 });
		await studio.stop('t');
		work.fail = new Error('{"code":"internal","message":"no"}');
		await studio.stop('t');
		expect(studio.error).toBeDefined();
		await studio.dismiss('t');
		expect(work.did).toEqual(['stop t', 'dismiss t']);
		expect(studio.tasks).toHaveLength(0);
		expect(studio.error).toBeUndefined();
		studio.end();
		expect(work.changed).toBeUndefined();
		expect(work.progress).toBeUndefined();
	});
});
