package slack

import (
	"encoding/json"
	"slices"

	"postbag/backend/network"
)

// Slack says no with status 200 and a code; 429 is the one status that says something by itself. The
// table gives every documented code the status that HTTP has for it (400, 401, 403, 429), and judge
// goes by the code.

const (
	docPost    = "docs.slack.dev, reference/methods/chat.postMessage, Errors, as quoted in 2026"
	docSpec    = "slackapi/slack-api-specs, web-api (OpenAPI 2), 2021-09-07"
	docRates   = "docs.slack.dev, apis/web-api/rate-limits, as quoted in 2026"
	docFiles   = "docs.slack.dev, reference/methods/files.getUploadURLExternal and files.completeUploadExternal, Errors, as quoted in 2026"
	docHistory = "docs.slack.dev, reference/methods/conversations.history and conversations.replies, as quoted in 2026"
)

var refusals = slices.Concat(
	[]network.Refusal{{Status: 429, Kind: network.Throttled, Source: docRates}},
	rows(429, network.Throttled, docPost, "ratelimited", "rate_limited", "message_limit_exceeded"),
	// The token, or what it may do.
	rows(401, network.Reauth, docPost,
		"not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type",
		"missing_scope", "no_permission", "access_denied", "accesslimited", "team_access_not_granted",
		"org_login_required", "two_factor_setup_required", "enterprise_is_restricted", "not_in_channel"),
	// The channel.
	rows(403, network.Rejected, docPost,
		"channel_not_found", "is_archived", "restricted_action", "restricted_action_read_only_channel",
		"restricted_action_thread_only_channel", "restricted_action_non_threadable_channel", "restricted_action_thread_locked",
		"messages_tab_disabled", "ekm_access_denied", "as_user_not_supported",
		"slack_connect_file_link_sharing_blocked", "slack_connect_canvas_sharing_blocked", "slack_connect_lists_sharing_blocked"),
	// The message.
	rows(400, network.Rejected, docPost,
		"msg_too_long", "msg_blocks_too_long", "no_text", "too_many_attachments", "too_many_contact_cards",
		"invalid_blocks", "invalid_blocks_format", "cannot_reply_to_message", "cant_broadcast_message",
		"invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large", "metadata_must_be_sent_from_app"),
	// How it was asked for.
	rows(400, network.Rejected, docSpec,
		"invalid_arg_name", "invalid_array_arg", "invalid_charset", "invalid_form_data", "invalid_post_type",
		"missing_post_type", "invalid_json", "json_not_object", "upgrade_required"),
	rows(400, network.Rejected, docPost, "invalid_arguments", "missing_argument", "method_deprecated", "deprecated_endpoint"),
	// Uploads; nothing is public after any of them.
	rows(400, network.Rejected, docFiles,
		"alt_txt_too_large", "file_type_not_allowed", "file_upload_size_restricted", "file_uploads_disabled",
		"file_uploads_except_images_disabled", "storage_limit_reached", "unknown_snippet_type", "snippet_too_large"),
	// Documented, and no proof: part of it may have been done ("It's possible some aspect of the
	// operation succeeded before the error was raised"), or nothing is said of that.
	rows(409, network.Ambiguous, docPost,
		"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org",
		"duplicate_channel_not_found", "duplicate_message_not_found"),
)

func rows(status int, kind network.Kind, source string, codes ...string) []network.Refusal {
	list := make([]network.Refusal, len(codes))
	for i, code := range codes {
		list[i] = network.Refusal{Status: status, Code: code, Kind: kind, Source: source}
	}
	return list
}

// sentences say in words what people meet.
var sentences = map[string]string{
	"invalid_auth":          "Slack does not know the token any more",
	"token_revoked":         "the token was revoked, or the app was removed",
	"account_inactive":      "the token belongs to somebody who is gone",
	"token_expired":         "the token has expired",
	"not_in_channel":        "the app is not in the channel: invite it there, then connect the channel again",
	"channel_not_found":     "the channel is not there, or the app does not see it",
	"is_archived":           "the channel is archived",
	"msg_too_long":          "the message is too long",
	"msg_blocks_too_long":   "the message is too long",
	"no_text":               "the message is empty",
	"restricted_action":     "the workspace does not let this app post in the channel",
	"file_uploads_disabled": "the workspace takes no files",
	"storage_limit_reached": "the workspace has no room for more files",
	"metadata_must_be_sent_from_app": "this token cannot mark messages, without which a lost answer cannot be settled; " +
		"connect the channel with the Bot User OAuth Token",
}

// judge returns nil for an answer that says ok, and an *Error for every other.
func judge(r network.Reply) error {
	if r.Status != 200 {
		if r.OK() { // a success that no method documents
			return &network.Error{Kind: network.Ambiguous, Message: "Slack answered with success in a way that is not documented"}
		}
		return network.Judge("Slack", refusals, r, "", "")
	}
	var s status
	if json.Unmarshal(r.Body, &s) != nil || s.OK == nil || !*s.OK && s.Error == "" {
		return &network.Error{Kind: network.Ambiguous, Message: "Slack answered with something that is no answer of Slack"}
	}
	if *s.OK {
		return nil
	}
	e := &network.Error{Kind: network.Ambiguous, Code: network.Printable(s.Error), Message: sentences[s.Error]}
	if i := slices.IndexFunc(refusals, func(row network.Refusal) bool { return row.Code == s.Error }); i >= 0 {
		e.Kind = refusals[i].Kind
	}
	switch {
	case s.Error == "missing_scope" && s.Needed != "":
		e.Message = network.Printable("the token lacks the permission " + s.Needed)
	case e.Message == "":
		e.Message = network.Printable("Slack answered: " + s.Error)
	}
	if e.Kind == network.Throttled {
		e.Wait = network.RetryAfter(r)
	}
	return e
}
