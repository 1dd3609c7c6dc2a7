// Addresses and sizes of pictures, as the backend's media handler serves them.
import type { api } from '$lib/backend';
import { address, version } from '$lib/media.svelte';

/** A thumbnail of an asset, its longer side so many pixels. */
export const thumb = (asset: string, side: 256 | 512): string => address(asset, `thumb${side}`);

/** What is known of a picture that goes out in a size. */
interface Sent {
	asset: string;
	preset: string;
	/** The part that was chosen for this use. */
	crop?: api.Rect;
	/** The focal point that was chosen for this use. */
	focus?: { x: number; y: number };
}

/** A picture as it goes out in its size, made by the backend: the same part that the network gets. */
export function cutTo(p: Sent, max = 512): string {
	const q = new URLSearchParams({ max: String(max) });
	if (p.crop) {
		q.set('x', String(p.crop.x));
		q.set('y', String(p.crop.y));
		q.set('w', String(p.crop.width));
		q.set('h', String(p.crop.height));
	} else if (p.focus) {
		q.set('fx', String(p.focus.x));
		q.set('fy', String(p.focus.y));
	}
	const v = version(p.asset);
	if (v) q.set('v', v);
	const path = p.preset.split('/').map(encodeURIComponent).join('/');
	return `/media/${encodeURIComponent(p.asset)}/${path}?${q.toString()}`;
}

/** One use of a picture in the size it goes out in. */
export const sent = (use: api.Media): string => cutTo({ ...use, crop: use.crops?.[use.preset] });

/** How wide a tile of a height is, by the picture's shape; never a sliver, never a banner. */
export function tileSize(asset: api.Asset | undefined, height: number): number {
	const ratio = asset && asset.height > 0 ? asset.width / asset.height : 1;
	return Math.round(height * Math.min(Math.max(ratio, 0.7), 1.5));
}

/** "1:05" */
export function clockOf(ms: number): string {
	const s = Math.round(ms / 1000);
	return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}
