import { address } from '$lib/media.svelte';
import { shell } from '$lib/shell.svelte';

/** The address of an asset's thumbnail; `side` is the longer one in px, `key` that of its adjustment where it is known. */
export const thumb = (id: string, side: 256 | 512 = 256, key?: string): string => address(id, `thumb${side}`, key);

/** The address of the whole picture in a format every view knows. */
export const large = (id: string, key?: string): string => address(id, 'large', key);

/** The address of moments of a video beside each other. */
export const strip = (id: string): string => `/media/${id}/strip`;

/** The address of a video, from where it can be played by pieces. */
export const video = (id: string): string => `${shell.info.mediaUrl}/media/${id}/original`;

/** A part of a picture, in shares of its width and height. */
export interface Part {
	x: number;
	y: number;
	width: number;
	height: number;
}

/** The largest part of a picture with a shape (width for height), as near to a point as its edges allow. */
export function around(ratio: number, shape: number, point: { x: number; y: number } | null | undefined): Part {
	const width = Math.min(1, shape / ratio);
	const height = Math.min(1, ratio / shape);
	const at = point ?? { x: 0.5, y: 0.5 };
	return {
		x: Math.min(Math.max(at.x - width / 2, 0), 1 - width),
		y: Math.min(Math.max(at.y - height / 2, 0), 1 - height),
		width,
		height,
	};
}
