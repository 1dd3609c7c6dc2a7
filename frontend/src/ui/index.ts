// The kit: parts without a word of the domain. `import { Button, toast } from '$ui'`.
export type { Action, IconType, MenuAction, MenuItem, Opener, Option, TabItem, Tone } from './types';

// to press
export { default as Button } from './Button.svelte';
export { default as IconButton } from './IconButton.svelte';
export { default as SplitButton } from './SplitButton.svelte';

// to open
export { default as AlertDialog } from './AlertDialog.svelte';
export { confirm, type Question } from './confirm.svelte';
export { default as ContextMenu } from './ContextMenu.svelte';
export { default as Dialog } from './Dialog.svelte';
export { default as Drawer } from './Drawer.svelte';
export { default as Menu } from './Menu.svelte';
export { default as Popover } from './Popover.svelte';
export { default as Tooltip } from './Tooltip.svelte';
export { default as TooltipProvider } from './TooltipProvider.svelte';

// to choose between
export { default as Segmented } from './Segmented.svelte';
export { default as Tabs } from './Tabs.svelte';

// to fill in
export { default as Checkbox } from './Checkbox.svelte';
export { default as Combobox } from './Combobox.svelte';
export { default as Field } from './Field.svelte';
export { default as RadioGroup } from './RadioGroup.svelte';
export { default as SearchField } from './SearchField.svelte';
export { default as Select } from './Select.svelte';
export { default as Slider } from './Slider.svelte';
export { default as Switch } from './Switch.svelte';
export { default as TextArea } from './TextArea.svelte';
export { default as TextField } from './TextField.svelte';
export { fold } from './options';

// to show
export { default as Icon } from './Icon.svelte';
export { default as Keys } from './Keys.svelte';
export { default as Spinner } from './Spinner.svelte';
