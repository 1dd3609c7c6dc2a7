// What is offered to finish the tag or name that is being typed: what was used before at once, then
// what the channels' own servers know of people.
import type { api } from '$lib/backend';
import { matches } from './suggest';

/** One word that can be taken. */
export interface Offer {
	word: string;
	/** The display name, "" if there is none or it is a tag. */
	name: string;
	/** The channel whose network knows it, "" for what was used before. */
	channel: string;
	/** Taking it asks who this is. */
	ask?: boolean;
}

export interface Sources {
	/** Tags or names that were used before, the most used first. */
	used(sign: string): readonly string[];
	/** Whom the workspace mentions. */
	people(): readonly api.Person[];
	/** The person's own channels. */
	own(): readonly api.Channel[];
	/** The channels to ask, of those that can be asked. */
	askable(): readonly string[];
	search(prefix: string, channels: readonly string[]): Promise<api.Mention[]>;
}

/** How many are shown at once. */
const most = 8;
/** The servers are asked when the hand rests. */
const rest = 250;

export class Offers {
	list = $state.raw<Offer[]>([]);
	/** Whether servers are being asked. */
	looking = $state(false);
	#sources: Sources;
	#asked = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(sources: Sources) {
		this.#sources = sources;
	}

	/** Offers what fits a word with its sign; undefined offers nothing. */
	look(word: string | undefined) {
		clearTimeout(this.#timer);
		const mine = ++this.#asked;
		this.looking = false;
		if (!word) {
			this.list = [];
			return;
		}
		const sign = word[0]!;
		const plain = (w: string): Offer => ({ word: w, name: '', channel: '' });
		const own = sign === '@' ? this.#own(word) : [];
		const people = sign === '@' ? this.#people(word) : [];
		const used = matches(word, this.#sources.used(sign)).map(plain);
		const local = unique([...people, ...used, ...own]).slice(0, most);
		const who: Offer[] = sign === '@' && /^@[\w.-]*\w$/.test(word) ? [{ ...plain(word), ask: true }] : [];
		this.list = [...local, ...who];
		const channels = this.#sources.askable();
		if (sign !== '@' || word.length < 3 || channels.length === 0) return;
		this.#timer = setTimeout(async () => {
			this.looking = true;
			const found = await this.#sources.search(word.slice(1), channels).catch(() => []);
			if (mine !== this.#asked) return; // the person typed on
			this.looking = false;
			const accounts = found.map((f) => ({ word: `@${f.handle}`, name: f.name, channel: f.channel }));
			this.list = [...unique([...local, ...accounts]).slice(0, most), ...who];
		}, rest);
	}

	/** People whose mark or name begins with what is typed. */
	#people(word: string): Offer[] {
		const typed = word.slice(1);
		return this.#sources
			.people()
			.filter((p) => p.mark === typed.toLowerCase() || matches(typed, [p.mark, ...p.name.split(/\s+/)]).length > 0)
			.map((p) => ({ word: `@${p.mark}`, name: p.name, channel: '' }));
	}

	#own(word: string): Offer[] {
		const channels = this.#sources.own().filter((c) => c.handle && !c.local);
		return channels.flatMap((c) => {
			const handle = `@${c.handle.replace(/^@/, '')}`;
			return matches(word, [handle]).length > 0 ? [{ word: handle, name: c.name, channel: c.id }] : [];
		});
	}

	close() {
		this.look(undefined);
	}
}

function unique(list: readonly Offer[]): Offer[] {
	const out: Offer[] = [];
	for (const o of list) {
		const had = out.find((x) => x.word.toLowerCase() === o.word.toLowerCase());
		if (!had) out.push(o);
		else if (!had.name && o.name) Object.assign(had, { name: o.name, channel: o.channel });
	}
	return out;
}
