// Marks over a text: where they are, where they go when the text changes, and the pieces to paint.

/** A marked range, in UTF-16 offsets as JavaScript counts: [from, to). */
export interface Mark {
	from: number;
	to: number;
	/** Its look: "tag", "mention", "link", "over", "problem", "plain" or "note". */
	kind: string;
}

/** A piece of text with the kinds of all marks over it. */
export interface Piece {
	text: string;
	kinds: string[];
}

const gap = /\s/;
const plain = /^[ -~\n]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Cuts a text at the ends of its marks. A cut never falls inside a visible character: an emoji of
 * several parts cut in two would be drawn as two.
 */
export function pieces(text: string, marks: readonly Mark[]): Piece[] {
	if (text === '') return [];
	const whole = graphemes.segment(text);
	const edge = (at: number, up: boolean): number => {
		if (at <= 0) return 0;
		if (at >= text.length) return text.length;
		if (plain.test(text.slice(at - 1, at + 1))) return at;
		const around = whole.containing(at)!;
		return around.index === at ? at : up ? around.index + around.segment.length : around.index;
	};
	const placed = marks
		.map((mark) => ({ from: edge(mark.from, false), to: edge(mark.to, true), kind: mark.kind }))
		.filter((mark) => mark.to > mark.from);
	// One walk over all ends in order: what is open between two of them lies over that piece.
	const ends = placed.flatMap((mark) => [
		{ at: mark.from, mark, opens: true },
		{ at: mark.to, mark, opens: false },
	]);
	ends.sort((a, b) => a.at - b.at);
	const open = new Set<Mark>();
	const out: Piece[] = [];
	let from = 0;
	const put = (to: number) => {
		if (to <= from) return;
		out.push({ text: text.slice(from, to), kinds: [...new Set([...open].map((mark) => mark.kind))] });
		from = to;
	};
	for (const end of ends) {
		put(end.at);
		if (end.opens) open.add(end.mark);
		else open.delete(end.mark);
	}
	put(text.length);
	return out;
}

/** Which pieces differ: how many are the same before, and from the end. */
export function differing(a: readonly Piece[], b: readonly Piece[]): { head: number; tail: number } {
	const same = (x: Piece, y: Piece) =>
		x.text === y.text && x.kinds.length === y.kinds.length && x.kinds.every((kind, i) => kind === y.kinds[i]);
	const most = Math.min(a.length, b.length);
	let head = 0;
	while (head < most && same(a[head]!, b[head]!)) head++;
	let tail = 0;
	while (tail < most - head && same(a[a.length - 1 - tail]!, b[b.length - 1 - tail]!)) tail++;
	return { head, tail };
}

/** Where marks stand after a text changed, until somebody who knows says better. */
export function moved(marks: readonly Mark[], before: string, after: string): Mark[] {
	if (before === after || marks.length === 0) return [...marks];
	const most = Math.min(before.length, after.length);
	let head = 0;
	while (head < most && before.charCodeAt(head) === after.charCodeAt(head)) head++;
	let tail = 0;
	while (
		tail < most - head &&
		before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
	) {
		tail++;
	}
	const end = before.length - tail; // what stood in [head, end) was replaced
	const by = after.length - before.length;
	const added = after.slice(head, after.length - tail);
	const at = (offset: number, isEnd: boolean): number => {
		if (offset < head || (offset === head && isEnd)) return offset;
		if (offset >= end) return offset + by;
		return isEnd ? end + by : head;
	};
	return marks
		.map((mark) => {
			// What is written at the very end goes on inside a text that is too long, and inside a word.
			const grows = mark.to === before.length && head === before.length && (mark.kind === 'over' || !gap.test(added));
			return { ...mark, from: at(mark.from, false), to: grows ? after.length : at(mark.to, true) };
		})
		.filter((mark) => mark.to > mark.from);
}
