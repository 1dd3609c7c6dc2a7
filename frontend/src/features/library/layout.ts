// Rows of equal height whose pictures fill the width exactly, a section for each day. Worked out for
// ten thousand pictures in a few milliseconds from their shapes alone, so every picture has its place
// before it is loaded and nothing moves afterwards.

/** One row of the grid: pictures, or the heading of a section. */
export interface Row {
	top: number; // px from the top of the grid
	height: number; // px, without the gap below
	first: number; // the index of its first picture
	count: number; // of pictures; 0 for a heading
	section: number; // which run of days it belongs to
}

export interface Layout {
	rows: Row[];
	height: number; // px of everything
	width: number;
	gap: number;
	/** Where each picture begins and how wide it is, px. */
	left: Float32Array;
	across: Float32Array;
	/** The row of each picture. */
	rowOf: Int32Array;
}

export const headingHeight = 44;

/** Lays pictures out. `ratios` are widths for 1000 of height; `counts` are the sections' sizes. */
export function justify(
	ratios: readonly number[],
	counts: readonly number[],
	width: number,
	target: number,
	gap: number,
	headings: boolean,
): Layout {
	const rows: Row[] = [];
	const n = ratios.length;
	const left = new Float32Array(n);
	const across = new Float32Array(n);
	const rowOf = new Int32Array(n);
	let top = 0;
	let at = 0;

	const place = (first: number, count: number, sum: number, section: number, full: boolean) => {
		const room = width - gap * (count - 1);
		const filled = room / sum;
		// A lone tall picture would make a giant of its row, and one short row a wall of few.
		const height = full ? Math.min(filled, target * 1.6) : Math.min(filled, target);
		let x = 0;
		for (let i = first; i < first + count; i++) {
			const w = (ratios[i]! / 1000) * height;
			left[i] = x;
			across[i] = Math.min(w, width);
			rowOf[i] = rows.length;
			x += w + gap;
		}
		rows.push({ top, height, first, count, section });
		top += height + gap;
	};

	counts.forEach((count, section) => {
		if (headings) {
			rows.push({ top, height: headingHeight, first: at, count: 0, section });
			top += headingHeight;
		}
		const end = Math.min(at + count, n);
		let sum = 0;
		for (let i = at; i < end; i++) sum += ratios[i]! / 1000;
		// As many rows as come nearest to the height wanted, all filled alike, so that none is left over
		// with one picture. What does not fill a row ends where it ends.
		const wanted = (sum + ((end - at) * gap) / target) / (width / target);
		const rowCount = Math.max(1, Math.round(wanted));
		const share = sum / rowCount;
		let first = at;
		let before = 0;
		let inRow = 0;
		for (; at < end; at++) {
			const ratio = ratios[at]! / 1000;
			const row = Math.floor((before + ratio / 2) / share);
			if (at > first && row > Math.floor((before - ratios[at - 1]! / 2000) / share)) {
				place(first, at - first, inRow, section, true);
				first = at;
				inRow = 0;
			}
			before += ratio;
			inRow += ratio;
		}
		if (end > first) place(first, end - first, inRow, section, wanted > 0.8);
		at = end;
	});
	return { rows, height: Math.max(0, top - gap), width, gap, left, across, rowOf };
}

/** The first row that ends below y. */
export function rowAt(l: Layout, y: number): number {
	let low = 0;
	let high = l.rows.length - 1;
	while (low < high) {
		const mid = (low + high) >> 1;
		const r = l.rows[mid]!;
		if (r.top + r.height < y) low = mid + 1;
		else high = mid;
	}
	return Math.max(0, low);
}

/** The picture nearest to another in the row above (-1) or below (1); the same one at the edges. */
export function vertical(l: Layout, index: number, step: -1 | 1): number {
	const middle = l.left[index]! + l.across[index]! / 2;
	let r = l.rowOf[index]! + step;
	while (l.rows[r] && l.rows[r]!.count === 0) r += step;
	const row = l.rows[r];
	if (!row) return index;
	let best = row.first;
	for (let i = row.first; i < row.first + row.count; i++) {
		const d = Math.abs(l.left[i]! + l.across[i]! / 2 - middle);
		if (d < Math.abs(l.left[best]! + l.across[best]! / 2 - middle)) best = i;
	}
	return best;
}

/** The pictures that a rectangle touches, px of the grid. */
export function inside(l: Layout, box: { left: number; top: number; right: number; bottom: number }): number[] {
	const found: number[] = [];
	for (let r = rowAt(l, box.top); r < l.rows.length; r++) {
		const row = l.rows[r]!;
		if (row.top > box.bottom) break;
		for (let i = row.first; i < row.first + row.count; i++) {
			if (l.left[i]! < box.right && l.left[i]! + l.across[i]! > box.left) found.push(i);
		}
	}
	return found;
}
