import { expect, test } from 'vitest';
import { locale } from './locale.svelte';
import { m } from './messages';

test('whoever asked for a language that another one overtook waits for words all the same', async () => {
	const first = locale.use('fr');
	const second = locale.use('da');
	await first;
	expect(locale.current).toBe('da');
	expect(m.kit_cancel()).toBe('Annuller');
	await second;
	await locale.use('en');
	expect(m.kit_cancel()).toBe('Cancel');
});
