// Addresses and sizes of pictures, as the backend's media handler serves them.
import type { api } from '$lib/backend';

/** A thumbnail of an asset, its longer side so many pixels. */
export const thumb = (asset: string, side: 256 | 512): string => `/media/${encodeURIComponent(asset)}/thumb${side}`;

/** A picture as a size would be made of it now, around a focal point. */
export function sized(asset: string, preset: string, focus?: { x: number; y: number }, max = 480): string {
	const q = new URLSearchParams({ max: String(max) });
	if (focus) {
		q.set('fx', focus.x.toFixed(3));
		q.set('fy', focus.y.toFixed(3));
	}
	const path = preset.split('/').map(encodeURIComponent).join('/');
	return `/media/${encodeURIComponent(asset)}/${path}?${q.toString()}`;
}

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
