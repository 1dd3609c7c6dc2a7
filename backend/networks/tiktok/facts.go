package tiktok

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	return []network.Fact{
		{About: network.FactText, Value: "4000 utf16", Source: docPhoto},
		{About: network.FactTextVideo, Value: "2200 utf16", Source: docDirect, Doubt: "The inbox takes no text with a video at all."},
		{About: network.FactMedia, Value: "35", Source: docPhoto, Doubt: "Pictures, which are taken only from a public address of a domain that TikTok knows; or one video."},
		{About: network.FactImageBytes, Value: "20000000 bytes", Source: docTransfer, Doubt: "The guide says 20MB, which may be 971520 bytes more."},
		{About: network.FactImageSide, Value: "1920 px", Source: docTransfer, Doubt: "The guide says 1080p, which is read as 1080 by 1920 pixels."},
		{About: network.FactImageShort, Value: "1080 px", Source: docTransfer, Doubt: "The guide says 1080p, which is read as 1080 by 1920 pixels."},
		{About: network.FactVideos, Value: "1", Source: docDirect},
		{About: network.FactVideoBytes, Value: "4000000000 bytes", Source: docTransfer, Doubt: "The guide says 4GB, which may be 294967296 bytes more."},
		{About: network.FactVideoLength, Value: "600000 ms", Source: docTransfer, Doubt: "An account may have less, which TikTok tells when it is asked; in the inbox a person can cut a longer video."},
		{About: network.FactAlt, Value: "none", Source: docDirect},
	}
}
