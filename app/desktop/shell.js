// The guard of the window: runs before the page. The page is one document and stays it.
(function () {
	'use strict';

	// A dropped file would replace the page. The program hears of the drop by itself.
	['dragenter', 'dragover', 'drop'].forEach(function (type) {
		addEventListener(type, function (event) {
			event.preventDefault();
		});
	});

	// Where the program learns a dropped file's place through the page, this asks it to.
	addEventListener('DOMContentLoaded', function () {
		if (window.runtime && window.runtime.OnFileDrop) window.runtime.OnFileDrop(function () {}, false);
	});

	// A link opens in the system's browser, unless the page takes it first.
	function follow(event) {
		if (event.defaultPrevented) return;
		var target = event.target instanceof Element ? event.target.closest('a[href], area[href]') : null;
		if (!target) return;
		var address = new URL(target.getAttribute('href'), location.href);
		if (address.origin === location.origin && address.protocol === location.protocol && address.pathname === location.pathname) return;
		event.preventDefault();
		if (/^(https?|file):$/.test(address.protocol)) window.go.api.ShellService.OpenLink(address.href).catch(function () {});
	}
	addEventListener('click', follow);
	addEventListener('auxclick', follow);

	// Files go to the program as bytes: WebKitGTK ends the whole program when the body of a request of its
	// own scheme is a file or holds one.
	var ask = window.fetch;
	window.fetch = function (target, options) {
		var body = options && options.body;
		var file = body instanceof Blob;
		if (body instanceof FormData) {
			body.forEach(function (value) {
				file = file || value instanceof Blob;
			});
		}
		if (file) return Promise.reject(new TypeError('a file is sent as its bytes'));
		return ask.apply(window, arguments);
	};

	window.open = function (address) {
		if (address) window.go.api.ShellService.OpenLink(String(new URL(address, location.href))).catch(function () {});
		return null;
	};
})();
