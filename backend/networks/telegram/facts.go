package telegram

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	return []network.Fact{
		{About: network.FactText, Value: "4096 utf16", Source: docAPI},
		{About: network.FactCaption, Value: "1024 utf16", Source: docAPI},
		{About: network.FactParts, Value: "25", Source: "our own, as many as a person reads through, 2026-11"},
		{About: network.FactMedia, Value: "10", Source: docAPI},
		{About: network.FactVideos, Value: "10", Source: docAPI},
		{About: network.FactImageBytes, Value: "10000000 bytes", Source: docAPI, Doubt: "It says 10 MB; the smaller of the two things that can mean."},
		{About: network.FactImageSide, Value: "5000 px", Source: docAPI, Doubt: "Width and height together may have 10,000; half of it for the longer one keeps to that."},
		{About: network.FactVideoBytes, Value: "50000000 bytes", Source: docAPI, Doubt: "It says 50 MB; the smaller of the two things that can mean."},
		{About: network.FactAlt, Value: "none", Source: docAPI},
		{About: network.FactPollOptions, Value: "12", Source: docAPI},
		{About: network.FactPollChars, Value: "100 codepoints", Source: docAPI},
	}
}
