package threads

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	return []network.Fact{
		{About: network.FactText, Value: "500 weighted", Source: docGuide, Doubt: "The documents count emoji by their bytes; the app counts what is seen. This is the stricter reading."},
		{About: network.FactParts, Value: "25", Source: "our own, 2026-11-23", Doubt: "Threads says only how many replies a day it takes: 1,000."},
		{About: network.FactMedia, Value: "20", Source: docGuide},
		{About: network.FactVideos, Value: "20", Source: docGuide},
		{About: network.FactImageBytes, Value: "8000000 bytes", Source: docGuide, Doubt: "It says 8 MB; this is the stricter reading."},
		{About: network.FactVideoBytes, Value: "1000000000 bytes", Source: docGuide, Doubt: "It says 1 GB; this is the stricter reading."},
		{About: network.FactVideoLength, Value: "300000 ms", Source: docGuide},
		{About: network.FactPollOptions, Value: "4", Source: docPolls},
		{About: network.FactPollChars, Value: "25 codepoints", Source: docPolls, Doubt: "It says characters. How long a poll runs is not said; the app's run a day."},
		{About: network.FactAlt, Value: "1000 codepoints", Source: docGuide, Doubt: "Known from other programs; the unit is not named."},
	}
}
