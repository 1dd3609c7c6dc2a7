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
export { default as Calendar } from './Calendar.svelte';
export { default as Checkbox } from './Checkbox.svelte';
export { default as Combobox } from './Combobox.svelte';
export { default as DatePicker } from './DatePicker.svelte';
export { default as Field } from './Field.svelte';
export { default as RadioGroup } from './RadioGroup.svelte';
export { default as SearchField } from './SearchField.svelte';
export { default as Select } from './Select.svelte';
export { default as Slider } from './Slider.svelte';
export { default as SliderField } from './SliderField.svelte';
export { default as Switch } from './Switch.svelte';
export { default as TextArea } from './TextArea.svelte';
export { default as TextField } from './TextField.svelte';
export { default as TimeField } from './TimeField.svelte';
export { fold } from './options';

// to show
export { default as Avatar } from './Avatar.svelte';
export { default as Badge } from './Badge.svelte';
export { default as Banner } from './Banner.svelte';
export { default as Chip } from './Chip.svelte';
export { default as Divider } from './Divider.svelte';
export { default as Drawing } from './Drawing.svelte';
export { default as EmptyState } from './EmptyState.svelte';
export { default as ErrorCard } from './ErrorCard.svelte';
export { default as Icon } from './Icon.svelte';
export { default as Keys } from './Keys.svelte';
export { default as NetMark } from './NetMark.svelte';
export { default as Progress } from './Progress.svelte';
export { default as Skeleton } from './Skeleton.svelte';
export { default as Spinner } from './Spinner.svelte';
export { default as StateChip, toneIcons } from './StateChip.svelte';

// to lay out
export { default as Disclosure } from './Disclosure.svelte';
export { default as Inspector } from './Inspector.svelte';
export { default as PageHeader } from './PageHeader.svelte';
export { default as Panel } from './Panel.svelte';
export { default as SectionTitle } from './SectionTitle.svelte';
export { default as SettingRow } from './SettingRow.svelte';
export { default as SidebarItem } from './SidebarItem.svelte';
export { default as Toolbar } from './Toolbar.svelte';

// to work with what is selected
export { default as BarButton } from './BarButton.svelte';
export { default as SelectionBar } from './SelectionBar.svelte';

// to say
export { announce } from './announce.svelte';
export { default as LiveRegion } from './LiveRegion.svelte';
export { toast, toaster, type ToastOptions } from './toast';
export { undos } from './undo.svelte';

// to write in
export { default as MarkedTextarea } from './MarkedTextarea.svelte';
export { pieces, type Mark } from './marks';

// to compare
export { default as DiffView } from './DiffView.svelte';
