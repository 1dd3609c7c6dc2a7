import { beforeEach, describe, expect, it } from 'vitest';
import type { api, Changed, Progress } from '$lib/backend';
import type { Composer, Row } from './composer.svelte';
import { Films, needOf, placesOf, type FilmWork, type Misfit } from './films.svelte';

const issue = (code: string, values: Record<string, string> = {}, at = 0): api.Issue =>
	({ code, values, field: 'media', part: 0, media: at, warning: false, message: '' }) as api.Issue;
const asset = (more: Partial<api.Asset> = {}): api.Asset =>
	({
		id: 'v',
		kind: 'video',
		format: 'mp4',
		name: 'v.mp4',
		width: 1920,
		height: 1080,
		durationMs: 200_000,
		bytes: 9,
		...more,
	}) as api.Asset;
const use = (id: string, more: Partial<api.Media> = {}): api.Media =>
	({ asset: id, alt: '', part: 0, decorative: false, preset: '', crops: {}, ...more }) as api.Media;

describe('what a version of a video must be', () => {
	it('comes from what the channel says', () => {
		const need = needOf(
			[
				issue('media_length', { limit: '90' }),
				issue('media_bytes', { limit: '5000' }),
				issue('media_aspect', { shape: '9:16' }),
			],
			asset(),
			use('v'),
		);
		expect(need).toEqual({ longMs: 90_000, bytes: 5000, shape: '9:16', mp4: false });
	});

	it('is nothing where no version could help', () => {
		expect(needOf([issue('media_too_short'), issue('too_many_videos')], asset(), use('v'))).toBeUndefined();
		expect(needOf([issue('media_size')], asset({ width: 400, height: 300 }), use('v'))).toBeUndefined();
		expect(needOf([issue('media_aspect')], asset(), use('v'))).toBeUndefined();
		expect(needOf([issue('media_size')], asset({ width: 3840, height: 2160 }), use('v'))).toBeDefined();
	});

	it('is an MP4 of an animation that a network makes still, not of one that a size does', () => {
		const gif = asset({ kind: 'animation', format: 'gif' });
		expect(needOf([issue('animation_still')], gif, use('v'))?.mp4).toBe(true);
		expect(needOf([issue('animation_still')], gif, use('v', { preset: 'square' }))).toBeUndefined();
	});

	it('finds the media that a report speaks of', () => {
		const media = [use('a'), use('b', { part: 1 }), use('c', { part: 1 })];
		const report = (more: Partial<api.Report>) => ({ joined: false, only: -1, ...more }) as api.Report;
		expect(placesOf(media, report({}), 1)).toEqual([1, 2]);
		expect(placesOf(media, report({ joined: true }), 0)).toEqual([0, 1, 2]);
		expect(placesOf(media, report({ only: 1 }), 0)).toEqual([1, 2]);
	});
});

class FakeWork implements FilmWork {
	there = true;
	asked: string[] = [];
	made: api.MakeVideo[] = [];
	stopped: string[] = [];
	list: api.VideoTask[] = [];
	fail?: Error;
	changed?: (c: Changed) => void;
	progress?: (p: Progress) => void;
	tools = async () => ({ there: this.there, writes: this.there }) as api.VideoTools;
	fits = async (id: string) => {
		this.asked.push(id);
		return [{ channel: 'c', can: true, bytes: 0, longMs: 0 }] as api.VideoFit[];
	};
	make = async (r: api.MakeVideo) => {
		if (this.fail) throw this.fail;
		this.made.push(r);
		const task = { id: 't', state: 'running', share: 0, result: '' } as api.VideoTask;
		this.list = [task];
		return task;
	};
	tasks = async () => this.list;
	stop = async (id: string) => void this.stopped.push(id);
	onChanged = (topics: readonly string[], then: (c: Changed) => void) => {
		if (topics.includes('library')) this.changed = then;
		return () => (this.changed = undefined);
	};
	onProgress = (then: (p: Progress) => void) => {
		this.progress = then;
		return () => (this.progress = undefined);
	};
}

const row = (id: string, problems: api.Issue[]): Row =>
	({
		channel: { id, network: 'n' },
		network: { id: 'n', name: 'Net' },
		variant: { channel: id, options: {} },
		report: { channel: id, problems, joined: false, only: -1 },
		own: [],
	}) as unknown as Row;

describe('videos that a channel does not take', () => {
	let work: FakeWork;
	let films: Films;
	let replaced: [string, string, string][];
	let told: string[];
	let back: (() => void) | undefined;
	const turn = () => new Promise((r) => setTimeout(r));

	beforeEach(() => {
		work = new FakeWork();
		replaced = [];
		told = [];
		const composer = {
			rows: [row('c', [issue('media_length', { limit: '60' })]), row('d', [issue('media_bytes', { limit: '1' })])],
			content: { media: [use('v')], text: '', parts: [] },
			assets: { v: asset() },
			replaceFor: (channel: string, from: string, to: api.Asset) => {
				replaced.push([channel, from, to.id]);
				return true;
			},
		} as unknown as Composer;
		films = new Films(
			composer,
			'w',
			work,
			async (id) => asset({ id }),
			(f: Misfit, r, b) => {
				told.push(`${f.row.channel.id} ${r.id}`);
				back = b;
			},
		);
	});

	it('are offered where a version can be made, and nobody is asked twice', async () => {
		expect(films.misfits.map((f) => f.row.channel.id)).toEqual(['c', 'd']);
		films.ask();
		films.ask();
		await turn();
		expect(work.asked).toEqual(['v']);
		expect(films.offers.map((f) => f.row.channel.id)).toEqual(['c']); // what d takes cannot be made
		expect(films.request(films.offers[0]!)).toMatchObject({
			assets: ['v'],
			channel: 'c',
			longMs: 60_000,
			across: 0,
			fill: '',
		});
	});

	it('are made, followed, used by that channel alone, and given back', async () => {
		films.ask();
		await turn();
		const [f] = films.offers;
		await films.make(f!);
		await films.make(f!); // pressed twice
		expect(work.made).toHaveLength(1);
		work.progress?.({ task: 'video:t', done: 250, total: 1000 });
		expect(films.making[f!.key]!.share).toBe(0.25);
		expect(films.busy(f!)).toBe(true);
		work.list = [{ id: 't', state: 'done', share: 1, result: 'new' } as api.VideoTask];
		work.changed?.({ topic: 'library', ids: [] } as unknown as Changed);
		await turn();
		expect(replaced).toEqual([['c', 'v', 'new']]);
		expect(told).toEqual(['c new']);
		expect(films.busy(f!)).toBe(false);
		back?.();
		expect(replaced[1]).toEqual(['c', 'new', 'v']);
	});

	it('say why one was not made, and can be tried again or stopped', async () => {
		films.ask();
		await turn();
		const [f] = films.offers;
		work.fail = new Error('no');
		await films.make(f!);
		expect(films.making[f!.key]!.error).toBeDefined();
		expect(films.busy(f!)).toBe(false);
		work.fail = undefined;
		await films.make(f!);
		work.list = [{ id: 't', state: 'failed', code: 'disk_full', share: 0, result: '' } as api.VideoTask];
		work.changed?.({ topic: 'library', ids: [] } as unknown as Changed);
		await turn();
		expect(films.making[f!.key]!.task?.code).toBe('disk_full');
		expect(films.busy(f!)).toBe(false);
		await films.make(f!);
		await films.stop(f!);
		expect(work.stopped).toEqual(['t']);
		expect(films.making[f!.key]).toBeUndefined();
		films.end();
		expect(work.changed).toBeUndefined();
	});
});
