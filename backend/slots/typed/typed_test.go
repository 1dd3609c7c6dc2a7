package typed_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"postbag/backend/slots/typed"
)

// now is Wednesday, 10 June 2026, 14:20 in Oslo.
func now(t testing.TB) time.Time {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 6, 10, 12, 20, 0, 0, time.UTC).In(oslo)
}

func TestATypedTimeIsUnderstoodInSixLanguages(t *testing.T) {
	for locale, cases := range map[string]map[string]string{
		"en": {
			"fri 7:30": "2026-06-12T07:30", "Friday at 7.30pm": "2026-06-12T19:30", "tomorrow 9": "2026-06-11T09:00", "tomorrow": "2026-06-11T09:00?",
			"today 18:00": "2026-06-10T18:00", "tonight": "2026-06-10T19:00", "tonight at 8": "2026-06-10T20:00", "noon": "2026-06-11T12:00",
			"15:00": "2026-06-10T15:00", "9": "2026-06-11T09:00", "9am": "2026-06-11T09:00", "12am tomorrow": "2026-06-11T00:00", "12 pm friday": "2026-06-12T12:00",
			"next fri 7:30": "2026-06-19T07:30", "next week": "2026-06-15T09:00?", "wed 9": "2026-06-17T09:00", "wed 16:00": "2026-06-10T16:00",
			"12 june 7:30": "2026-06-12T07:30", "june 12 at 7:30": "2026-06-12T07:30", "June 12th, 2027 8am": "2027-06-12T08:00", "5 jan": "2027-01-05T09:00?",
			"2026-12-24 18:00": "2026-12-24T18:00", "2026-12-24T18:00": "2026-12-24T18:00", "fri 12 june": "2026-06-12T09:00?", "tomorrow morning": "2026-06-11T09:00",
			"friday afternoon": "2026-06-12T14:00", "in 3 days": "2026-06-13T14:20", "in 2 weeks at 9:00": "2026-06-24T09:00", "half past 7 tomorrow": "2026-06-11T07:30",
			"quarter to 8 on friday": "2026-06-12T07:45", "day after tomorrow 10:15": "2026-06-12T10:15", "the 15th at 8:00": "2026-06-15T08:00", "tomorrow 1930": "2026-06-11T19:30",
			"29 february 10:00": "2028-02-29T10:00", "midnight": "2026-06-11T00:00", "12/6 8:00": "2026-06-12T08:00", "  FRI   7:30 ": "2026-06-12T07:30", "today": "2026-06-10T15:00?",
		},
		"nb": {
			"i morgen 9": "2026-06-11T09:00", "i morgen kl. 9": "2026-06-11T09:00", "fredag kl 07.30": "2026-06-12T07:30", "neste fredag 8": "2026-06-12T08:00",
			"halv åtte i morgen": "2026-06-11T07:30", "halv 8 fre": "2026-06-12T07:30", "12. juni kl. 9": "2026-06-12T09:00", "i kveld kl 8": "2026-06-10T20:00",
			"om tre dager": "2026-06-13T14:20", "kvart over 9 i morgen": "2026-06-11T09:15", "lørdag": "2026-06-13T09:00?", "24.12. 18:00": "2026-12-24T18:00", "neste uke": "2026-06-15T09:00?",
		},
		"da": {
			"i morgen 9": "2026-06-11T09:00", "på fredag kl. 7.30": "2026-06-12T07:30", "næste fredag kl. 8": "2026-06-19T08:00", "i aften kl. 8": "2026-06-10T20:00",
			"kvart i 8 på lørdag": "2026-06-13T07:45", "12. maj": "2027-05-12T09:00?", "søndag formiddag": "2026-06-14T09:00",
		},
		"fr": {
			"demain 7h30": "2026-06-11T07:30", "demain à 9h": "2026-06-11T09:00", "vendredi 7 h 30": "2026-06-12T07:30", "vendredi prochain à 8h": "2026-06-12T08:00",
			"après-demain 10h": "2026-06-12T10:00", "12 juin à 9 heures": "2026-06-12T09:00", "le 1er juillet à 18h": "2026-07-01T18:00", "ce soir": "2026-06-10T19:00",
			"demain midi": "2026-06-11T12:00", "mardi à 7 heures et demie": "2026-06-16T07:30", "mar 8h": "2026-06-16T08:00", "la semaine prochaine": "2026-06-15T09:00?", "demain 8h du soir": "2026-06-11T20:00",
		},
		"bg": {
			"утре 9": "2026-06-11T09:00", "утре в 9 ч.": "2026-06-11T09:00", "петък 7:30": "2026-06-12T07:30", "в петък в 7:30 ч.": "2026-06-12T07:30", "днес в 18:00": "2026-06-10T18:00",
			"следващия петък 8:00": "2026-06-19T08:00", "12 юни в 9": "2026-06-12T09:00", "вдругиден в 10 часа": "2026-06-12T10:00", "утре в 7 и половина": "2026-06-11T07:30",
			"довечера в 8": "2026-06-10T20:00", "след 3 дни": "2026-06-13T14:20", "24.12.2026 г. 18:00": "2026-12-24T18:00",
		},
		"zh-Hans": {
			"明天9点": "2026-06-11T09:00", "明天上午9点": "2026-06-11T09:00", "周五7:30": "2026-06-12T07:30", "下周五 7点半": "2026-06-19T07:30", "今晚8点": "2026-06-10T20:00",
			"6月12日 7点30分": "2026-06-12T07:30", "后天下午三点": "2026-06-12T15:00", "明天晚上八点一刻": "2026-06-11T20:15", "2026年12月24日18点": "2026-12-24T18:00", "星期一": "2026-06-15T09:00?",
			"下周": "2026-06-15T09:00?", "3天后": "2026-06-13T14:20", "明天十二点": "2026-06-11T12:00", "明天 ９：３０": "2026-06-11T09:30",
		},
	} {
		for text, want := range cases {
			r, err := typed.NewReader().Parse(text, locale, now(t))
			got := r.Wall.String()
			if r.Guessed {
				got += "?"
			}
			if err != nil || got != want {
				t.Errorf("%s %q: %s %v, want %s", locale, text, got, err, want)
			}
		}
	}
}

