import type { api } from '$lib/backend';
import type { Choice } from './types';

/** A moment as the backend's classes want it, without being one. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Nothing chosen about lateness: it follows. */
export const following: api.LateChoice = { then: 'ask', afterMs: 15 * 60_000, giveUpMs: 0 };

/** What to ask the backend so that a post goes out as it was chosen. */
export function request(post: string, channels: readonly string[], c: Choice): api.ScheduleAt {
	const only = (list: readonly api.ChannelOffset[]) =>
		list.filter((o) => o.afterMs > 0 && (channels.length === 0 || channels.includes(o.channel)));
	return plain({
		postId: post,
		channels,
		dueMs: c.kind === 'at' ? c.dueMs : 0,
		slot: false,
		offsets: only(c.offsets),
		times: c.kind === 'slot' ? c.times.filter((t) => channels.length === 0 || channels.includes(t.channel)) : [],
		notAfterMs: c.notAfterMs,
		lateChosen: c.late !== undefined,
		late: c.late ?? following,
		repeats: c.kind === 'repeat',
		repeat: c.repeat ?? {
			post,
			zone: c.zone,
			first: c.wall,
			unit: '',
			every: 1,
			weekdays: [],
			last: '',
			times: 0,
			spreadMs: 0,
			offsets: [],
			trouble: '',
		},
	}) as unknown as api.ScheduleAt;
}
