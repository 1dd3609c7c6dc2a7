// What other features may use of the queue.
export { Engine, type EngineTone } from './engine.svelte';
export { Pauses } from './pauses.svelte';
export { default as PauseBanners } from './PauseBanners.svelte';
export { remindOf } from './remind';
export { deliveryLook, lookOf, sentenceOf, type Around, type Standing, type StateLook } from './states';
export { default as Thumb } from './Thumb.svelte';
