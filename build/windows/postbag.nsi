; The Windows installer: for one person, without administrator rights. /S installs in silence.
;   VERSION   what is installed          FILEVERSION  the same as four numbers
;   STAGE     the folder with the files  OUT          the installer

Unicode true
!include "MUI2.nsh"

Name "Postbag"
OutFile "${OUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\Postbag"
InstallDirRegKey HKCU "Software\Postbag" "Folder"
SetCompressor /SOLID lzma
ManifestDPIAware true

VIProductVersion "${FILEVERSION}"
VIAddVersionKey "ProductName" "Postbag"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Postbag installer"
VIAddVersionKey "LegalCopyright" "The Postbag authors, Apache License 2.0"

!define MUI_ICON "${STAGE}\postbag.ico"
!define MUI_UNICON "${STAGE}\postbag.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\postbag-desktop.exe"

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES

!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Norwegian"
!insertmacro MUI_LANGUAGE "Danish"
!insertmacro MUI_LANGUAGE "French"
!insertmacro MUI_LANGUAGE "Bulgarian"
!insertmacro MUI_LANGUAGE "SimpChinese"

LangString NoWebView ${LANG_ENGLISH} "The window needs Microsoft Edge WebView2, which is not on this computer. Get it from https://go.microsoft.com/fwlink/p/?LinkId=2124703 and start Postbag then."
LangString NoWebView ${LANG_NORWEGIAN} "Vinduet trenger Microsoft Edge WebView2, som ikke finnes på denne maskinen. Hent det fra https://go.microsoft.com/fwlink/p/?LinkId=2124703 og start Postbag etterpå."
LangString NoWebView ${LANG_DANISH} "Vinduet kræver Microsoft Edge WebView2, som ikke findes på denne computer. Hent det fra https://go.microsoft.com/fwlink/p/?LinkId=2124703, og start Postbag bagefter."
LangString NoWebView ${LANG_FRENCH} "La fenêtre a besoin de Microsoft Edge WebView2, absent de cet ordinateur. Téléchargez-le depuis https://go.microsoft.com/fwlink/p/?LinkId=2124703, puis lancez Postbag."
LangString NoWebView ${LANG_BULGARIAN} "Прозорецът изисква Microsoft Edge WebView2, който липсва на този компютър. Изтеглете го от https://go.microsoft.com/fwlink/p/?LinkId=2124703 и после стартирайте Postbag."
LangString NoWebView ${LANG_SIMPCHINESE} "窗口需要 Microsoft Edge WebView2，但这台电脑上没有。请从 https://go.microsoft.com/fwlink/p/?LinkId=2124703 获取，然后启动 Postbag。"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Postbag"
!define WEBVIEW "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

Section
	SetOutPath "$INSTDIR"
	File "${STAGE}\postbag-desktop.exe"
	File "${STAGE}\postbag.exe"
	File "${STAGE}\postbag.ico"
	File "${STAGE}\LICENSE.txt"
	File "${STAGE}\THIRD-PARTY-LICENSES.txt"
	CreateShortcut "$SMPROGRAMS\Postbag.lnk" "$INSTDIR\postbag-desktop.exe" "" "$INSTDIR\postbag.ico"
	WriteRegStr HKCU "Software\Postbag" "Folder" "$INSTDIR"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Postbag"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\postbag.ico"
	WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Postbag authors"
	WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
	WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
	WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
	WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
	WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
	WriteUninstaller "$INSTDIR\uninstall.exe"

	ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW}" "pv"
	ReadRegStr $1 HKCU "Software\${WEBVIEW}" "pv"
	${If} $0 == ""
	${AndIf} $1 == ""
		MessageBox MB_OK|MB_ICONINFORMATION "$(NoWebView)" /SD IDOK
	${EndIf}
SectionEnd

; What a person made stays: the data folder is elsewhere.
Section "Uninstall"
	Delete "$INSTDIR\postbag-desktop.exe"
	Delete "$INSTDIR\postbag.exe"
	Delete "$INSTDIR\postbag.ico"
	Delete "$INSTDIR\LICENSE.txt"
	Delete "$INSTDIR\THIRD-PARTY-LICENSES.txt"
	Delete "$INSTDIR\uninstall.exe"
	RMDir "$INSTDIR"
	Delete "$SMPROGRAMS\Postbag.lnk"
	DeleteRegKey HKCU "${UNINSTALL}"
	DeleteRegKey HKCU "Software\Postbag"
SectionEnd
