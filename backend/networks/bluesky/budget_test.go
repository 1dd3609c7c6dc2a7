package bluesky

import (
	"testing"
	"time"

	"postbag/backend/network"
)

func TestThePolicySaysWhichLimitAnAnswerMeans(t *testing.T) {
	for _, c := range []struct{ policy, reset, date, want string }{
		{"3000;w=300", "1795341960", "Sun, 22 Nov 2026 10:05:00 GMT", windowRequests},
		{"5000;w=3600", "1795341960", "Sun, 22 Nov 2026 10:05:00 GMT", windowHour},
		{"35000;w=86400", "1795341960", "Sun, 22 Nov 2026 10:05:00 GMT", windowDay},
		{"100;w=60", "1795341960", "Sun, 22 Nov 2026 10:05:00 GMT", ""},
		{"", "1795341960", "Sun, 22 Nov 2026 10:05:00 GMT", ""},
		{"5000;w=3600", "", "Sun, 22 Nov 2026 10:05:00 GMT", ""},
		{"5000;w=3600", "1795341960", "", ""},
	} {
		r := network.Reply{Header: map[string]string{
			"Ratelimit-Limit": "4000", "Ratelimit-Remaining": "12", "Ratelimit-Reset": c.reset, "Ratelimit-Policy": c.policy, "Date": c.date,
		}}
		got := readLeft(network.Use{}, r)
		if (len(got) == 0) != (c.want == "") {
			t.Errorf("%+v: %+v", c, got)
			continue
		}
		if len(got) == 1 {
			date, _ := network.ParseDate(c.date)
			opens := time.Unix(1795341960, 0).Sub(date) + time.Second // it is rounded down
			if got[0].Window != c.want || got[0].Limit != 4000 || got[0].Points != 12 || got[0].Opens != opens {
				t.Errorf("%+v: %+v, want it open in %v", c, got[0], opens)
			}
		}
	}
}

func TestAThreadCostsAWriteForEachPart(t *testing.T) {
	b := budgets()
	for i, want := range []int{1, 9, 9} {
		if got := b.CostOf(b.Windows[i], network.Use{Kind: network.UsePublish, Parts: 3}); got != want {
			t.Errorf("%s: %d, want %d", b.Windows[i].Name, got, want)
		}
	}
	if got := b.CostOf(b.Windows[1], network.Use{Kind: network.UsePrepare}); got != 0 {
		t.Errorf("an upload costs %d points of the writes", got)
	}
}
