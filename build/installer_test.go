package main

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postbag/build/icon"
)

func TestVersionsOfPackagesAreInOrder(t *testing.T) {
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	for version, want := range map[string]string{
		"1.2.3": "1.2.3", "1.2.3-rc.1": "1.2.3~rc.1", "2e43404": "0.0.0~20260304.2e43404", "abc-dirty": "0.0.0~20260304.abc.dirty",
	} {
		if got := (release{version: version, date: day}).packageVersion(); got != want {
			t.Errorf("%s: %s, want %s", version, got, want)
		}
	}
}

func TestWindowsGetsFourNumbers(t *testing.T) {
	for version, want := range map[string]string{"1.2.3": "1.2.3.0", "1.2": "1.2.0.0", "1.2.3-rc.1": "1.2.3.0", "2e43404": "0.0.0.0", "12345.1": "0.0.0.0"} {
		if got := (release{version: version}).fileVersion(); got != want {
			t.Errorf("%s: %s, want %s", version, got, want)
		}
	}
}

func TestTheMenuEntryIsWhole(t *testing.T) {
	data, err := os.ReadFile("linux/postbag.desktop")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, line := range []string{"[Desktop Entry]", "Type=Application", "Name=Postbag", "Exec=postbag-desktop %U", "Icon=postbag", "StartupWMClass=postbag-desktop"} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("it lacks %q", line)
		}
	}
	for _, locale := range []string{"nb", "da", "fr", "bg", "zh_CN"} {
		if !strings.Contains(text, "Comment["+locale+"]=") {
			t.Errorf("it says nothing in %s", locale)
		}
	}
}

func TestTheApplicationsDescriptionIsXML(t *testing.T) {
	data, err := os.ReadFile("darwin/Info.plist")
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(data, new(struct{ XMLName xml.Name })); err != nil {
		t.Fatal(err)
	}
}

func TestTheDrawingOfTheMarkIsXML(t *testing.T) {
	if err := xml.Unmarshal(icon.SVG(), new(struct{ XMLName xml.Name })); err != nil {
		t.Fatalf("%v\n%s", err, icon.SVG())
	}
}

func TestTheMarkHasEverySizeOfWindowsAndMacOS(t *testing.T) {
	ico, err := icon.ICO()
	if err != nil {
		t.Fatal(err)
	}
	if ico[2] != 1 || ico[4] != 7 || !strings.Contains(string(ico), "\x89PNG") {
		t.Errorf("the icon of Windows begins with % x", ico[:6])
	}
	icns, err := icon.ICNS()
	if err != nil {
		t.Fatal(err)
	}
	if length := int(icns[4])<<24 | int(icns[5])<<16 | int(icns[6])<<8 | int(icns[7]); string(icns[:4]) != "icns" || length != len(icns) {
		t.Errorf("the icon of macOS says it has %d bytes of %d", length, len(icns))
	}
}

func TestALayoutBecomesEntriesInOneOrder(t *testing.T) {
	top := t.TempDir()
	if err := writeTree(top, map[string][]byte{"share/b": []byte("b"), "postbag": []byte("x"), "share/a": []byte("a")}); err != nil {
		t.Fatal(err)
	}
	list, err := entriesOf(top, "folder")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.name)
		if runs := e.mode&0o111 != 0; runs != (filepath.Base(e.name) == "postbag") {
			t.Errorf("%s has mode %v", e.name, e.mode)
		}
	}
	if got := strings.Join(names, " "); got != "folder/postbag folder/share/a folder/share/b" {
		t.Errorf("order: %s", got)
	}
}

func TestAModuleOfThePageWithoutALicenceFileSpeaksForItself(t *testing.T) {
	dir := t.TempDir()
	if _, err := licenceTexts(map[string]string{"silent": dir}); err == nil {
		t.Error("a module without any licence was taken")
	}
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"license":"MIT","author":"A. Nother"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := licenceTexts(map[string]string{"said": dir})
	if err != nil || !strings.Contains(string(text), "MIT") || !strings.Contains(string(text), "A. Nother") {
		t.Errorf("%v\n%s", err, text)
	}
}
