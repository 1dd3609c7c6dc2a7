// The tags and names of a workspace's posts, the most used first: what is offered while one is typed.
import { posts } from '$lib/backend';
import { workspace } from '$lib/workspace.svelte';
import { wordsOf } from './suggest';

class UsedWords {
	#of = '';
	#tags: string[] = [];
	#names: string[] = [];

	/** Loads them for the workspace the person works in, once. */
	async load() {
		if (this.#of === workspace.id) return;
		this.#of = workspace.id;
		try {
			const page = await posts.List({ workspace: this.#of, query: '', states: [], bin: false, after: '', limit: 200 });
			const counts: Record<string, number> = {};
			for (const p of page.posts) {
				const texts = [p.content.text, ...p.content.parts, ...p.variants.map((v) => v.text ?? '')];
				for (const w of wordsOf(texts.join('\n'))) counts[w] = (counts[w] ?? 0) + 1;
			}
			const all = Object.entries(counts)
				.sort((a, b) => b[1] - a[1])
				.map(([w]) => w);
			this.#tags = all.filter((w) => w.startsWith('#'));
			this.#names = all.filter((w) => w.startsWith('@'));
		} catch {
			this.#of = ''; // nothing is offered; the next post asks again
		}
	}

	/** Those of one sign. */
	of(sign: string): readonly string[] {
		return sign === '#' ? this.#tags : this.#names;
	}
}

export const usedWords = new UsedWords();
