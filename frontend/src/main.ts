import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';

// A file that is dropped beside a drop zone would take the place of the page.
for (const type of ['dragenter', 'dragover', 'drop']) addEventListener(type, (e) => e.preventDefault());

mount(App, { target: document.getElementById('app')! });
