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

/** A language's messages, by key. */
type Catalogue = typeof import('./paraglide/messages/en.js');

const catalogues: Record<Locale, () => Promise<unknown>> = {
	en: () => import('./paraglide/messages/en.js'),
	nb: () => import('./paraglide/messages/nb.js'),
	da: () => import('./paraglide/messages/da.js'),
	fr: () => import('./paraglide/messages/fr.js'),
	bg: () => import('./paraglide/messages/bg.js'),
	'zh-Hans': () => import('./paraglide/messages/zh-Hans.js'),
};

class CurrentLocale {
	#wanted: Locale | undefined;
	#coming: Promise<void> = Promise.resolve();
	#now = $state.raw<{ locale: Locale; catalogue: Catalogue }>({ locale: baseLocale, catalogue: {} as Catalogue });

	/** The language on screen. */
	get current(): Locale {
		return this.#now.locale;
	}

	/** Its messages; empty until the first language is there. */
	get catalogue(): Catalogue {
		return this.#now.catalogue;
	}

	/**
	 * Switches the interface to a language, without a reload. Resolves when a language is on screen: the
	 * last one asked for wins, and whoever asked before it waits for it.
	 */
	use(locale: Locale): Promise<void> {
		if (locale !== this.#wanted) {
			this.#wanted = locale;
			this.#coming = this.#load(locale);
		}
		return this.#coming;
	}

	async #load(locale: Locale): Promise<void> {
		const catalogue = (await catalogues[locale]()) as Catalogue;
		if (this.#wanted !== locale) return this.#coming;
		this.#now = { locale, catalogue };
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
