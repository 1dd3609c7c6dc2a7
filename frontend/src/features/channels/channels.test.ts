import { describe, expect, it } from 'vitest';
import { BackendError, type api } from '$lib/backend';
import { Connecting, type Desk } from './connect.svelte';
import { locale } from '$lib/locale.svelte';
import { helpOf, notes, said } from './words';

const question = (key: string, more: Partial<api.Question> = {}): api.Question => ({
	key,
	label: key,
	help: '',
	secret: false,
	default: '',
	optional: false,
	link: '',
	text: key,
	...more,
});
const step = (more: Partial<api.ConnectStep>): api.ConnectStep =>
	({
		conversation: 'c',
		ask: [],
		browse: '',
		waiting: false,
		message: '',
		done: false,
		channel: {},
		...more,
	}) as api.ConnectStep;

class FakeDesk implements Desk {
	connected: api.ConnectRequest[] = [];
	answered: Record<string, string>[] = [];
	abandoned: string[] = [];
	opened: string[] = [];
	steps: (api.ConnectStep | Error)[] = [];
	browser: ((s: api.ConnectStep) => void) | undefined;

	#next() {
		const s = this.steps.shift();
		return s instanceof Error ? Promise.reject(s) : Promise.resolve(s!);
	}
	connect = (r: api.ConnectRequest) => {
		this.connected.push(r);
		return this.#next();
	};
	answer = (r: api.AnswerRequest) => {
		this.answered.push(r.answers);
		return this.#next();
	};
	awaitBrowser = () => new Promise<api.ConnectStep>((back) => (this.browser = back));
	abandon = (id: string) => {
		this.abandoned.push(id);
		return Promise.resolve();
	};
	open = (address: string) => {
		this.opened.push(address);
		return Promise.resolve();
	};
}

const settled = () => new Promise((r) => setTimeout(r));
const server = question('server');

describe('connecting an account', () => {
	it('asks, takes the answers, and ends with the channel', async () => {
		const desk = new FakeDesk();
		desk.steps = [
			step({ ask: [server, question('proxy', { optional: true, default: 'none' })] }),
			step({ done: true }),
		];
		const talk = new Connecting(desk, 'w', 'n');
		await talk.begin();
		expect(talk.stage).toBe('ask');
		expect(talk.answered).toBe(false);
		talk.answers['server'] = 'example.org';
		await talk.submit();
		expect(desk.answered).toEqual([{ server: 'example.org', proxy: 'none' }]);
		expect(talk.stage).toBe('done');
		expect(talk.answers).toEqual({});
	});

	it('keeps what was answered when it is asked again, but no secret', async () => {
		const desk = new FakeDesk();
		const secret = question('password', { secret: true });
		desk.steps = [step({ ask: [server, secret] }), step({ ask: [server, secret], message: 'That is wrong.' })];
		const talk = new Connecting(desk, 'w', 'n');
		await talk.begin();
		talk.answers = { server: 'example.org', password: 'hush' };
		await talk.submit();
		expect(talk.turn?.message).toBe('That is wrong.');
		expect(talk.answers).toEqual({ server: 'example.org', password: '' });
	});

	it('opens the browser, and ends when it comes back', async () => {
		const desk = new FakeDesk();
		desk.steps = [step({ browse: 'https://example.org/yes', waiting: true })];
		const talk = new Connecting(desk, 'w', 'n');
		await talk.begin();
		expect(desk.opened).toEqual(['https://example.org/yes']);
		expect(talk.stage).toBe('browser');
		desk.browser!(step({ done: true }));
		await settled();
		expect(talk.stage).toBe('done');
	});

	it('goes on by code without asking again what was answered', async () => {
		const desk = new FakeDesk();
		desk.steps = [
			step({ ask: [server] }),
			step({ browse: 'https://example.org/yes', waiting: true }),
			step({ conversation: 'd', ask: [server] }),
			step({ conversation: 'd', browse: 'https://example.org/code', ask: [question('code')] }),
		];
		const talk = new Connecting(desk, 'w', 'n');
		await talk.begin();
		talk.answers['server'] = 'example.org';
		await talk.submit();
		await talk.byCode();
		expect(desk.abandoned).toEqual(['c']);
		expect(desk.connected.map((r) => r.browser)).toEqual([true, false]);
		expect(desk.answered).toEqual([{ server: 'example.org' }, { server: 'example.org' }]);
		expect(talk.waiting).toBe(false);
		expect(talk.questions.map((q) => q.key)).toEqual(['code']);
	});

	it('drops an answer that comes after the person left', async () => {
		const desk = new FakeDesk();
		desk.steps = [step({ browse: 'https://example.org/yes', waiting: true })];
		const talk = new Connecting(desk, 'w', 'n');
		await talk.begin();
		await talk.end();
		desk.browser!(step({ done: true }));
		await settled();
		expect(talk.stage).toBe('browser');
		expect(desk.abandoned).toEqual(['c']);
	});

	it('says what failed and can begin again', async () => {
		const desk = new FakeDesk();
		desk.steps = [new BackendError({ code: 'network', message: 'No answer.' }), step({ ask: [server] })];
		const talk = new Connecting(desk, 'w', 'n');
		await talk.begin();
		expect(talk.problem?.details).toContain('No answer.');
		expect(talk.busy).toBe(false);
		await talk.begin();
		expect(talk.problem).toBeUndefined();
		expect(talk.stage).toBe('ask');
	});
});

describe('what is said of a network before it is chosen', () => {
	it('is that it charges, where it does, and that it is free where it is', () => {
		const network = (...abilities: string[]) => ({ abilities, local: false, server: false }) as unknown as api.Network;
		expect(notes(network('priced'))).toContain('Charges for each post');
		expect(notes(network('priced'))).not.toContain('Free of charge');
		expect(notes(network())).toContain('Free of charge');
	});
});

describe('what a conversation says', () => {
	const turn = step({
		ask: [question('server', { label: 'Server', text: 'mastodon_server' })],
		message: 'That is no server: it is too long.',
		reason: 'malformed',
		about: 'server',
	});

	it('is the network’s own sentence in English, and the reason in every other language', async () => {
		expect(said(turn, 'Mastodon')).toBe(turn.message);
		await locale.use('nb');
		expect(said(turn, 'Mastodon')).toBe('Dette kan ikke stemme: Server. Se på det en gang til.');
		expect(said({ ...turn, about: '' }, 'Mastodon')).toContain('svarene dine');
		expect(said({ ...turn, reason: '' }, 'Mastodon')).toBe(turn.message);
		await locale.use('en');
	});
});

describe('where an answer is found', () => {
	it('is a sentence', () => {
		expect(helpOf(question('key', { help: 'In the settings. 2. is no step.' }))).toBe(
			'In the settings. 2. is no step.',
		);
	});

	it('is step after step, with or without spaces between them', () => {
		expect(helpOf(question('key', { help: '1. Open the page of 2.0. 2. Copy the key.' }))).toEqual([
			'Open the page of 2.0.',
			'Copy the key.',
		]);
		expect(helpOf(question('key', { help: '1. 打开页面。2. 复制密钥。' }))).toEqual(['打开页面。', '复制密钥。']);
	});
});
