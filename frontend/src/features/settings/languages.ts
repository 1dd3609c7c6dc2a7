// The languages a post can be in, by their own names and in the app's language.
import { collate } from '$lib/format';

const tags =
	'af ar az be bg bn bs ca cs cy da de el en en-GB en-US eo es es-419 et eu fa fi fil fr fr-CA ga gl gu he hi hr hu hy id is it ja ka kk kn ko lt lv mk ml mr ms mt my nb ne nl nn pa pl pt pt-BR ro ru se sk sl sq sr sv sw ta te th tr uk ur uz vi zh-Hans zh-Hant zu'.split(
		' ',
	);

/** Choices of a post's language: its name in the app's language, its own name as the hint. */
export function languageOptions(inLocale: string): { value: string; label: string; hint?: string }[] {
	const names = new Intl.DisplayNames(inLocale, { type: 'language' });
	return tags
		.map((value) => {
			const label = names.of(value) ?? value;
			const own = new Intl.DisplayNames(value, { type: 'language' }).of(value) ?? '';
			return own && own !== label ? { value, label, hint: own } : { value, label };
		})
		.sort((a, b) => collate(a.label, b.label));
}
