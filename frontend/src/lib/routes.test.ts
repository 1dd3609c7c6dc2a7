import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute, type Route } from './routes';

const routes: Route[] = [
	{ screen: 'today' },
	{ screen: 'queue', tab: 'needs-you', delivery: undefined },
	{ screen: 'queue', tab: 'published', delivery: '0192-x' },
	{ screen: 'posts', filter: 'all' },
	{ screen: 'posts', filter: 'bin' },
	{ screen: 'composer', post: '0192-y', channel: undefined },
	{ screen: 'composer', post: 'new', channel: 'c&1' },
	{ screen: 'library', place: 'no-alt', query: 'tag:harbour sea', asset: 'a1' },
	{ screen: 'channel', channel: 'ch/1' },
	{ screen: 'add-channel', network: undefined },
	{ screen: 'add-channel', network: 'n1' },
	{ screen: 'settings', section: 'writing' },
	{ screen: 'onboarding', step: 'first-post' },
];

describe('routes', () => {
	it.each(routes.map((r) => [formatRoute(r), r] as const))('%s is read back as it was written', (hash, route) => {
		expect(parseRoute(hash)).toEqual(route);
	});

	it.each(['', '#', '#/', '#/nowhere', '#/%E0%A4%A', 'x'])('%j leads to Today', (hash) => {
		expect(parseRoute(hash).screen).toBe('today');
	});

	it('does not know a tab that is not there', () => {
		expect(parseRoute('#/queue/everything')).toEqual({ screen: 'queue', tab: 'upcoming', delivery: undefined });
	});
});
