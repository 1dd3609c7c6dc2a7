// Toasts confirm what the person just did, with an Undo where there is one. They never carry an
// error alone: an error stands where it belongs.
import { toast as sonner } from 'svelte-sonner';
import { m } from '$lib/messages';
import ToastCard from './ToastCard.svelte';
import type { IconType } from './types';

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
	const o = typeof what === 'string' ? { text: what } : what;
	const action = o.undo ? { label: m.kit_undo(), run: o.undo } : o.action;
	const id = sonner.custom(ToastCard, {
		id: o.id,
		duration: o.for ?? 6000,
		componentProps: { text: o.text, icon: o.icon, action },
	});
	return () => sonner.dismiss(id);
}
