import ArrowUpDown from '$icons/arrow-up-down';
import Check from '$icons/check';
import Copy from '$icons/copy';
import CalendarClock from '$icons/calendar-clock';
import Pause from '$icons/pause';
import Pencil from '$icons/pencil';
import Trash from '$icons/trash';
import X from '$icons/x';
import type { Command } from '$lib/commands.svelte';
import { m } from '$lib/messages';
import { go } from '$lib/router.svelte';
import type { Doing } from './doing.svelte';
import type { Queue } from './queue.svelte';

/** The commands of the queue's list; `details` shows or hides what stands beside it. */
export function queueCommands(queue: Queue, doing: Doing, details: () => void): Command[] {
	return [
		{ id: 'list.down', group: 'list', label: () => m.queue_k_down(), keys: 'j', quiet: true, run: () => doing.step(1) },
		{
			id: 'list.down-arrow',
			group: 'list',
			label: () => m.queue_k_down(),
			keys: 'ArrowDown',
			quiet: true,
			run: () => doing.step(1),
		},
		{ id: 'list.up', group: 'list', label: () => m.queue_k_up(), keys: 'k', quiet: true, run: () => doing.step(-1) },
		{
			id: 'list.up-arrow',
			group: 'list',
			label: () => m.queue_k_up(),
			keys: 'ArrowUp',
			quiet: true,
			run: () => doing.step(-1),
		},
		{
			id: 'list.extend-down',
			group: 'list',
			label: () => m.queue_k_extend(),
			keys: 'Shift+ArrowDown',
			quiet: true,
			run: () => doing.step(1, true),
		},
		{
			id: 'list.extend-up',
			group: 'list',
			label: () => m.queue_k_extend(),
			keys: 'Shift+ArrowUp',
			quiet: true,
			run: () => doing.step(-1, true),
		},
		{
			id: 'list.mark',
			group: 'list',
			label: () => m.queue_k_mark(),
			keys: 'x',
			quiet: true,
			when: () => !!queue.row,
			run: () => queue.row && queue.toggleMark(queue.row.id),
		},
		{
			id: 'list.preview',
			group: 'list',
			label: () => m.queue_k_preview(),
			keys: 'space',
			quiet: true,
			run: details,
		},
		{
			id: 'list.all',
			group: 'list',
			label: () => m.queue_k_all(),
			keys: '$mod+a',
			quiet: true,
			run: () => {
				for (const r of queue.shown) queue.marked.add(r.id);
			},
		},
		{
			id: 'list.clear',
			group: 'list',
			label: () => m.queue_k_clear(),
			keys: 'Escape',
			quiet: true,
			when: () => queue.marked.size > 0,
			run: () => queue.marked.clear(),
		},
		{
			id: 'list.edit',
			group: 'list',
			label: () => m.queue_do_edit(),
			english: 'Edit',
			keys: 'e',
			selection: true,
			when: () => !!queue.row,
			run: () => queue.row && go({ screen: 'composer', post: queue.row.post }),
		},
		{
			id: 'list.edit-live',
			group: 'list',
			label: () => m.queue_do_edit_live(),
			english: 'Change what is live',
			keys: 'Shift+e',
			icon: Pencil,
			selection: true,
			when: () => doing.can('edit_live'),
			run: () => doing.onRows('edit_live', doing.target()),
		},
		{
			id: 'list.delete-live',
			group: 'list',
			label: () => m.queue_do_delete_live({ network: doing.deletable()?.networkName ?? '' }),
			english: 'Delete what is live',
			keys: 'Shift+Delete',
			icon: Trash,
			selection: true,
			when: () => !!doing.deletable(),
			run: () => doing.onRows('delete_live', doing.target()),
		},
		{
			id: 'list.hand',
			group: 'list',
			label: () => m.queue_do_hand(),
			english: 'Copy and open',
			keys: 'Shift+c',
			icon: Copy,
			selection: true,
			when: () => doing.can('hand'),
			run: () => doing.onRows('hand', doing.target()),
		},
		{
			id: 'list.posted',
			group: 'list',
			label: () => m.queue_do_hand_live(),
			english: 'I posted it',
			keys: 'Shift+p',
			icon: Check,
			selection: true,
			when: () => doing.can('hand'),
			run: () => doing.onRows('live', doing.target()),
		},
		{
			id: 'list.move',
			group: 'list',
			label: () => m.queue_do_move(),
			english: 'Pick a new time',
			keys: 's',
			icon: CalendarClock,
			selection: true,
			when: () => doing.can('move') || doing.can('plan_again'),
			run: () =>
				doing.can('move') ? doing.onRows('move', doing.target()) : doing.onRows('plan_again', doing.target()),
		},
		{
			id: 'list.hold',
			group: 'list',
			label: () => m.queue_k_hold(),
			english: 'Hold or let go',
			keys: 'h',
			icon: Pause,
			selection: true,
			when: () => doing.can('hold') || doing.can('release'),
			run: () => (doing.can('hold') ? doing.onRows('hold', doing.target()) : doing.onRows('release', doing.target())),
		},
		{
			id: 'list.cancel',
			group: 'list',
			label: () => m.queue_do_cancel(),
			english: 'Take out of the queue',
			keys: 'Delete',
			icon: X,
			selection: true,
			when: () => doing.can('cancel'),
			run: () => doing.onRows('cancel', doing.target()),
		},
		{
			id: 'list.swap-up',
			group: 'list',
			label: () => m.queue_k_swap_up(),
			keys: 'Alt+ArrowUp',
			icon: ArrowUpDown,
			selection: true,
			when: () => !!queue.neighbour(-1),
			run: () => doing.swap(-1),
		},
		{
			id: 'list.swap-down',
			group: 'list',
			label: () => m.queue_k_swap_down(),
			keys: 'Alt+ArrowDown',
			icon: ArrowUpDown,
			selection: true,
			when: () => !!queue.neighbour(1),
			run: () => doing.swap(1),
		},
	];
}
