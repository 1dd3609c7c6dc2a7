// Toasts confirm what the person just did, with an Undo where there is one. They never carry an
// error alone: an error stands where it belongs.
import { toast as sonner } from 'svelte-sonner';
import { Later } from '$lib/later.svelte';
import { m } from '$lib/messages';
import ToastCard from './ToastCard.svelte';
import type { IconType } from './types';
import { undos } from './undo.svelte';

/** Where toasts stand; a page has one. */
export const toaster = new Later(() => import('./Toaster.svelte'));

export interface ToastOptions {
	text: string;
	icon?: IconType;
	/** Takes back what was just done. */
	undo?: () => unknown;
	/** Another thing to do instead of Undo. */
	action?: { label: string; run: () => unknown };
	/** One of the same id takes the other's place. */
	id?: string;
	/** Milliseconds it stays; 6000. */
	for?: number;
}

/** Confirms something at the foot of the window. Returns a function that takes it away. */
export function toast(what: string | ToastOptions): () => void {
	toaster.need().catch(() => {}); // the next one asks again
	const o = typeof what === 'string' ? { text: what } : what;
	const step = o.undo && undos.push(o.text, o.undo, () => sonner.dismiss(id));
	const action = step ? { label: m.kit_undo(), run: () => undos.take(step) } : o.action;
	const id: string | number = sonner.custom(ToastCard, {
		id: o.id,
		duration: o.for ?? 6000,
		componentProps: { text: o.text, icon: o.icon, action },
	});
	return () => sonner.dismiss(id);
}
