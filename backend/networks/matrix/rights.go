package matrix

import (
	"context"
	"strconv"

	"postbag/backend/network"
)

// levels are the power levels of a room, as far as they say who may send a message
// (m.room.power_levels.yaml, 2026-07-21).
type levels struct {
	Events        map[string]int64 `json:"events"`
	EventsDefault int64            `json:"events_default"`
	Users         map[string]int64 `json:"users"`
	UsersDefault  int64            `json:"users_default"`
}

// allow reports whether a user's level is enough to send a message.
func (l levels) allow(user string) bool {
	need, named := l.Events["m.room.message"]
	if !named {
		need = l.EventsDefault
	}
	have, named := l.Users[user]
	if !named {
		have = l.UsersDefault
	}
	return have >= need
}

// creatorsRule is the first version of rooms whose creators may do everything and are named in no levels.
const creatorsRule = 12

// mayWrite reports whether the account may send messages to the room, as far as the room tells: where it
// does not, the first post will. A creator of a newer room cannot be told from others by its levels.
func mayWrite(ctx context.Context, c network.Calls, a network.Account, p place) bool {
	var said levels
	if err := read(ctx, c, "levels", "rights", request("GET", a, statePath(p, "m.room.power_levels", "")), &said); err != nil || said.allow(p.user) {
		return true
	}
	var made struct {
		Version string `json:"room_version"`
	}
	if err := read(ctx, c, "created", "the room", request("GET", a, statePath(p, "m.room.create", "")), &made); err != nil {
		return true
	}
	version, err := strconv.Atoi(made.Version)
	return made.Version != "" && (err != nil || version >= creatorsRule)
}
