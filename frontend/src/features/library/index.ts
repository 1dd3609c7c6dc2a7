// What other features take from the library: choosing pictures, and looking after one.
export { default as CropPicker } from './CropPicker.svelte';
export { default as CropSheet } from './CropSheet.svelte';
export { default as CropView } from './CropView.svelte';
export { default as FocalPicker } from './FocalPicker.svelte';
export { default as LibrarySheet } from './LibrarySheet.svelte';
export { default as SizeList } from './SizeList.svelte';
export { default as VideoDialog } from './VideoDialog.svelte';
export { around, large, thumb, video, type Part } from './media';
export { shapeName, sizeName } from './words';
