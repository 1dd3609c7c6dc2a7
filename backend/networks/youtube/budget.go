package youtube

import (
	"strings"
	"time"

	"postbag/backend/network"
)

// The windows of a Google Cloud project (docQuota): new at midnight in California, counted here over any
// 24 hours, which is stricter. Until 2026 an upload took 1,600 of the units, six a day; a project that
// still is so hears quotaExceeded, and waits.
const (
	windowUploads = "uploads"
	windowUnits   = "units"
)

func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{
			{Name: windowUploads, Scope: network.ScopeApp, Points: 100, Per: 24 * time.Hour, Source: docQuota + ": 100 videos.insert a day"},
			{Name: windowUnits, Scope: network.ScopeApp, Points: 10_000, Per: 24 * time.Hour, Source: docQuota + ": 10,000 units a day for the rest"},
		},
		Host: "www.googleapis.com",
		Cost: cost,
		Expect: func(p network.Plan) []network.Use {
			list := []network.Use{
				{Step: stepVideo + " begin", Kind: network.UsePrepare},
				{Step: stepVideo + " offset", Kind: network.UseRead},
			}
			carried := 1
			if m, has := videoOf(p); has {
				carried = max(pieces(m), 1)
			}
			for range carried {
				list = append(list, network.Use{Step: stepVideo + " piece", Kind: network.UsePrepare})
			}
			list = append(list, network.Use{Step: stepDetails, Kind: network.UsePrepare}, network.Use{Step: stepState, Kind: network.UseRead})
			if _, has := pictureOf(p); has {
				list = append(list, network.Use{Step: stepThumb, Kind: network.UsePrepare})
			}
			if captionsOf(p) != "" {
				list = append(list, network.Use{Step: stepCaptions, Kind: network.UsePrepare})
			}
			if playlistOf(p) != "" {
				list = append(list, network.Use{Step: stepThere, Kind: network.UseRead}, network.Use{Step: stepPlaylist, Kind: network.UsePrepare})
			}
			return append(list, network.Use{Step: stepShow, Kind: network.UsePublish, Parts: 1})
		},
		App: func(a network.Account) string { return a.Options[clientOption] },
	}
}

// cost is what a request takes (docQuota): 50 units to change something, 1 to read, and the pieces of a
// file nothing but the one upload.
func cost(w network.Window, u network.Use) int {
	begins := strings.HasPrefix(u.Step, stepVideo+" begin")
	switch {
	case w.Name == windowUploads && begins:
		return 1
	case w.Name == windowUploads, begins, strings.HasPrefix(u.Step, stepVideo+" offset"), strings.HasPrefix(u.Step, stepVideo+" piece"):
		return 0
	case u.Step == "token", u.Step == "refresh":
		return 0
	case u.Step == stepCaptions:
		return captionUnits
	case u.Kind == network.UseRead:
		return 1
	}
	return 50
}
