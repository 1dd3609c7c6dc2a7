// To be reminded of a post when this laptop is online again, and to take that back.
import { m } from '$lib/messages';
import { toast } from '$ui';

/** What keeps reminders. */
export interface Reminds {
	remind(post: string, on: boolean): Promise<void>;
}

/** Asks for a reminder or takes it back, and says so with the way back. */
export async function remindOf(engine: Reminds, post: string, on: boolean) {
	await engine.remind(post, on);
	toast({ text: on ? m.queue_done_remind() : m.queue_done_unremind(), undo: () => engine.remind(post, !on) });
}
