/** Whether the application's menu is open; Alt and F10 open it too. */
export const appMenu = $state({ open: false });