func TestWhatCountsFromNowIsAnInstant(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"in 2 hours": 2 * time.Hour, "in 30 min": 30 * time.Minute, "in an hour": time.Hour, "in half an hour": 30 * time.Minute, "2 hours from now": 2 * time.Hour,
		"in 1 hour and 15 minutes": 75 * time.Minute, "om 2 timer": 2 * time.Hour, "om en halv time": 30 * time.Minute, "om et kvarter": 0, "dans 2 heures": 2 * time.Hour,
		"dans 2h30": 150 * time.Minute, "dans une demi-heure": 30 * time.Minute, "след 2 часа": 2 * time.Hour, "след половин час": 30 * time.Minute,
		"2小时后": 2 * time.Hour, "半小时后": 30 * time.Minute, "两个小时后": 2 * time.Hour, "30分钟后": 30 * time.Minute, "now": -1, "сега": -1,
	} {
		r, err := typed.NewReader().Parse(text, "en", now(t))
		if want == 0 {
			if err == nil {
				t.Errorf("%q is %s", text, r.Wall)
			}
			continue
		}
		if want < 0 {
			want = 0
		}
		if err != nil || !r.Instant.Equal(now(t).Add(want)) {
			t.Errorf("%q: %s %v, want in %s", text, r.Instant, err, want)
		}
	}
}

func TestAnyLanguageCanBeTypedAnywhere(t *testing.T) {
	for text, language := range map[string]string{"i morgen 9": "nb", "demain 7h30": "fr", "утре 9": "bg", "明天9点": "zh-Hans", "på fredag kl. 7.30": "da", "fri 7:30": "en"} {
		for _, locale := range []string{"en", "nb", "da", "fr", "bg", "zh-Hans"} {
			r, err := typed.NewReader().Parse(text, locale, now(t))
			if err != nil || locale == language && r.Language != language {
				t.Errorf("%q in %s: %v, read as %s", text, locale, err, r.Language)
			}
		}
	}
}

func TestWhatIsNoTimeIsNotGuessed(t *testing.T) {
	for text, want := range map[string]error{
		"": typed.ErrUnknown, "   ": typed.ErrUnknown, "soon": typed.ErrUnknown, "fri blah": typed.ErrUnknown, "25:00": typed.ErrUnknown, "7:75": typed.ErrUnknown,
		"fri sat 9": typed.ErrUnknown, "9 10": typed.ErrUnknown, "today 9:00": typed.ErrPassed, "2020-01-01 9:00": typed.ErrPassed, "30 february": typed.ErrNoDay,
		"2026-02-30 9:00": typed.ErrNoDay, "mon 12 june": typed.ErrNoDay, "99/0": typed.ErrNoDay, "5/0 9:00": typed.ErrNoDay, "13pm": typed.ErrUnknown, "in": typed.ErrUnknown, "next": nil, "in 99999999 hours": typed.ErrUnknown,
		strings.Repeat("9", 5000): typed.ErrUnknown, "0": nil, "明天天": typed.ErrUnknown,
	} {
		r, err := typed.NewReader().Parse(text, "en", now(t))
		if !errors.Is(err, want) {
			t.Errorf("%.20q: %s %v, want %v", text, r.Wall, err, want)
		}
	}
}

func FuzzATypedTimeIsAheadAndExists(f *testing.F) {
	for _, s := range []string{"fri 7:30", "i morgen halv 8", "demain 7h et quart", "след 2 часа", "下周五7点半", "12.6.2026 24:00", "in half an hour", "31/12/99", "99/0", "0/0", "5.0.", "0月0日"} {
		f.Add(s)
	}
	at, reader := now(f), typed.NewReader()
	f.Fuzz(func(t *testing.T, text string) {
		for _, locale := range []string{"en", "zh-Hans"} {
			r, err := reader.Parse(text, locale, at)
			if err != nil {
				continue
			}
			if !r.Wall.Valid() {
				t.Fatalf("%q is %+v", text, r)
			}
			if r.Instant.IsZero() && r.Wall.String() <= "2026-06-10T14:19" || !r.Instant.IsZero() && r.Instant.Before(at) {
				t.Fatalf("%q is %+v, which has passed", text, r)
			}
		}
	})
}
