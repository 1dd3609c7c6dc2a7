// Where a person is, as a typed union on location.hash: it works from an embedded file, survives
// a reload, and a test or a link can open any of it.

/** The tabs of the queue. */
export const queueTabs = ['upcoming', 'needs-you', 'held', 'published'] as const;
export type QueueTab = (typeof queueTabs)[number];

/** The states the list of posts can be filtered by. */
export const postFilters = ['all', 'draft', 'scheduled', 'published', 'needs-you', 'bin'] as const;
export type PostFilter = (typeof postFilters)[number];

export type Route =
	| { screen: 'today' }
	| { screen: 'queue'; tab: QueueTab; delivery?: string }
	| { screen: 'posts'; filter: PostFilter }
	| { screen: 'composer'; post: string; channel?: string } // post "new" makes one
	| { screen: 'library'; place?: string; query?: string; asset?: string }
	| { screen: 'channel'; channel: string }
	| { screen: 'add-channel'; network?: string }
	| { screen: 'settings'; section: string }
	| { screen: 'onboarding'; step?: string };

export type Screen = Route['screen'];

/** The route of a hash; what is not understood is Today. */
export function parseRoute(hash: string): Route {
	const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
	const [first = '', second = '', third = ''] = path.split('/').map(decode);
	const query = new URLSearchParams(search);
	const opt = (name: string) => query.get(name) ?? undefined;
	switch (first) {
		case 'queue':
			return { screen: 'queue', tab: oneOf(queueTabs, second) ?? 'upcoming', delivery: third || undefined };
		case 'posts':
			if (second && !oneOf(postFilters, second)) return { screen: 'composer', post: second, channel: opt('channel') };
			return { screen: 'posts', filter: oneOf(postFilters, second) ?? 'all' };
		case 'library':
			return { screen: 'library', place: second || undefined, query: opt('q'), asset: opt('asset') };
		case 'channels':
			if (second === 'add' || !second) return { screen: 'add-channel', network: third || undefined };
			return { screen: 'channel', channel: second };
		case 'settings':
			return { screen: 'settings', section: second || 'general' };
		case 'welcome':
			return { screen: 'onboarding', step: second || undefined };
	}
	return { screen: 'today' };
}

/** The hash of a route; parseRoute gives the route back. */
export function formatRoute(r: Route): string {
	switch (r.screen) {
		case 'today':
			return '#/today';
		case 'queue':
			return join(['queue', r.tab, r.delivery]);
		case 'posts':
			return join(['posts', r.filter === 'all' ? undefined : r.filter]);
		case 'composer':
			return join(['posts', r.post], { channel: r.channel });
		case 'library':
			return join(['library', r.place], { q: r.query, asset: r.asset });
		case 'channel':
			return join(['channels', r.channel]);
		case 'add-channel':
			return join(['channels', 'add', r.network]);
		case 'settings':
			return join(['settings', r.section]);
		case 'onboarding':
			return join(['welcome', r.step]);
	}
}

function decode(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return '';
	}
}

function oneOf<T extends string>(list: readonly T[], value: string): T | undefined {
	return list.find((item) => item === value);
}

function join(parts: (string | undefined)[], query: Record<string, string | undefined> = {}): string {
	const path = parts.filter((p) => p).map((p) => encodeURIComponent(p!));
	const search = new URLSearchParams();
	for (const [key, value] of Object.entries(query)) if (value) search.set(key, value);
	const tail = search.toString();
	return `#/${path.join('/')}${tail ? `?${tail}` : ''}`;
}
