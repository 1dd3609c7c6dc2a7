import { describe, expect, it } from 'vitest';
import { BackendError, type api } from '$lib/backend';
import { after, before, FirstPost, stepOf, type Press } from './onboarding.svelte';

class FakePress implements Press {
	created = 0;
	planned: api.ScheduleRequest[] = [];
	fails = 0;
	live = false;
	feed = () => Promise.resolve({ channel: 'local', site: '/feed/index.html' } as api.Feed);
	create = () => {
		this.created++;
		return Promise.resolve({ id: 'p' } as api.Post);
	};
	schedule = (r: api.ScheduleRequest) => {
		if (this.fails-- > 0) return Promise.reject(new BackendError({ code: 'disk_full', message: 'Full.' }));
		this.planned.push(r);
		return Promise.resolve([]);
	};
	deliveries = () => Promise.resolve([{ state: this.live ? 'published' : 'planned' } as api.Delivery]);
	now = () => 7;
}

describe('the first steps', () => {
	it('go on from where they were left, and begin at the beginning', () => {
		expect(stepOf('watch')).toBe('watch');
		expect(stepOf('')).toBe('look');
		expect(stepOf('done')).toBe('look');
		expect(after('look')).toBe('begin');
		expect(after('channel')).toBeUndefined();
		expect(before('look')).toBeUndefined();
	});

	it('say that the post is published only when it is', async () => {
		const press = new FakePress();
		const first = new FirstPost(press);
		first.text = 'Hello';
		await first.publish('w', 'en');
		expect(first.state).toBe('publishing');
		expect(press.planned).toEqual([{ postId: 'p', channels: ['local'], dueMs: 7 }]);
		press.live = true;
		await first.look('w');
		expect(first.state).toBe('published');
		expect(first.feed?.site).toBe('/feed/index.html');
	});

	it('never write the post twice, also after a failure or a second press', async () => {
		const press = new FakePress();
		press.fails = 1;
		const first = new FirstPost(press);
		first.text = 'Hello';
		await first.publish('w', 'en');
		expect(first.problem).toBeDefined();
		expect(first.state).toBe('writing');
		await first.publish('w', 'en');
		await first.publish('w', 'en');
		expect(press.created).toBe(1);
		expect(press.planned).toHaveLength(1);
	});

	it('publish nothing that has no words', async () => {
		const press = new FakePress();
		const first = new FirstPost(press);
		first.text = ' \n';
		await first.publish('w', 'en');
		expect(press.created).toBe(0);
	});
});
