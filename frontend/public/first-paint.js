// The theme stands before the first paint, so that a dark window never flashes white, and the words are
// asked for before the page's script knows that it needs them. The choice is kept in the settings; this
// copy in localStorage is only for this moment.
(function () {
	var look = {};
	try {
		look = JSON.parse(localStorage.getItem('look') || '{}');
	} catch {
		/* a spoilt copy: the settings arrive in a moment */
	}
	var dark = look.theme === 'dark' || (look.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
	var root = document.documentElement;
	root.dataset.theme = dark ? 'dark' : 'light';
	// tokens.css has what is different there
	if (/Linux/.test(navigator.userAgent) && !/Chrom|Firefox/.test(navigator.userAgent)) root.dataset.webview = 'gtk';
	if (look.density) root.dataset.density = look.density;
	if (look.locale) root.lang = look.locale;
	var words = JSON.parse(document.currentScript.dataset.words || '{}')[localStorage.getItem('spoken')];
	if (words) {
		var early = document.createElement('script');
		early.type = 'module';
		early.src = words;
		document.head.append(early);
	}
})();
