package api

// Events tells a shell what happened. The payloads carry no data: the shell asks again. The
// functions may be called by several goroutines at once.
type Events struct {
	Changed  func(topic Topic, ids []string)
	Progress func(task string, done, total int64)
	Notice   func(Notice)
}

// Topic names what changed.
type Topic string

// Every topic.
const (
	TopicPosts      Topic = "posts"
	TopicQueue      Topic = "queue"
	TopicLibrary    Topic = "library"
	TopicChannels   Topic = "channels"
	TopicSettings   Topic = "settings"
	TopicSlots      Topic = "slots"
	TopicWorkspaces Topic = "workspaces"
)

// The names under which a shell passes events on to its page, with the payload of each.
const (
	EventChanged  = "changed"  // Changed
	EventProgress = "progress" // Progress
	EventNotice   = "notice"   // Notice
	EventShell    = "shell"    // ShellEvent
)

// Changed says that what a page shows of a topic may be old.
type Changed struct {
	Topic Topic    `json:"topic"`
	IDs   []string `json:"ids"` // none: it may be anything
}

// Progress says how far a long task is.
type Progress struct {
	Task  string `json:"task"`
	Done  int64  `json:"done"`
	Total int64  `json:"total"` // 0: not known yet
}

// Notice is something the person should hear of although they did not just ask for it. The page
// has the sentences.
type Notice struct {
	Code   string            `json:"code"`
	Values map[string]string `json:"values"` // what the sentence names; never null
	Route  string            `json:"route"`  // the place in the page where it can be seen, "" if there is none
}

// Vocabulary is every type that reaches a page other than as the answer of a method.
type Vocabulary struct {
	Error    Error      `json:"error"`
	Changed  Changed    `json:"changed"`
	Progress Progress   `json:"progress"`
	Notice   Notice     `json:"notice"`
	Shell    ShellEvent `json:"shell"`
}

// Enums returns the lists of values that have a type of their own in a page, each a slice of
// structs with Value and TSName, as a generator of such types wants them.
func Enums() []any {
	return []any{
		[]struct {
			Value  Topic
			TSName string
		}{
			{TopicPosts, "Posts"},
			{TopicQueue, "Queue"},
			{TopicLibrary, "Library"},
			{TopicChannels, "Channels"},
			{TopicSettings, "Settings"},
			{TopicSlots, "Slots"},
			{TopicWorkspaces, "Workspaces"},
		},
		[]struct {
			Value  Code
			TSName string
		}{
			{CodeInvalid, "Invalid"},
			{CodeNotFound, "NotFound"},
			{CodeConflict, "Conflict"},
			{CodeNotAllowed, "NotAllowed"},
			{CodeNeedsChannel, "NeedsChannel"},
			{CodeNetwork, "Network"},
			{CodeBusy, "Busy"},
			{CodeLocked, "Locked"},
			{CodeBadFile, "BadFile"},
			{CodeDiskFull, "DiskFull"},
			{CodeNoKeychain, "NoKeychain"},
			{CodeNewerData, "NewerData"},
			{CodeDamaged, "Damaged"},
			{CodeBadPlace, "BadPlace"},
			{CodePortTaken, "PortTaken"},
			{CodeStopped, "Stopped"},
			{CodeInternal, "Internal"},
		},
		[]struct {
			Value  ShellEventKind
			TSName string
		}{
			{ShellDropped, "Dropped"},
			{ShellHanded, "Handed"},
			{ShellCommand, "Command"},
			{ShellGo, "Go"},
			{ShellClosing, "Closing"},
		},
		[]struct {
			Value  AtClose
			TSName string
		}{
			{AtCloseAsk, "Ask"},
			{AtCloseKeep, "Keep"},
			{AtCloseQuit, "Quit"},
		},
		[]struct {
			Value  WindowAction
			TSName string
		}{
			{WindowShow, "Show"},
			{WindowHide, "Hide"},
			{WindowMinimise, "Minimise"},
			{WindowMaximise, "Maximise"},
			{WindowFullscreen, "Fullscreen"},
			{WindowClose, "Close"},
			{WindowQuit, "Quit"},
		},
	}
}
