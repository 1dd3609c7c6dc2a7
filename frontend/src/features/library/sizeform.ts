import type { api } from '$lib/backend';
import { shapeName } from './words';

export type Fit = 'cover' | 'contain' | 'inside';
export const places = [
	'top-left',
	'top',
	'top-right',
	'left',
	'centre',
	'right',
	'bottom-left',
	'bottom',
	'bottom-right',
] as const;
export type MarkPlace = (typeof places)[number];

/** A watermark as it is being chosen; shares are in percent. */
export interface MarkForm {
	/** The picture of the library that it becomes, "" for the one it is. */
	asset: string;
	/** The one it is, as the backend names it. */
	picture: string;
	/** The address that shows it. */
	src: string;
	place: MarkPlace;
	size: number;
	margin: number;
	opacity: number;
}

/** A size as it is being written: numbers are text, so that what is wrong stays to be mended. */
export interface SizeForm {
	id: string;
	title: string;
	width: string;
	height: string;
	ratio: string;
	fit: Fit;
	/** Accepted formats joined by commas, "" for JPEG and PNG. */
	formats: string;
	megabytes: string;
	quality: string;
	background: string;
	enlarge: boolean;
	top: string;
	right: string;
	bottom: string;
	left: string;
	mark?: MarkForm;
}

export const sides = ['top', 'right', 'bottom', 'left'] as const;

/** What is wrong, by field of the form. */
export type Wrong = Partial<
	Record<
		'title' | 'width' | 'height' | 'ratio' | 'megabytes' | 'quality' | 'background' | 'safe' | 'mark' | 'other',
		'missing' | 'number' | 'both' | 'nothing' | 'bad'
	>
>;

export const blank = (): SizeForm => ({
	id: '',
	title: '',
	width: '1080',
	height: '1080',
	ratio: '1:1',
	fit: 'cover',
	formats: '',
	megabytes: '',
	quality: '',
	background: '',
	enlarge: false,
	top: '',
	right: '',
	bottom: '',
	left: '',
});

/** The shape of two numbers being written, "" while it cannot be told. */
export function ratioOf(width: string, height: string): string {
	const [w, h] = [whole(width), whole(height)];
	return w && h ? shapeName(w, h) : '';
}

/** A whole number, 0 for none, undefined for anything else. */
export function whole(text: string): number | undefined {
	const t = text.trim();
	if (t === '') return 0;
	return /^\d{1,6}$/.test(t) ? Number(t) : undefined;
}

/** A number with a comma or a point, 0 for none, undefined for anything else. */
export function decimal(text: string): number | undefined {
	const t = text.trim().replace(',', '.');
	if (t === '') return 0;
	return /^\d{1,6}(\.\d{1,6})?$/.test(t) ? Number(t) : undefined;
}

/** Width for height of "4:5", "1,91:1" or "16/9", undefined for anything else. */
export function shapeOf(text: string): number | undefined {
	const parts = text.split(/[:/×x]/);
	const [w, h] = [decimal(parts[0] ?? ''), decimal(parts[1] ?? '')];
	return parts.length === 2 && w && h ? w / h : undefined;
}

/** Fills the height from the width by a shape that is written, or says that it is none. */
export function shaped(form: SizeForm, ratio: string): { form: SizeForm; ok: boolean } {
	const shape = shapeOf(ratio);
	const width = whole(form.width);
	if (!shape || !width) return { form: { ...form, ratio }, ok: shape !== undefined };
	return { form: { ...form, ratio, height: String(Math.max(1, Math.round(width / shape))) }, ok: true };
}

/** The form of a size that is there. */
export function formOf(p: api.Preset, src = ''): SizeForm {
	const text = (n: number | undefined) => (n ? String(n) : '');
	const usual = p.formats.join() === 'jpeg,png';
	return {
		id: p.id,
		title: p.title,
		width: text(p.width),
		height: text(p.height),
		ratio: ratioOf(String(p.width), String(p.height)),
		fit: p.fit as Fit,
		formats: usual ? '' : p.formats.join(),
		megabytes: p.maxBytes ? String(p.maxBytes / 1e6) : '',
		quality: text(p.quality),
		background: p.background,
		enlarge: p.enlarge,
		top: text(p.safe?.top),
		right: text(p.safe?.right),
		bottom: text(p.safe?.bottom),
		left: text(p.safe?.left),
		mark: p.watermark
			? {
					asset: '',
					picture: p.watermark.picture,
					src,
					place: p.watermark.place as MarkPlace,
					size: percent(p.watermark.size),
					margin: percent(p.watermark.margin),
					opacity: percent(p.watermark.opacity),
				}
			: undefined,
	};
}

