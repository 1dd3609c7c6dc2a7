import { describe, expect, it } from 'vitest';
import { BackendError, type api, type Progress } from '$lib/backend';
import { Exporter, unknownToken, within, zipName, type Exports } from './exporter.svelte';

class FakeExports implements Exports {
	asked: api.RenderRequest[] = [];
	stopped: string[] = [];
	progress: ((p: Progress) => void) | undefined;
	answers: ((names: string[]) => void)[] = [];
	refusals: ((e: unknown) => void)[] = [];
	made: api.Rendered | BackendError = rendered(2);
	#end: (() => void) | undefined;
	held = false;

	render = async (r: api.RenderRequest) => {
		this.asked.push(r);
		if (this.held) await new Promise<void>((done) => (this.#end = done));
		if (this.made instanceof BackendError) throw this.made;
		return this.made;
	};
	stop = async (task: string) => {
		this.stopped.push(task);
		this.made = { ...rendered(1), stopped: true };
		this.#end?.();
	};
	names = (r: api.RenderRequest) => {
		this.asked.push(r);
		return new Promise<string[]>((answer, refuse) => {
			this.answers.push(answer);
			this.refusals.push(refuse);
		});
	};
	onProgress = (then: (p: Progress) => void) => {
		this.progress = then;
		return () => (this.progress = undefined);
	};
}

function rendered(files: number): api.Rendered {
	return {
		files: Array<api.RenderedFile>(files),
		failed: [],
		skipped: 0,
		bytes: 1,
		sheet: '',
		zip: '',
		stopped: false,
	};
}

const refused = (field: string) => new BackendError({ code: 'invalid', message: 'No.', field });

describe('an export', () => {
	it('goes into a folder, or into a zip in it', async () => {
		const backend = new FakeExports();
		const e = new Exporter(backend);
		e.chosen.folder = ' /home/me/out ';
		await e.write(['a'], ['square'], undefined);
		expect(backend.asked[0]).toMatchObject({
			out: '/home/me/out',
			zip: '',
			assets: ['a'],
			presets: ['square'],
			pattern: '{name}-{preset}',
		});
		e.chosen.zip = true;
		e.chosen.name = 'summer';
		await e.write(['a'], ['square'], undefined);
		expect(backend.asked[1]).toMatchObject({ out: '', zip: '/home/me/out/summer.zip' });
		expect(backend.asked[1]!.task).not.toBe('');
	});

	it('says how far it is, of its own task alone, and can be stopped', async () => {
		const backend = new FakeExports();
		backend.held = true;
		const e = new Exporter(backend);
		const writing = e.write(['a', 'b'], ['square'], undefined);
		const task = backend.asked[0]!.task;
		backend.progress!({ task: 'render', done: 9, total: 9 });
		expect(e.done).toBe(0);
		backend.progress!({ task: `render:${task}`, done: 1, total: 2 });
		expect([e.done, e.running]).toEqual([1, true]);
		await e.stop();
		await writing;
		expect(backend.stopped).toEqual([task]);
		expect([e.result?.stopped, e.running, e.stopping]).toEqual([true, false, false]);
		expect(backend.progress).toBeUndefined();
	});

	it('keeps what went wrong', async () => {
		const backend = new FakeExports();
		backend.made = refused('zip');
		const e = new Exporter(backend);
		await e.write(['a'], ['square'], undefined);
		expect([e.error?.field, e.running, e.result]).toEqual(['zip', false, undefined]);
	});

	it('shows names as the newest pattern makes them', async () => {
		const backend = new FakeExports();
		const e = new Exporter(backend);
		const older = e.name(['a', 'b'], ['x', 'y', 'z']);
		expect(backend.asked[0]).toMatchObject({ assets: ['a'], presets: ['x', 'y'] });
		e.chosen.pattern = '{nome}';
		const newer = e.name(['a'], ['x']);
		backend.refusals[1]!(refused('pattern'));
		await newer;
		backend.answers[0]!(['old.jpg']);
		await older;
		expect([e.examples, e.badPattern]).toEqual([[], true]);
		e.chosen.pattern = '{name}';
		const third = e.name(['a'], ['x']);
		backend.answers[2]!(['a.jpg']);
		await third;
		expect([e.examples, e.badPattern]).toEqual([['a.jpg'], false]);
	});

	it('knows its tokens and writes paths as the system does', () => {
		expect(unknownToken('{network}/{n:3}-{name}')).toBeUndefined();
		expect(unknownToken('{name}-{nome}')).toBe('{nome}');
		expect(unknownToken('{n:33}')).toBe('{n:33}');
		expect(zipName(' a/b ')).toBe('a-b.zip');
		expect(zipName('A.ZIP')).toBe('A.ZIP');
		expect(within('C:\\out', 'a.zip')).toBe('C:\\out\\a.zip');
		expect(within('/', 'a.zip')).toBe('/a.zip');
	});
});
