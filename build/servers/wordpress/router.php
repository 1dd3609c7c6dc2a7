<?php
// For PHP's own web server: files of the test's content folder, files of WordPress, and index.php for
// every other path (that server answers 404 by itself for a path with a dot in it).
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if (strpos($path, '..') === false && strpos($path, '/wp-content/') === 0 && is_file(getenv('DATA') . $path)) {
    header('Content-Type: ' . mime_content_type(getenv('DATA') . $path));
    readfile(getenv('DATA') . $path);
    return true;
}
$root = $_SERVER['DOCUMENT_ROOT'];
if ($path !== '/' && (is_file($root . $path) || is_file(rtrim($root . $path, '/') . '/index.php'))) {
    return false;
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = $root . '/index.php';
chdir($root);
require $root . '/index.php';
