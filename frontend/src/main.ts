import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { look } from '$lib/look.svelte';

// A file that is dropped beside a drop zone would take the place of the page.
for (const type of ['dragenter', 'dragover', 'drop']) addEventListener(type, (e) => e.preventDefault());

// The first paint has its words.
void look.words.then(() => mount(App, { target: document.getElementById('app')! }));
