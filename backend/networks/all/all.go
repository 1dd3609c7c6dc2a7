// Package all lists the networks: the one place where a network is added.
package all

import (
	"postbag/backend/network"
	"postbag/backend/networks/bluesky"
	"postbag/backend/networks/devto"
	"postbag/backend/networks/discord"
	"postbag/backend/networks/discordwebhook"
	"postbag/backend/networks/facebook"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/ghost"
	"postbag/backend/networks/googlebusiness"
	"postbag/backend/networks/instagram"
	"postbag/backend/networks/lemmy"
	"postbag/backend/networks/linkedin"
	"postbag/backend/networks/mastodon"
	"postbag/backend/networks/matrix"
	"postbag/backend/networks/micropub"
	"postbag/backend/networks/misskey"
	"postbag/backend/networks/nostr"
	"postbag/backend/networks/pinterest"
	"postbag/backend/networks/practice"
	"postbag/backend/networks/reddit"
	"postbag/backend/networks/remind"
	"postbag/backend/networks/slack"
	"postbag/backend/networks/telegram"
	"postbag/backend/networks/threads"
	"postbag/backend/networks/tiktok"
	"postbag/backend/networks/tumblr"
	"postbag/backend/networks/webhook"
	"postbag/backend/networks/wordpress"
	"postbag/backend/networks/x"
	"postbag/backend/networks/youtube"
)

// Networks returns every network, in the order people see them.
func Networks() *network.Registry {
	return network.NewRegistry(
		bluesky.New(),
		mastodon.New(),
		misskey.New(),
		x.New(),
		threads.New(),
		linkedin.New(),
		facebook.New(),
		instagram.New(),
		pinterest.New(),
		youtube.New(),
		tiktok.New(),
		googlebusiness.New(),
		discord.New(),
		discordwebhook.New(),
		nostr.New(),
		matrix.New(),
		slack.New(),
		telegram.New(),
		lemmy.New(),
		reddit.New(),
		wordpress.New(),
		tumblr.New(),
		ghost.New(),
		micropub.New(),
		devto.New(),
		webhook.New(),
		remind.New(),
		feed.New(),
		practice.New(),
	)
}