const percent = (share: number) => Math.round(share * 1000) / 10;

/** What is kept of a form, or what is wrong with it before anybody is asked. */
export function ownOf(form: SizeForm): { own?: api.OwnPreset; wrong: Wrong } {
	const wrong: Wrong = {};
	const side = (name: 'width' | 'height') => {
		const n = whole(form[name]);
		if (n === undefined || n > 16_383) wrong[name] = 'number';
		return n ?? 0;
	};
	const width = side('width');
	const height = side('height');
	const missing = form.fit === 'inside' ? !width && !height : !width || !height;
	if (missing && !wrong.width && !wrong.height) wrong[width ? 'height' : 'width'] = 'both';
	if (!form.title.trim()) wrong.title = 'missing';
	const megabytes = decimal(form.megabytes);
	if (megabytes === undefined || (form.megabytes.trim() !== '' && megabytes === 0)) wrong.megabytes = 'number';
	const quality = whole(form.quality);
	if (quality === undefined || quality > 100) wrong.quality = 'number';
	const background = form.background.trim();
	if (background && !/^#[0-9a-f]{6}$/i.test(background)) wrong.background = 'bad';
	const margins = sides.map((s) => whole(form[s]));
	if (margins.includes(undefined)) wrong.safe = 'number';
	const [top = 0, right = 0, bottom = 0, left = 0] = margins;
	if ((width && left + right >= width) || (height && top + bottom >= height)) wrong.safe ??= 'nothing';
	if (Object.keys(wrong).length > 0) return { wrong };
	const mark = form.mark;
	return {
		wrong,
		own: {
			id: form.id,
			title: form.title,
			width,
			height,
			fit: form.fit,
			formats: form.formats ? form.formats.split(',') : [],
			maxBytes: Math.round((megabytes ?? 0) * 1e6),
			quality: quality ?? 0,
			background,
			enlarge: form.enlarge,
			top,
			right,
			bottom,
			left,
			watermark: mark && {
				asset: mark.asset,
				picture: mark.asset ? '' : mark.picture,
				place: mark.place,
				size: mark.size / 100,
				margin: mark.margin / 100,
				opacity: mark.opacity / 100,
			},
		} as api.OwnPreset,
	};
}

/** Where the backend's word about a field stands in the form. */
export function wrongOf(field: string): Wrong {
	if (field === 'title') {
		const wrong: Wrong = {};
		wrong.title = 'missing';
		return wrong;
	}
	if (field === 'width' || field === 'height') return { [field]: 'number' };
	if (field === 'max_bytes') return { megabytes: 'number' };
	if (field === 'quality') return { quality: 'number' };
	if (field === 'background') return { background: 'bad' };
	if (field === 'safe_area') return { safe: 'nothing' };
	if (field.startsWith('watermark')) return { mark: 'bad' };
	return { other: 'bad' };
}

/** Where a watermark lies on what is made, in the same unit as its sides: as the backend draws it. */
export function markBox(
	mark: { place: MarkPlace; size: number; margin: number },
	canvas: { width: number; height: number },
	ratio: number,
): { x: number; y: number; width: number; height: number } {
	const shorter = Math.min(canvas.width, canvas.height);
	const margin = shorter <= (2 * mark.margin * shorter) / 100 ? 0 : (mark.margin / 100) * shorter;
	const room = { width: canvas.width - 2 * margin, height: canvas.height - 2 * margin };
	const longer = (mark.size / 100) * shorter;
	let width = ratio >= 1 ? longer : longer * ratio;
	let height = ratio >= 1 ? longer / ratio : longer;
	const fit = Math.min(1, room.width / width, room.height / height);
	width *= fit;
	height *= fit;
	let x = (canvas.width - width) / 2;
	let y = (canvas.height - height) / 2;
	if (mark.place.endsWith('left')) x = margin;
	if (mark.place.endsWith('right')) x = canvas.width - margin - width;
	if (mark.place.startsWith('top')) y = margin;
	if (mark.place.startsWith('bottom')) y = canvas.height - margin - height;
	return { x, y, width, height };
}
