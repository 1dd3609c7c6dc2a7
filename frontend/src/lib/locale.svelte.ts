import { baseLocale, locales } from './paraglide/runtime.js';

/** A language the interface speaks. */
export type Locale = (typeof locales)[number];

/** Every language, by its own name, in the order of the settings. */
export const languages: { locale: Locale; name: string }[] = [
	{ locale: 'en', name: 'English' },
	{ locale: 'nb', name: 'Norsk bokmål' },
	{ locale: 'da', name: 'Dansk' },
	{ locale: 'fr', name: 'Français' },
	{ locale: 'bg', name: 'Български' },
	{ locale: 'zh-Hans', name: '简体中文' },
];

class CurrentLocale {
	#now = $state<Locale>(baseLocale);

	get current(): Locale {
		return this.#now;
	}

	/** Switches the interface to a language, without a reload. */
	use(locale: Locale) {
		this.#now = locale;
		document.documentElement.lang = locale;
	}
}

/** The language of the interface; reading `current` in markup follows its changes. */
export const locale = new CurrentLocale();

/** The best language we speak for what the system prefers: "nn-NO" and "no" get nb, "zh-SG" gets zh-Hans. */
export function preferredLocale(wanted: readonly string[]): Locale {
	for (const tag of wanted) {
		const lower = tag.toLowerCase();
		if (lower.startsWith('zh')) return 'zh-Hans';
		const base = lower.split('-')[0];
		if (base === 'no' || base === 'nn' || base === 'nb') return 'nb';
		const found = locales.find((l) => l === base);
		if (found) return found;
	}
	return baseLocale;
}
