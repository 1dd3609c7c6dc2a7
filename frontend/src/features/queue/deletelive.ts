import { backendError, type api } from '$lib/backend';
import { m } from '$lib/messages';
import { confirm } from '$ui';

/** What deleting a live post asks of the backend. */
export interface DeleteCalls {
	DeleteLive(id: string): Promise<api.Deletion[]>;
}

/** Asks, has a live post deleted at its network, and returns what became of that; "" if the person thought better of it. */
export async function deleteLive(calls: DeleteCalls, d: api.Delivery): Promise<string> {
	const network = d.networkName;
	const yes = await confirm({
		title: m.queue_dl_title({ network }),
		body: m.queue_dl_text({ network }),
		action: m.queue_do_delete_live({ network }),
		danger: true,
	});
	if (!yes) return '';
	try {
		return deletedWords(await calls.DeleteLive(d.id), d);
	} catch (e) {
		return backendError(e).message;
	}
}

/** What became of a wish to delete a live post: what happened, and what is safe. */
export function deletedWords(asked: readonly api.Deletion[], d: api.Delivery): string {
	const network = d.networkName;
	const last = asked.at(-1);
	if (last?.outcome === 'accepted') return m.queue_dl_done({ network });
	const done = asked.filter((x) => x.outcome === 'accepted').length + d.deleted;
	const rest = done > 0 ? m.queue_dl_rest({ gone: done, parts: d.parts }) : '';
	return [endWords(last, network), rest].filter(Boolean).join(' ');
}

function endWords(e: api.Deletion | undefined, network: string): string {
	switch (e?.outcome) {
		case 'rejected':
			return [m.queue_dl_refused({ network }), e.message].filter(Boolean).join(' ');
		case 'throttled':
			return m.queue_dl_throttled({ network });
		case 'reauth':
			return m.queue_dl_reauth({ network });
		case 'not_sent':
			return m.queue_dl_off_line({ network });
	}
	return m.queue_dl_doubt({ network });
}
