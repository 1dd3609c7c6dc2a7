import { describe, expect, it } from 'vitest';
import { BackendError, type api } from '$lib/backend';
import { PostList, titleOf, type Shelf } from './posts.svelte';

const post = (id: string, text = id, updatedMs = 1): api.Post =>
	({
		id,
		content: { text, media: [] },
		variants: [],
		state: 'draft',
		published: 0,
		of: 0,
		updatedMs,
	}) as unknown as api.Post;

class FakeShelf implements Shelf {
	asked: api.ListPosts[] = [];
	binned: string[] = [];
	constructor(
		public pages: api.PostPage[],
		public sent: api.Delivery[] = [],
		public stuck: string[] = [],
	) {}
	list = (r: api.ListPosts) => {
		this.asked.push(r);
		return Promise.resolve(this.pages[r.after ? Number(r.after) : 0]!);
	};
	deliveries = () => Promise.resolve(this.sent);
	remove = (id: string) => {
		if (this.stuck.includes(id))
			return Promise.reject(new BackendError({ code: 'not_allowed', message: 'It is planned.' }));
		this.binned.push(id);
		return Promise.resolve();
	};
	unbin = (id: string) => Promise.resolve(post(id));
	duplicate = (id: string) => Promise.resolve(post(`${id} again`));
	deleted: string[] = [];
	deleteForGood = async (id: string) => void this.deleted.push(id);
}

const ids = (list: PostList) => list.sorted.map((l) => l.post.id);

describe('the list of posts', () => {
	it('reads every page, and asks for the states of its filter', async () => {
		const shelf = new FakeShelf([
			{ posts: [post('a')], next: '1' },
			{ posts: [post('b')], next: '' },
		] as api.PostPage[]);
		const list = new PostList(shelf);
		await list.load('w', 'needs-you', 'cake');
		expect(list.lines.map((l) => l.post.id)).toEqual(['a', 'b']);
		expect(shelf.asked[0]).toMatchObject({ query: 'cake', states: ['needs_you', 'making_sure', 'missed'], bin: false });
		await list.load('w', 'bin', '');
		expect(shelf.asked.at(-1)).toMatchObject({ states: [], bin: true });
	});

	it('shows what was asked for last, also when an earlier answer comes after it', async () => {
		const shelf = new FakeShelf([{ posts: [], next: '' } as unknown as api.PostPage]);
		const answers: ((p: api.PostPage) => void)[] = [];
		shelf.list = () => new Promise((done) => answers.push(done));
		const list = new PostList(shelf);
		const early = list.load('w', 'all', '');
		const late = list.load('w', 'bin', '');
		expect(list.binned).toBe(false); // until its lines are there
		answers[1]!({ posts: [post('in the bin')], next: '' } as api.PostPage);
		await late;
		answers[0]!({ posts: [], next: '' } as unknown as api.PostPage);
		await early;
		expect(ids(list)).toEqual(['in the bin']);
		expect(list.binned).toBe(true);
	});

	it('says when a post goes out next, or else when it went out', async () => {
		const sent = [
			{ post: 'a', state: 'published', publishedMs: 50, dueMs: 40 },
			{ post: 'a', state: 'planned', dueMs: 90 },
			{ post: 'b', state: 'published', publishedMs: 60, dueMs: 10 },
			{ post: 'c', state: 'cancelled', dueMs: 70 },
		] as unknown as api.Delivery[];
		const list = new PostList(
			new FakeShelf([{ posts: [post('a'), post('b'), post('c')], next: '' } as api.PostPage], sent),
		);
		await list.load('w', 'all', '');
		expect(list.lines.map((l) => l.at)).toEqual([90, 60, 0]);
	});

	it('sorts by a column and turns round, newest first to begin with', async () => {
		const shelf = new FakeShelf([
			{ posts: [post('a', 'Zebra', 1), post('b', 'äpple', 3), post('c', 'Moss', 2)], next: '' } as api.PostPage,
		]);
		const list = new PostList(shelf);
		await list.load('w', 'all', '');
		expect(ids(list)).toEqual(['b', 'c', 'a']);
		list.sortBy('post');
		expect(ids(list)).toEqual(['b', 'c', 'a']);
		list.sortBy('post');
		expect(ids(list)).toEqual(['a', 'c', 'b']);
	});

	it('marks a range from the last mark on, and forgets marks of posts that are gone', async () => {
		const shelf = new FakeShelf([
			{ posts: [post('a', 'a', 4), post('b', 'b', 3), post('c', 'c', 2), post('d', 'd', 1)], next: '' } as api.PostPage,
		]);
		const list = new PostList(shelf);
		await list.load('w', 'all', '');
		list.mark('b');
		list.mark('d', true);
		expect([...list.marked].sort()).toEqual(['b', 'c', 'd']);
		shelf.pages = [{ posts: [post('a'), post('c')], next: '' } as api.PostPage];
		await list.load('w', 'all', '');
		expect([...list.marked]).toEqual(['c']);
	});

	it('moves what can be moved to the bin, and says once why the others stayed', async () => {
		const shelf = new FakeShelf([{ posts: [], next: '' } as unknown as api.PostPage], [], ['b', 'c']);
		const list = new PostList(shelf);
		list.marked = new Set(['a', 'b', 'c']);
		expect(await list.bin(['a', 'b', 'c'])).toEqual(['a']);
		expect(shelf.binned).toEqual(['a']);
		expect(list.refused).toHaveLength(1);
		expect(list.refused[0]!.count).toBe(2);
		expect([...list.marked]).toEqual(['b', 'c']);
	});

	it('deletes for good what was never planned; the rest is the record of what was sent', async () => {
		const sent = [{ post: 'b', state: 'cancelled', dueMs: 1 }] as unknown as api.Delivery[];
		const shelf = new FakeShelf([{ posts: [post('a'), post('b')], next: '' } as api.PostPage], sent);
		const list = new PostList(shelf);
		await list.load('w', 'bin', '');
		const going = list.deletable(['a', 'b']);
		expect(going).toEqual(['a']);
		expect(await list.deleteForGood(going)).toEqual(['a']);
		expect(shelf.deleted).toEqual(['a']);
	});

	it('calls a post by its first words', () => {
		expect(titleOf(post('a', '\n\n  First words  \nmore'))).toBe('First words');
		expect(titleOf(post('a', ' \n'))).toBe('');
	});
});
