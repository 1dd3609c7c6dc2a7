package tiktok

import (
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

// The windows of an account, each for one kind of request. The parts of a video are not counted.
const (
	windowBegin   = "begin"
	windowCreator = "creator"
	windowStatus  = "status"
)

func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{
			{Name: windowBegin, Scope: network.ScopeAccount, Points: 6, Per: time.Minute, Source: docDirect + ": 6 requests a minute"},
			{Name: windowCreator, Scope: network.ScopeAccount, Points: 20, Per: time.Minute, Source: docCreator + ": 20 requests a minute"},
			{Name: windowStatus, Scope: network.ScopeAccount, Points: 30, Per: time.Minute, Source: docStatus + ": 30 requests a minute"},
		},
		Host:   "open.tiktokapis.com",
		Cost:   cost,
		Expect: expect,
	}
}

func cost(w network.Window, u network.Use) int {
	if w.Name == windowBegin && (u.Step == stepBegin || u.Step == stepPhotos) || w.Name == windowCreator && u.Step == stepCreator ||
		w.Name == windowStatus && strings.HasPrefix(u.Step, stepStatus) {
		return 1
	}
	return 0
}

func expect(p network.Plan) []network.Use {
	if pictures(p) {
		list := []network.Use{{Step: stepCreator, Kind: network.UseRead}, {Step: stepStatus, Kind: network.UseRead}}
		for i := range p.Parts[0].Media {
			list = append(list, network.Use{Step: stepFile + strconv.Itoa(i+1), Kind: network.UsePrepare})
		}
		return append(list, network.Use{Step: stepPhotos, Kind: network.UsePublish, Parts: 1})
	}
	list := []network.Use{
		{Step: stepCreator, Kind: network.UseRead},
		{Step: stepBegin, Kind: network.UsePrepare},
		{Step: stepStatus, Kind: network.UseRead},
	}
	if len(p.Parts) > 0 && len(p.Parts[0].Media) > 0 {
		_, count := cut(p.Parts[0].Media[0].Bytes)
		for range count - 1 {
			list = append(list, network.Use{Step: stepPiece, Kind: network.UsePrepare})
		}
	}
	return append(list, network.Use{Step: stepLast, Kind: network.UsePublish, Parts: 1})
}
