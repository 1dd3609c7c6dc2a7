<?php
// Waits for the database, installs the site, and makes an author with an application password and a
// reader who may write nothing. Prints their names and passwords as JSON.
ini_set('sendmail_path', '/bin/true');
$url = getenv('WORDPRESS_URL');
$_SERVER['HTTP_HOST'] = parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT);
mysqli_report(MYSQLI_REPORT_OFF);
for ($tries = 0; ; $tries++) {
    $database = @mysqli_connect('localhost', 'root', '', '', 0, getenv('WORDPRESS_SOCKET'));
    if ($database) {
        break;
    }
    if ($tries > 600) {
        fwrite(STDERR, 'the database does not answer: ' . mysqli_connect_error());
        exit(1);
    }
    usleep(100000);
}
mysqli_query($database, 'CREATE DATABASE wordpress');
define('WP_INSTALLING', true);
require getenv('WORDPRESS') . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Test site', 'admin', 'admin@example.test', true, '', 'admin-password');
update_option('permalink_structure', '/%postname%/');
update_option('timezone_string', 'UTC');
wp_insert_term('News & Views', 'category');
$made = [];
foreach (['writer' => 'author', 'reader' => 'subscriber'] as $name => $role) {
    $id = wp_insert_user(['user_login' => $name, 'user_pass' => "$name-password", 'user_email' => "$name@example.test", 'role' => $role]);
    $password = WP_Application_Passwords::create_new_application_password($id, ['name' => 'test']);
    $made[] = ['id' => $id, 'name' => $name, 'password' => WP_Application_Passwords::chunk_password($password[0])];
}
flush_rewrite_rules();
echo json_encode(['version' => $GLOBALS['wp_version'], 'users' => $made]);
