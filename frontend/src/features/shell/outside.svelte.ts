import type { Explanation } from '$lib/errors';

/** What went wrong with something that came from outside; shown above whatever screen is open. */
export const outside = $state<{ error: Explanation | undefined }>({ error: undefined });
