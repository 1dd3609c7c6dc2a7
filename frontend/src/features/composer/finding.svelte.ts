// What the backend says about what is written: lengths, marks, problems, and how it will look.
import type { api } from '$lib/backend';
import type { Desk } from './desk';

/** What one text is made of, as it was found by the newest check. */
export interface Found {
	text: string;
	marks: readonly api.Mark[];
	characters: number;
}

/** Previews are drawn when the hand rests: ten of a long text would be in the way of the next key. */
const previewPause = 250;

/** The answers about one draft. While one question is under way the newest waits; older ones are dropped. */
export class Finding {
	reports = $state.raw<api.Report[]>([]);
	previews = $state.raw<api.Preview[]>([]);
	/** The first previews are not there yet. */
	awaited = $state(true);
	#found = $state.raw<Record<string, Found>>({});

	#desk: Desk;
	#draft: () => api.Draft;
	#checking = false;
	#again = false;
	#drawing: ReturnType<typeof setTimeout> | undefined;
	#drawn = 0;
	#stopped = false;

	constructor(desk: Desk, draft: () => api.Draft) {
		this.#desk = desk;
		this.#draft = draft;
	}

	/** What is known of a part of a channel's own text, or with '' of the shared one. */
	of(channel: string, part: number): Found | undefined {
		return this.#found[`${channel} ${part}`];
	}

	/** Asks what the channels say; previews wait meanwhile. */
	check() {
		clearTimeout(this.#drawing);
		if (this.#checking) this.#again = true;
		else void this.#ask();
	}

	async #ask() {
		this.#checking = true;
		do {
			this.#again = false;
			const draft = this.#draft();
			try {
				const answer = await this.#desk.check(draft);
				if (this.#stopped) break;
				this.#settle(draft, answer);
			} catch {
				// the old numbers stay until the next key; saving says what is wrong
			}
		} while (this.#again && !this.#stopped);
		this.#checking = false;
		this.draw();
	}

	#settle(draft: api.Draft, answer: api.DraftCheck) {
		const found: Record<string, Found> = {};
		for (const t of answer.texts) {
			const c = t.channel ? draft.variants.find((v) => v.channel === t.channel) : draft.content;
			const text = t.part === 0 ? c?.text : c?.parts?.[t.part - 1];
			found[`${t.channel} ${t.part}`] = { text: text ?? '', marks: t.marks, characters: t.characters };
		}
		this.#found = found;
		this.reports = answer.reports;
	}

	/** Draws the previews again, after a moment. */
	draw() {
		clearTimeout(this.#drawing);
		this.#drawing = setTimeout(async () => {
			const mine = ++this.#drawn;
			try {
				const previews = await this.#desk.preview(this.#draft());
				if (mine === this.#drawn && !this.#stopped) this.previews = previews;
			} catch {
				// the previews stay as they were
			} finally {
				if (mine === this.#drawn) this.awaited = false;
			}
		}, previewPause);
	}

	stop() {
		this.#stopped = true;
		clearTimeout(this.#drawing);
	}
}
