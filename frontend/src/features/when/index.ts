// When posts go out: the picker of a time, the weeks of slots, and what happens to late posts.
export { default as LateRule } from './LateRule.svelte';
export { default as SlotsEditor } from './SlotsEditor.svelte';
export { default as WhenPicker } from './WhenPicker.svelte';
export { request as scheduleRequest } from './choice';
export type { Choice, PickChannel } from './types';
export { choiceText, lateSentence, repeatSentence } from './words';
