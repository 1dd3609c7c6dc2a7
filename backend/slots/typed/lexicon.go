package typed

import (
	"strings"
	"time"
)

// lexicon is one language: its words, and its manners.
type lexicon struct {
	tag        string
	words      map[string]token
	unspaced   bool // words stand without spaces between them
	monthFirst bool // 6/12 is 12 June
	hoursTell  bool // "7 heures" is a time of day
	nextComes  bool // "neste fredag" is the coming one, not that of the following week
}

func monthOf(n int) time.Month { return time.Month(n) }

// vocabulary is a lexicon as it is written down: "a|b|c" are words of one meaning, lists are in
// the order of what they count.
type vocabulary struct {
	weekdays, months        []string // from Monday; from January
	today, tomorrow, third  string   // third is the day after tomorrow
	now, next, nextWeek     string
	within, after           string
	minutes, hours          string
	days, weeks             string
	half, halfMore, quarter string
	past, to                string
	morning, noon           string
	afternoon, evening      string
	midnight, tonight       string
	numbers                 []string // from one
	fillers                 string
}

func (v vocabulary) lexicon(tag string) lexicon {
	l := lexicon{tag: tag, words: map[string]token{}}
	add := func(words string, t token) {
		for w := range strings.SplitSeq(words, "|") {
			if w != "" {
				l.words[fold(w)] = t
			}
		}
	}
	list := func(words []string, k kind) {
		for i, w := range words {
			add(w, token{kind: k, n: i + 1})
		}
	}
	add(v.fillers, token{kind: skip})
	list(v.numbers, number)
	list(v.months, month)
	list(v.weekdays, weekday)
	for n, words := range []string{v.today, v.tomorrow, v.third} {
		add(words, token{kind: dayAway, n: n})
	}
	for words, k := range map[string]kind{
		v.now: instant, v.next: next, v.nextWeek: weekAway, v.within: within, v.after: after, v.half: half,
		v.halfMore: halfMore, v.quarter: quarter, v.past: past, v.to: to,
	} {
		add(words, token{kind: k})
	}
	for words, d := range map[string]time.Duration{v.minutes: time.Minute, v.hours: time.Hour, v.days: 24 * time.Hour, v.weeks: 7 * 24 * time.Hour} {
		add(words, token{kind: unit, d: d})
	}
	for words, minute := range map[string]int{v.morning: morning, v.afternoon: afternoon, v.evening: evening} {
		add(words, token{kind: dayPart, n: minute})
	}
	add(v.noon, token{kind: clock, n: noon})
	add(v.midnight, token{kind: clock, n: 24 * 60})
	add(v.tonight, token{kind: dayPart, n: evening, day: true})
	return l
}

