import { Later } from '$lib/later.svelte';

/** The form of the picker: half of what a calendar needs is used nowhere else. */
export const form = new Later(() => import('./WhenForm.svelte'));
