package main

import (
	"context"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"postbag/app/api"
)

// noticeWords is a notice for a person who has no window; "" for one that says nothing to them. It
// tells nothing of what a post says.
func noticeWords(n api.Notice) string {
	count, err := strconv.Atoi(n.Values["count"])
	if err != nil {
		count = 1
	}
	switch n.Code {
	case api.NoticeNeedsYou:
		return plural(count, "post needs you.", "posts need you.")
	case api.NoticeLate:
		return plural(count, "post is late and asks you.", "posts are late and ask you.")
	case api.NoticeUnsure:
		return plural(count, "post could not be confirmed yet; Postbag makes sure.", "posts could not be confirmed yet; Postbag makes sure.")
	case api.NoticeTurn:
		return "It is time: " + plural(count, "post is ready for you to post.", "posts are ready for you to post.")
	case api.NoticeClock:
		return "This computer's clock is wrong; nothing goes out until it is right."
	case api.NoticeOnline:
		return "This computer is online again. You wanted to be reminded of " + plural(count, "post.", "posts.")
	}
	return ""
}

// notifyCommand is how a system without a window of ours is asked to show a text; nil where there is
// no command for that. The text is an argument, never part of a script.
func notifyCommand(system, text string) []string {
	switch system {
	case "linux":
		return []string{"notify-send", "--app-name=Postbag", "Postbag", text}
	case "darwin":
		return []string{"osascript", "-e", "on run argv", "-e", `display notification (item 1 of argv) with title "Postbag"`, "-e", "end run", text}
	}
	return nil
}

// wantsToHear reports whether a person chose to be told. What they asked for by name they did.
func wantsToHear(chosen api.Notify, code string) bool {
	switch code {
	case api.NoticeOnline:
		return true
	case api.NoticeLate:
		return chosen.Away
	}
	return chosen.NeedsYou
}

// notify shows a notice through the system, if a person wants that and the system can.
func (a *agent) notify(services *api.Services, n api.Notice) {
	text := noticeWords(n)
	command := notifyCommand(runtime.GOOS, text)
	if text == "" || command == nil {
		return
	}
	chosen, err := services.Settings.Get()
	if err != nil || !wantsToHear(chosen.Notify, n.Code) {
		return
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return // a server has none; the line on standard output says it
	}
	ctx, done := context.WithTimeout(context.Background(), 10*time.Second)
	defer done()
	_ = exec.CommandContext(ctx, path, command[1:]...).Run() //nolint:gosec // the program is one of two
}
