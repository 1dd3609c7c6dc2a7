import { library, type api } from '$lib/backend';
import type { Darkroom } from './adjust.svelte';

/** The adjusting of pictures in the program itself. */
export const darkroom: Darkroom = {
	adjust: (r) => library.Adjust(r as api.AdjustAssets),
	wear: (ids, look) => library.ApplyLook(ids, look),
	readjust: (before) => library.Readjust(before),
	looks: (workspace) => library.Looks(workspace),
	saveLook: (r) => library.SaveLook(r as api.SaveLook),
	renameLook: (id, name) => library.RenameLook(id, name),
	removeLook: (id) => library.RemoveLook(id),
};
