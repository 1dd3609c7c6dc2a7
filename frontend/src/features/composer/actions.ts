// What can be done with one channel of a post: the same lines in its menu and in its context menu.
import Copy from '$icons/copy';
import CornerUpLeft from '$icons/corner-up-left';
import GitCompare from '$icons/git-compare';
import Minus from '$icons/minus';
import PenLine from '$icons/pen-line';
import { m } from '$lib/messages';
import { toast, type MenuItem } from '$ui';
import type { Composer, Row } from './composer.svelte';
import { nameOf } from './words';

export function channelItems(composer: Composer, row: Row, compare: () => void): MenuItem[] {
	const id = row.channel.id;
	const network = row.network?.name ?? row.channel.network;
	const twins = composer.rows.some((r) => r.channel.id !== id && r.channel.network === row.channel.network);
	const items: MenuItem[] = [];
	if (row.own.includes('text')) {
		items.push({
			label: m.composer_compare(),
			icon: GitCompare,
			run: () => {
				composer.channel = id;
				compare();
			},
		});
	} else items.push({ label: m.composer_own_text_for({ network }), icon: PenLine, run: () => composer.shorten(id) });
	if (row.own.length > 0) {
		items.push({ label: m.composer_follow_again(), icon: CornerUpLeft, run: () => composer.follow(id, row.own) });
		if (twins) {
			items.push({ label: m.composer_copy_to({ network }), icon: Copy, run: () => composer.copyOwn(id) });
		}
	}
	items.push('separator', {
		label: m.composer_take_off({ name: nameOf(row.channel) }),
		icon: Minus,
		run: () => {
			composer.toggle(id);
			toast({ text: m.composer_taken_off({ name: nameOf(row.channel) }), undo: () => composer.toggle(id) });
		},
	});
	return items;
}