// lexicons returns every language.
func lexicons() []lexicon {
	en := vocabulary{
		weekdays: []string{"monday|mondays|mon", "tuesday|tuesdays|tue|tues", "wednesday|wednesdays|wed", "thursday|thursdays|thu|thur|thurs", "friday|fridays|fri", "saturday|saturdays|sat", "sunday|sundays|sun"},
		months:   []string{"january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun", "july|jul", "august|aug", "september|sep|sept", "october|oct", "november|nov", "december|dec"},
		today:    "today", tomorrow: "tomorrow|tmrw|tmr|tomorow", third: "day after tomorrow|the day after tomorrow|overmorrow",
		now: "now|right now", next: "next", nextWeek: "next week", within: "in", after: "from now",
		minutes: "minute|minutes|min|mins|m", hours: "hour|hours|hr|hrs|h", days: "day|days|d", weeks: "week|weeks|w",
		half: "half an", halfMore: "", quarter: "quarter|a quarter", past: "past", to: "to|before",
		morning: "morning|in the morning", noon: "noon|midday", afternoon: "afternoon|in the afternoon", evening: "evening|in the evening|night|at night", midnight: "midnight", tonight: "tonight|this evening",
		numbers: []string{"one|an|a", "two|a couple of", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"},
		fillers: "at|on|the|of|o'clock|oclock|o clock|this|and|by|hrs.",
	}.lexicon("en")
	en.words["half past"] = token{kind: half, n: 60}
	nb := vocabulary{
		weekdays: []string{"mandag|man", "tirsdag|tir|tirs", "onsdag|ons", "torsdag|tor|tors", "fredag|fre", "lørdag|lør|laurdag", "søndag|søn"},
		months:   []string{"januar|jan", "februar|feb", "mars|mar", "april|apr", "mai", "juni|jun", "juli|jul", "august|aug", "september|sep|sept", "oktober|okt", "november|nov", "desember|des"},
		today:    "i dag|idag", tomorrow: "i morgen|imorgen|i morra|i morgon", third: "i overmorgen|overmorgen|overimorgen",
		now: "nå|no", next: "neste|førstkommende", nextWeek: "neste uke|neste veke", within: "om", after: "fra nå",
		minutes: "minutt|minutter|min", hours: "time|timer|t", days: "dag|dager|døgn", weeks: "uke|uker|veke|veker",
		half: "halv", quarter: "kvart|et kvarter", past: "over", to: "på",
		morning: "morgen|om morgenen|i morgentimene|tidlig|formiddag|om formiddagen", noon: "klokka tolv|midt på dagen", afternoon: "ettermiddag|om ettermiddagen", evening: "kveld|om kvelden|kvelden", midnight: "midnatt", tonight: "i kveld|ikveld",
		numbers: []string{"en|ett|én|ei", "to", "tre", "fire", "fem", "seks", "sju|syv", "åtte", "ni", "ti", "elleve", "tolv"},
		fillers: "kl|klokka|klokken|den|til|og|førstkommende|presis",
	}.lexicon("nb")
	nb.nextComes = true
	da := vocabulary{
		weekdays: []string{"mandag|man", "tirsdag|tir|tirs", "onsdag|ons", "torsdag|tor|tors", "fredag|fre", "lørdag|lør", "søndag|søn"},
		months:   []string{"januar|jan", "februar|feb", "marts|mar", "april|apr", "maj", "juni|jun", "juli|jul", "august|aug", "september|sep|sept", "oktober|okt", "november|nov", "december|dec"},
		today:    "i dag|idag", tomorrow: "i morgen|imorgen", third: "i overmorgen|overmorgen",
		now: "nu", next: "næste", nextWeek: "næste uge", within: "om", after: "fra nu",
		minutes: "minut|minutter|min", hours: "time|timer|t", days: "dag|dage|døgn", weeks: "uge|uger",
		half: "halv", quarter: "kvart|kvarter|et kvarter", past: "over", to: "i",
		morning: "morgen|om morgenen|formiddag|om formiddagen", noon: "middag", afternoon: "eftermiddag|om eftermiddagen", evening: "aften|om aftenen", midnight: "midnat", tonight: "i aften",
		numbers: []string{"en|et", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv"},
		fillers: "kl|klokken|klokka|den|på|og|præcis",
	}.lexicon("da")
	fr := vocabulary{
		weekdays: []string{"lundi|lun", "mardi|mar", "mercredi|mer", "jeudi|jeu", "vendredi|ven", "samedi|sam", "dimanche|dim"},
		months:   []string{"janvier|janv|jan", "février|févr|fév", "mars", "avril|avr", "mai", "juin", "juillet|juil", "août", "septembre|sept|sep", "octobre|oct", "novembre|nov", "décembre|déc"},
		today:    "aujourd'hui|aujourdhui|auj", tomorrow: "demain|dem", third: "après-demain|après demain",
		now: "maintenant|tout de suite", next: "prochain|prochaine", nextWeek: "la semaine prochaine|semaine prochaine", within: "dans|d'ici",
		minutes: "minute|minutes|min|mn", hours: "heure|heures|h", days: "jour|jours|j", weeks: "semaine|semaines|sem",
		half: "une demi|demi", halfMore: "et demie|et demi", quarter: "quart|le quart", past: "et", to: "moins",
		morning: "matin|du matin|le matin|matinée", noon: "midi", afternoon: "après-midi|après midi|l'après-midi|de l'après-midi", evening: "soir|du soir|le soir", midnight: "minuit", tonight: "ce soir",
		numbers: []string{"un|une|1er", "deux", "trois", "quatre", "cinq", "six", "sept heures", "huit", "neuf", "dix", "onze", "douze"},
		fillers: "à|a|le|la|l|vers|pile|au|de|en|ce|cet",
	}.lexicon("fr")
	fr.nextComes, fr.hoursTell = true, true
	bg := vocabulary{
		weekdays: []string{"понеделник|пон|пн", "вторник|вт", "сряда|ср", "четвъртък|четв|чт", "петък|пет|пт", "събота|съб|сб", "неделя|нед|нд"},
		months:   []string{"януари|яну|ян", "февруари|фев", "март|мар", "април|апр", "май", "юни|юн", "юли|юл", "август|авг", "септември|сеп|септ", "октомври|окт", "ноември|ное|ноем", "декември|дек"},
		today:    "днес", tomorrow: "утре", third: "вдругиден|в други ден",
		now: "сега|веднага", next: "следващия|следващият|следващата|следващо|другия|другата|идния|идната", nextWeek: "следващата седмица|другата седмица|идната седмица", within: "след",
		minutes: "минута|минути|мин", hours: "час|часа|часове|ч", days: "ден|дни|дена", weeks: "седмица|седмици|седм",
		half: "половин", halfMore: "и половина|и пол", quarter: "четвърт|четвъртина", past: "и", to: "без",
		morning: "сутрин|сутринта|преди обяд|заранта", noon: "на обяд|обяд|по обед|обед", afternoon: "следобед|след обяд|следобяд", evening: "вечер|вечерта|довечера", midnight: "полунощ|в полунощ", tonight: "тази вечер|довечера",
		numbers: []string{"един|една|едно", "два|две", "три", "четири", "пет часа", "шест", "седем", "осем", "девет", "десет", "единайсет|единадесет", "дванайсет|дванадесет"},
		fillers: "в|във|на|от|към|г|точно|този|тази|това|и",
	}.lexicon("bg")
	bg.hoursTell = true
	bg.words["и"] = token{kind: skip}
	zh := vocabulary{
		weekdays: []string{"星期一|周一|礼拜一", "星期二|周二|礼拜二", "星期三|周三|礼拜三", "星期四|周四|礼拜四", "星期五|周五|礼拜五", "星期六|周六|礼拜六", "星期日|星期天|周日|周天|礼拜天|礼拜日"},
		today:    "今天|今日", tomorrow: "明天|明日|明儿", third: "后天",
		now: "现在|马上|立刻", next: "下个|下", nextWeek: "下周|下星期|下个星期|下礼拜", within: "再过|过", after: "后|以后|之后",
		minutes: "分钟|分", hours: "小时|个小时|钟头|个钟头", days: "天|日", weeks: "周|个星期|星期|个礼拜",
		halfMore: "半",
		morning:  "早上|早晨|上午|清晨|早", noon: "中午|正午", afternoon: "下午|午后", evening: "晚上|傍晚|夜里|晚", midnight: "午夜|半夜", tonight: "今晚|今天晚上",
		fillers: "在|的|于|整|钟|这|这个|本",
	}.lexicon("zh-Hans")
	zh.unspaced = true
	for word, t := range zh.words {
		if t.kind == weekday && !t.day {
			following := token{kind: weekday, n: t.n, day: true}
			zh.words["下"+word], zh.words["下个"+word] = following, following
		}
	}
	zh.words["明早"] = token{kind: dayAway, n: 1}
	zh.words["大后天"] = token{kind: dayAway, n: 3}
	return []lexicon{en, nb, da, fr, bg, zh}
}
