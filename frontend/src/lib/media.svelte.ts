// Addresses of pictures, as the backend's media handler serves them.
import { SvelteMap } from 'svelte/reactivity';

/** Pictures that were adjusted while this page is open, and how often: an address with that is another one. */
const adjusted = new SvelteMap<string, number>();

/** Says that pictures look another way now, so that everything that shows them asks again. */
export function looksOther(ids: readonly string[]) {
	for (const id of ids) adjusted.set(id, (adjusted.get(id) ?? 0) + 1);
}

/** What makes an address of a picture another one each time that is adjusted here; "" before the first. */
export function version(asset: string): string {
	const times = adjusted.get(asset);
	return times === undefined ? '' : `t${times}`;
}

/**
 * The address of a picture of an asset: "thumb256", "thumb512" or "large". With the key of its adjustment ("" for
 * none) the browser keeps it for ever; without one it asks each time whether it is still so.
 */
export function address(asset: string, what: 'thumb256' | 'thumb512' | 'large', key?: string): string {
	const v = key === undefined ? version(asset) : key || '0';
	return `/media/${encodeURIComponent(asset)}/${what}${v && `?v=${v}`}`;
}
