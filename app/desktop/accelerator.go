package desktop

import (
	"strings"

	"github.com/wailsapp/wails/v2/pkg/menu/keys"
)

// accelerator reads keys as the page writes them ("$mod+Shift+n"). What a menu cannot show is left
// to the page.
func accelerator(text string) *keys.Accelerator {
	if text == "" || strings.Contains(text, " ") { // "G T" is one key after the other
		return nil
	}
	parts := strings.Split(text, "+")
	if len(parts) == 1 || len(parts) == 2 && strings.EqualFold(parts[0], "shift") {
		return nil // a letter alone acts in lists; in a menu it would be taken from who writes it
	}
	names := map[string]string{"$mod": "cmdorctrl", "mod": "cmdorctrl", "alt": "optionoralt", "shift": "shift", "ctrl": "ctrl"}
	for i, part := range parts {
		part = strings.ToLower(part)
		if name, ok := names[part]; ok && i < len(parts)-1 {
			part = name
		}
		parts[i] = part
	}
	a, err := keys.Parse(strings.Join(parts, "+"))
	if err != nil {
		return nil
	}
	return a
}
