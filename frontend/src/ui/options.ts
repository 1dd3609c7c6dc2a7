import type { Option } from './types';

/** Options under the names of their groups, in the order they first appear; "" for those of none. */
export function grouped<O extends Pick<Option, 'group'>>(options: readonly O[]): { name: string; options: O[] }[] {
	const groups: { name: string; options: O[] }[] = [];
	for (const option of options) {
		const name = option.group ?? '';
		const group = groups.find((g) => g.name === name);
		if (group) group.options.push(option);
		else groups.push({ name, options: [option] });
	}
	return groups;
}

/** Text as it is searched: without case and accents. */
export function fold(text: string): string {
	return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}
