// What became another between two texts, word by word.

/** A run of a text: the same in both, only in the new one, or only in the old one. */
export interface Change {
	kind: 'same' | 'added' | 'removed';
	text: string;
}

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const most = 2_000_000; // cells of the table; beyond it whole lines are compared

const lines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+/g) ?? [];
// Line by line: cutting a long text at once takes time that grows with the square of its length.
const split = (text: string): string[] => lines(text).flatMap((line) => [...words.segment(line)].map((w) => w.segment));

/** The changes from one text to another, in reading order; removed words stand before added ones. */
export function diff(before: string, after: string): Change[] {
	if (before === after) return before ? [{ kind: 'same', text: before }] : [];
	const a = split(before);
	const b = split(after);
	return a.length * b.length <= most ? compare(a, b) : compare(lines(before), lines(after));
}

function compare(a: string[], b: string[]): Change[] {
	let head = 0;
	while (head < a.length && head < b.length && a[head] === b[head]) head++;
	let tail = 0;
	while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;

	const out: Change[] = [];
	const add = (kind: Change['kind'], text: string) => {
		const last = out.at(-1);
		if (last?.kind === kind) last.text += text;
		else if (text) out.push({ kind, text });
	};
	add('same', a.slice(0, head).join(''));
	const x = a.slice(head, a.length - tail);
	const y = b.slice(head, b.length - tail);
	if (x.length * y.length > most || Math.min(x.length, y.length) > 65_000) {
		add('removed', x.join(''));
		add('added', y.join(''));
	} else {
		longest(x, y, add);
	}
	add('same', tail ? a.slice(a.length - tail).join('') : '');
	return tidy(out);
}

/** The longest common run of words, by the table every textbook has. */
function longest(x: string[], y: string[], add: (kind: Change['kind'], text: string) => void) {
	const wide = y.length + 1;
	const table = new Uint16Array((x.length + 1) * wide);
	for (let i = x.length - 1; i >= 0; i--) {
		for (let j = y.length - 1; j >= 0; j--) {
			table[i * wide + j] =
				x[i] === y[j]
					? table[(i + 1) * wide + j + 1]! + 1
					: Math.max(table[(i + 1) * wide + j]!, table[i * wide + j + 1]!);
		}
	}
	let i = 0;
	let j = 0;
	while (i < x.length || j < y.length) {
		if (i < x.length && j < y.length && x[i] === y[j]) {
			add('same', x[i]!);
			i++;
			j++;
		} else if (i < x.length && (j === y.length || table[(i + 1) * wide + j]! >= table[i * wide + j + 1]!)) {
			add('removed', x[i++]!);
		} else {
			add('added', y[j++]!);
		}
	}
}

/** A lone space between two changes would make confetti: it joins them. */
function tidy(changes: Change[]): Change[] {
	const out: Change[] = [];
	let removed = '';
	let added = '';
	const flush = () => {
		if (removed) out.push({ kind: 'removed', text: removed });
		if (added) out.push({ kind: 'added', text: added });
		removed = added = '';
	};
	changes.forEach((change, i) => {
		const between = change.kind === 'same' && removed && added && i + 1 < changes.length && /^ +$/.test(change.text);
		if (change.kind === 'removed' || between) removed += change.text;
		if (change.kind === 'added' || between) added += change.text;
		if (change.kind !== 'same' || between) return;
		flush();
		out.push(change);
	});
	flush();
	return out;
}
