// Package desktop is Postbag's window: the only package that knows the window library.
//
// It opens the data folder, puts the page into a window of the system, binds the services of
// package api to it, and publishes in the background, with the window or without. A start takes
// these steps, and each can be the last:
//
//  1. claim the window of the data folder by a lock of the system's, or hand the files and links
//     of this start to the window that has it (instance.go);
//  2. open the program (package wiring); what keeps it from opening is shown in a window of its
//     own (problem.go);
//  3. run the window (window.go): the page comes from the program alone, under a content policy
//     that lets nothing else in (page.go), and cannot be left (guard_linux.go, shell.js);
//  4. when the window is gone, end the background and close the folder.
//
// Killing the process at any moment loses nothing: everything a person made is in the database
// before the page says so.
package desktop
