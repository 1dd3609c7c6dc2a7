import type { api } from '$lib/backend';
import { bytes, list, number } from '$lib/format';
import { m } from '$lib/messages';

/** What a place of the library is called: a corner of it, a collection or a tag. */
export function placeTitle(place: string, facets: api.Facets): string {
	if (place.startsWith('c-')) return facets.collections.find((c) => `c-${c.id}` === place)?.name ?? m.library_title();
	if (place.startsWith('tag-')) return place.slice(4);
	const names: Record<string, () => string> = {
		'last-import': m.library_last_import,
		unused: m.library_unused,
		'no-alt': m.library_no_alt,
		'look-alikes': m.library_alike,
		bin: m.library_bin,
	};
	return (names[place] ?? m.library_title)();
}

/** The length of a film, "0:24" or "1:02:07". */
export function clockOf(ms: number): string {
	const seconds = Math.round(ms / 1000);
	const two = (n: number) => String(n).padStart(2, '0');
	const hours = Math.floor(seconds / 3600);
	const minutes = Math.floor(seconds / 60) % 60;
	return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** "6000 × 4000" without grouping, as sizes of pictures are written. */
export function pixels(width: number, height: number): string {
	const plain = (n: number) => number(n, { useGrouping: false });
	return `${plain(width)} × ${plain(height)}`;
}

/** The shape of a size in the numbers people know: "4:5", "1.91:1". */
export function shapeName(width: number, height: number): string {
	for (let y = 1; y <= 16; y++) {
		const x = Math.round((width / height) * y);
		if (x >= 1 && x <= 16 && Math.abs(width / height / (x / y) - 1) < 0.004) return `${x}:${y}`;
	}
	const decimal = (n: number) => number(n, { maximumFractionDigits: 2 });
	return width >= height ? `${decimal(width / height)}:1` : `1:${decimal(height / width)}`;
}

const usual: Record<string, () => string> = {
	'Feed portrait 4:5': () => m.library_size_portrait(),
	'Feed square': () => m.library_size_square(),
	Story: () => m.library_size_story(),
	'Open Graph image': () => m.library_size_card(),
	'Article hero 16:9': () => m.library_size_article(),
};

/** The name of a size: what it is for, and where. Built-in names that are not in the catalogue stay English. */
export function sizeName(size: { label: string; title: string }): string {
	const title = usual[size.title]?.() ?? size.title;
	return size.label ? m.library_size_of({ network: size.label, size: title }) : title;
}

/** Why a channel does not take a video: "at most 8 MB and at most 2:20". */
export function whyNotVideo(fit: api.VideoFit): string {
	const words: Record<string, () => string> = {
		type: m.library_video_why_type,
		bytes: () => m.library_video_why_most({ limit: bytes(fit.bytes) }),
		length: () => m.library_video_why_most({ limit: clockOf(fit.longMs) }),
	};
	return list(fit.why.map((w) => words[w]?.() ?? w));
}

/** Why a file could not be read, or a size of it not be made; undefined where there is only the backend's sentence. */
export function whyFailed(code: string): string | undefined {
	const words: Record<string, () => string> = {
		not_found: m.library_why_not_found,
		unreadable: m.library_why_unreadable,
		not_a_file: m.library_why_not_a_file,
		link: m.library_why_link,
		empty: m.library_why_empty,
		unknown_format: m.library_why_unknown_format,
		is_archive: m.library_why_archive,
		unsupported: m.library_why_unsupported,
		damaged: m.library_why_damaged,
		too_large: m.library_why_too_large,
		too_many_pixels: m.library_why_too_large,
		changed: m.library_why_changed,
		would_overwrite: m.library_why_overwrite,
		taken: m.library_why_taken,
		does_not_fit: m.library_why_does_not_fit,
	};
	return words[code]?.();
}
