import { createContext } from 'svelte';
import { explain } from '$lib/errors';
import { fold } from '$ui';
import { rows, sections, type Row, type Section } from './rows';

/** What the settings need of whoever keeps them. */
export interface Keeper<C> {
	change(c: C): Promise<void>;
}

/** The settings as a person looks through them: what is searched for, and what could not be kept. */
export class SettingsPage<C> {
	find = $state('');
	/** Why a row could not be kept, by its id. */
	problems = $state.raw<Record<string, string>>({});
	#keeper: Keeper<C>;
	#rows: readonly Row[];

	constructor(keeper: Keeper<C>, list: readonly Row[] = rows) {
		this.#keeper = keeper;
		this.#rows = list;
	}

	/** The rows that are there and match what is searched for. */
	readonly shown = $derived.by(() => {
		const words = fold(this.find).split(/\s+/).filter(Boolean);
		return this.#rows.filter((r) => {
			if (!(r.when?.() ?? true)) return false;
			const text = fold(`${r.label()} ${r.text()}`);
			return words.every((w) => text.includes(w));
		});
	});

	readonly searching = $derived(this.find.trim() !== '');

	/** The sections to show: the chosen one, or while searching all that have a row left. */
	sectionsFor(chosen: Section): Section[] {
		if (!this.searching) return [chosen];
		return sections.filter((s) => this.shown.some((r) => r.section === s));
	}

	row(id: string): Row | undefined {
		return this.shown.find((r) => r.id === id);
	}

	/** Changes something; what is refused is said at its row. */
	async change(id: string, change: C): Promise<void> {
		await this.try(id, () => this.#keeper.change(change));
	}

	/** Does something for a row, and says at the row why it failed. Reports whether it worked. */
	async try(id: string, work: () => Promise<unknown>): Promise<boolean> {
		try {
			await work();
			if (id in this.problems) {
				const { [id]: _gone, ...rest } = this.problems;
				this.problems = rest;
			}
			return true;
		} catch (e) {
			const { happened, todo, details } = explain(e);
			this.problems = { ...this.problems, [id]: [happened, details || todo].join(': ') };
			return false;
		}
	}
}

/** The section a route names, General for any other. */
export const sectionOf = (name: string): Section => sections.find((s) => s === name) ?? 'general';

import type { api } from '$lib/backend';

export const [getPage, setPage] = createContext<SettingsPage<api.SettingsChange>>();
