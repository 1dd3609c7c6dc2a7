package domain

import "time"

// VideoTask is work on videos that goes on by itself, or what became of it.
type VideoTask struct {
	ID        string
	Workspace WorkspaceID
	Name      string // of what comes out
	Wanted    []byte // JSON: what is to be done with which assets
	Key       string // a hash of the contents and what is done: the same key makes the same video
	State     VideoState
	Result    AssetID // once State is VideoDone; "" if it was deleted since
	Code      string  // why it failed, one of a few words
	Detail    string  // the same for people
	CreatedAt time.Time
	EndedAt   time.Time // zero until it has ended
}

// VideoState says where a task stands.
type VideoState string

// Every state of a task.
const (
	VideoWaiting VideoState = "waiting"
	VideoRunning VideoState = "running" // by a process that says so again and again
	VideoDone    VideoState = "done"
	VideoFailed  VideoState = "failed"
	VideoStopped VideoState = "stopped" // by a person
)
