// How the page looks: theme, density, own zoom, language. The settings hold the choice; a copy in
// localStorage lets the next start paint right at once.
import { locale, preferredLocale, type Locale } from './locale.svelte';

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'comfortable' | 'compact';

/** What a person can choose of the look. locale "" follows the system. */
export interface LookChoice {
	theme: Theme;
	density: Density;
	zoom: number; // percent, 80 to 200
	locale: Locale | '';
	hideDetails: boolean;
}

const usual: LookChoice = { theme: 'system', density: 'comfortable', zoom: 100, locale: '', hideDetails: false };

class Look {
	choice = $state.raw<LookChoice>({ ...usual, ...read() });
	/** Resolves when the words of the chosen language are there. */
	words: Promise<void> = Promise.resolve();
	#dark = matchMedia('(prefers-color-scheme: dark)');

	constructor() {
		this.#dark.addEventListener?.('change', () => this.#paint());
		this.#paint();
	}

	/** Whether the page is dark now. */
	get dark(): boolean {
		return this.choice.theme === 'dark' || (this.choice.theme === 'system' && this.#dark.matches);
	}

	/** Takes over some choices and shows them at once. */
	use(change: Partial<LookChoice>) {
		this.choice = { ...this.choice, ...change };
		localStorage.setItem('look', JSON.stringify(this.choice));
		this.#paint();
	}

	#paint() {
		const root = document.documentElement;
		const { density, zoom, hideDetails } = this.choice;
		root.dataset.theme = this.dark ? 'dark' : 'light';
		root.dataset.density = density;
		root.dataset.hideDetails = String(hideDetails);
		// zoom reaches pictures, lines and pointer positions alike, in WebKit and in Chromium
		root.style.setProperty('zoom', zoom === 100 ? '' : String(zoom / 100));
		const spoken = this.choice.locale || preferredLocale(navigator.languages);
		localStorage.setItem('spoken', spoken); // first-paint.js asks for its words at the next start
		this.words = locale.use(spoken);
	}
}

function read(): Partial<LookChoice> {
	try {
		return JSON.parse(localStorage.getItem('look') ?? '{}') as Partial<LookChoice>;
	} catch {
		return {}; // a spoilt copy: the settings arrive in a moment
	}
}

export const look = new Look();
