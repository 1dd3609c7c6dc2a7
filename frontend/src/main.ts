import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { look } from '$lib/look.svelte';
import { m } from '$lib/messages';

// A file that is dropped beside a drop zone would take the place of the page.
for (const type of ['dragenter', 'dragover', 'drop']) addEventListener(type, (e) => e.preventDefault());

// Without its letters, WebKit on Linux lays out the first frame by asking the system for every other
// family of the list, in every size and weight, which takes longer than all else.
const letters = (text: string) => document.fonts.load('13px "Inter Variable"', text).catch(() => []);

// The first paint has its words and its letters.
void Promise.all([letters('A'), look.words.then(() => letters(m.shell_today()))]).then(() =>
	mount(App, { target: document.getElementById('app')! }),
);
