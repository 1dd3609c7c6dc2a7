// A page of every part in its states, for whoever works on the kit: `npm run dev`, then /kit.html.
// ?theme=dark, ?density=compact and ?locale=fr set it up. It is no part of the program.
import { mount } from 'svelte';
import { locale, type Locale } from '$lib/locale.svelte';
import '../app.css';
import Kit from './Kit.svelte';

const wanted = new URLSearchParams(location.search);
const root = document.documentElement;
root.dataset['theme'] = wanted.get('theme') ?? 'light';
if (wanted.has('density')) root.dataset['density'] = wanted.get('density')!;
await locale.use((wanted.get('locale') as Locale | null) ?? 'en');

mount(Kit, { target: document.getElementById('app')! });
