// What a person does who posts something themselves. Nothing is put into the clipboard unasked.
import { shellService, type api } from '$lib/backend';
import { m } from '$lib/messages';
import { shell } from '$lib/shell.svelte';
import { toast } from '$ui';

/** Copies the text of one part, the first unless another is said. */
export async function copyPart(h: api.Handed, part = 0) {
	await shell.copy(h.texts[part] ?? '');
	toast(m.queue_done_hand());
}

/** Shows the folder with the pictures, where there is a file manager to show it in. */
export async function openFolder(h: api.Handed) {
	if (shell.info.window) await shellService.Reveal(h.folder);
}

/** Does all of it: the first text in the clipboard, the folder, and the page in front of it. */
export async function handOver(h: api.Handed) {
	await copyPart(h);
	await openFolder(h);
	if (h.page) await shell.open(h.page);
}
