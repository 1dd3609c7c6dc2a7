import type { api } from '$lib/backend';
import { explain, type Explanation } from '$lib/errors';

/** What a conversation needs: the backend's four turns, and a way to open the system's browser. */
export interface Desk {
	connect(r: api.ConnectRequest): Promise<api.ConnectStep>;
	answer(r: api.AnswerRequest): Promise<api.ConnectStep>;
	awaitBrowser(conversation: string): Promise<api.ConnectStep>;
	abandon(conversation: string): Promise<void>;
	open(address: string): Promise<void>;
}

export type Stage = 'begin' | 'ask' | 'browser' | 'done';

/** The conversation that connects one account: questions, the browser, the result. */
export class Connecting {
	stage = $state<Stage>('begin');
	busy = $state(false);
	questions = $state.raw<api.Question[]>([]);
	answers = $state<Record<string, string>>({});
	/** The turn that was taken last: what was wrong with the last answers, or what happens next. */
	turn = $state.raw<api.ConnectStep | undefined>();
	problem = $state.raw<Explanation | undefined>();
	address = $state('');
	channel = $state.raw<api.Channel | undefined>();
	/** The browser comes back by itself; otherwise it shows a code to paste. */
	waiting = $state(false);

	#desk: Desk;
	#workspace: string;
	#network: string;
	#conversation = '';
	#turn = 0; // a late answer to an older turn is dropped
	#given: Record<string, string> = {};
	#repeat: Record<string, string> | undefined; // answers to give again after changing the way

	constructor(desk: Desk, workspace: string, network: string) {
		this.#desk = desk;
		this.#workspace = workspace;
		this.#network = network;
	}

	readonly required = $derived(this.questions.filter((q) => !q.optional));
	readonly optional = $derived(this.questions.filter((q) => q.optional));
	readonly answered = $derived(this.required.every((q) => (this.answers[q.key] ?? '').trim() !== ''));

	/** Begins, or begins again. */
	begin = (browser = true) =>
		this.#take(() => this.#desk.connect({ workspace: this.#workspace, network: this.#network, browser }));

	/** Gives the answers. */
	submit = async () => {
		if (this.busy || !this.answered) return;
		this.#given = { ...this.#given, ...$state.snapshot(this.answers) };
		await this.#take(() =>
			this.#desk.answer({ conversation: this.#conversation, answers: $state.snapshot(this.answers) }),
		);
	};

	/** Opens the browser's page again. */
	reopen = () => this.#desk.open(this.address);

	/** Goes on without waiting for the browser: it shows a code, which is pasted. */
	async byCode() {
		await this.end();
		this.#repeat = this.#given;
		await this.begin(false);
	}

	/** Ends the conversation and closes what it had open. */
	async end() {
		this.#turn++;
		const old = this.#conversation;
		this.#conversation = '';
		if (old && this.stage !== 'done') await this.#desk.abandon(old).catch(() => {}); // it ends by itself in half an hour
	}

	async #take(ask: () => Promise<api.ConnectStep>) {
		const mine = ++this.#turn;
		this.busy = true;
		this.problem = undefined;
		try {
			const step = await ask();
			if (mine !== this.#turn) {
				if (!step.done) void this.#desk.abandon(step.conversation).catch(() => {});
				return;
			}
			this.busy = false;
			await this.#show(step);
		} catch (e) {
			if (mine !== this.#turn) return;
			this.busy = false;
			this.problem = explain(e);
			if (this.stage === 'browser') this.waiting = false;
		}
	}

	async #show(step: api.ConnectStep) {
		this.#conversation = step.conversation;
		this.turn = step;
		if (step.done) {
			this.stage = 'done';
			this.channel = step.channel;
			this.answers = {};
			this.#given = {};
			return;
		}
		this.questions = step.ask;
		this.answers = Object.fromEntries(step.ask.map((q) => [q.key, this.#kept(q)]));
		this.address = step.browse;
		this.waiting = step.waiting;
		this.stage = step.browse ? 'browser' : 'ask';
		const again = this.#repeat;
		this.#repeat = undefined;
		if (again && !step.browse) {
			this.answers = { ...this.answers, ...pick(again, step.ask) };
			await this.submit();
			return;
		}
		if (step.browse) await this.#desk.open(step.browse).catch(() => {}); // the address can be copied
		if (step.waiting) void this.#take(() => this.#desk.awaitBrowser(step.conversation));
	}

	/** What stands in a field: what was answered before unless it is secret, else the default. */
	#kept(q: api.Question): string {
		return (q.secret ? '' : this.#given[q.key]) || q.default;
	}
}

function pick(from: Record<string, string>, questions: readonly api.Question[]): Record<string, string> {
	return Object.fromEntries(questions.filter((q) => from[q.key] !== undefined).map((q) => [q.key, from[q.key]!]));
}
