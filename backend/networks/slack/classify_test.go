package slack_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/slack"
	"postbag/backend/networks/slack/slacktest"
)

// documented is what each code proves, written from the documentation and not from the table:
// docs.slack.dev, chat.postMessage, files.getUploadURLExternal and files.completeUploadExternal, as
// quoted in 2026.
var documented = map[network.Kind]string{
	network.Throttled: "ratelimited rate_limited message_limit_exceeded",
	network.Reauth: `not_authed invalid_auth account_inactive token_revoked token_expired not_allowed_token_type missing_scope
		no_permission access_denied accesslimited team_access_not_granted org_login_required two_factor_setup_required
		enterprise_is_restricted not_in_channel`,
	network.Rejected: `channel_not_found is_archived restricted_action restricted_action_read_only_channel
		restricted_action_thread_only_channel restricted_action_non_threadable_channel restricted_action_thread_locked
		messages_tab_disabled ekm_access_denied as_user_not_supported slack_connect_file_link_sharing_blocked
		slack_connect_canvas_sharing_blocked slack_connect_lists_sharing_blocked msg_too_long msg_blocks_too_long no_text
		too_many_attachments too_many_contact_cards invalid_blocks invalid_blocks_format cannot_reply_to_message
		cant_broadcast_message invalid_metadata_format invalid_metadata_schema metadata_too_large
		metadata_must_be_sent_from_app invalid_arg_name invalid_array_arg invalid_charset invalid_form_data
		invalid_post_type missing_post_type invalid_json json_not_object upgrade_required invalid_arguments
		missing_argument method_deprecated deprecated_endpoint alt_txt_too_large file_type_not_allowed
		file_upload_size_restricted file_uploads_disabled file_uploads_except_images_disabled storage_limit_reached
		unknown_snippet_type snippet_too_large`,
	network.Ambiguous: `internal_error fatal_error service_unavailable request_timeout team_added_to_org
		duplicate_channel_not_found duplicate_message_not_found`,
}

func classify(r network.Reply) (network.Receipt, error) {
	return slack.New().Describe().Classify("post 1 in "+slacktest.Channel+" at "+slacktest.Workspace, r)
}

func no(code string) network.Reply {
	body, _ := json.Marshal(map[string]any{"ok": false, "error": code})
	return network.Reply{Status: 200, Body: body}
}

func TestEveryDocumentedNoHasItsKind(t *testing.T) {
	table := map[string]bool{}
	for _, row := range slack.New().Describe().Refusals {
		if row.Code != "" && table[row.Code] {
			t.Errorf("%s stands twice in the table", row.Code)
		}
		table[row.Code] = true
	}
	known := 1 // 429, without a code
	for kind, codes := range documented {
		for _, code := range strings.Fields(codes) {
			known++
			if _, err := classify(no(code)); err == nil || kindOf(err) != kind {
				t.Errorf("%s is %v, want %s", code, err, kind)
			}
			if !table[code] {
				t.Errorf("%s is not in the table", code)
			}
		}
	}
	if known != len(table) {
		t.Errorf("%d rows in the table, %d are documented", len(table), known)
	}
	codes, err := slacktest.Codes()
	if err != nil || len(codes) < 16 {
		t.Fatalf("the official document knows %d codes, %v", len(codes), err)
	}
	for _, code := range codes {
		if !table[code] {
			t.Errorf("%s of the official document is not in the table", code)
		}
	}
}

func TestOnlyAnOKWithAMessageOfTheChannelIsOne(t *testing.T) {
	const good = `{"ok":true,"channel":"C0NEWS0001","ts":"1790000000.000100","message":{"text":"\ud800"}}`
	r, err := classify(network.Reply{Status: 200, Body: []byte(good)})
	if err != nil || r.RemoteID != "1790000000.000100" || r.URL != "https://square.slack.com/archives/C0NEWS0001/p1790000000000100" {
		t.Fatalf("%+v, %v", r, err)
	}
	for name, reply := range map[string]network.Reply{
		"another channel":       {Status: 200, Body: []byte(strings.Replace(good, "C0NEWS0001", "C0OTHER001", 1))},
		"no channel":            {Status: 200, Body: []byte(`{"ok":true,"ts":"1790000000.000100"}`)},
		"no ts":                 {Status: 200, Body: []byte(`{"ok":true,"channel":"C0NEWS0001"}`)},
		"a ts that is a number": {Status: 200, Body: []byte(strings.Replace(good, `"1790000000.000100"`, `1790000000.0001`, 1))},
		"a ts that is no ts":    {Status: 200, Body: []byte(strings.Replace(good, `1790000000.000100`, `../1`, 1))},
		"ok as a word":          {Status: 200, Body: []byte(strings.Replace(good, `"ok":true`, `"ok":"true"`, 1))},
		"ok as a number":        {Status: 200, Body: []byte(strings.Replace(good, `"ok":true`, `"ok":1`, 1))},
		"no ok":                 {Status: 200, Body: []byte(strings.Replace(good, `"ok":true`, `"fine":true`, 1))},
		"cut":                   {Status: 200, Body: []byte(good[:40])},
		"a page":                {Status: 200, Body: []byte("<html>Please sign in</html>")},
		"another success":       {Status: 201, Body: []byte(good)},
		"a redirect":            {Status: 302, Body: []byte(good)},
		"a server that fails":   {Status: 503, Body: no("msg_too_long").Body},
		"a no without a code":   {Status: 200, Body: []byte(`{"ok":false}`)},
		"a code nobody knows":   no("new_kind_of_error"),
		"a code in capitals":    no("MSG_TOO_LONG"),
		"a no by another word":  {Status: 200, Body: []byte(`{"error":"msg_too_long"}`)},
		"a no that nobody says": {Status: 403, Body: no("msg_too_long").Body},
		"an empty list":         {Status: 200, Body: []byte("[]")},
		"much of nothing":       {Status: 200, Body: []byte(strings.Repeat("[", 100_000))},
	} {
		r, err := classify(reply)
		e, ok := errors.AsType[*network.Error](err)
		if !ok || e.Kind != network.Ambiguous || e.Message == "" || r.RemoteID != "" {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func TestAWaitIsAsLongAsSlackSays(t *testing.T) {
	for name, reply := range map[string]network.Reply{
		"by status": {Status: 429, Header: map[string]string{"Retry-After": "30"}},
		"by code":   {Status: 200, Header: map[string]string{"Retry-After": "30"}, Body: no("rate_limited").Body},
	} {
		if _, err := classify(reply); kindOf(err) != network.Throttled || network.WaitOf(err) != 30*time.Second {
			t.Errorf("%s: %v, wait %v", name, err, network.WaitOf(err))
		}
	}
}

func TestAMissingPermissionIsNamed(t *testing.T) {
	body := `{"ok":false,"error":"missing_scope","needed":"chat:write\u202e","provided":"files:read"}`
	_, err := classify(network.Reply{Status: 200, Body: []byte(body)})
	if kindOf(err) != network.Reauth || !strings.HasSuffix(err.Error(), "lacks the permission chat:write") {
		t.Errorf("%v", err)
	}
}

// FuzzClassify demands of every answer what networktest's does. It is one of Slack's own, because
// Slack says no with status 200: what an answer means is in its code.
func FuzzClassify(f *testing.F) {
	d := slack.New().Describe()
	for _, row := range d.Refusals {
		f.Add("post 1", 200, "7", no(row.Code).Body)
		f.Add("post 1", row.Status, "7", no(row.Code).Body)
	}
	f.Add("post 1 in C0NEWS0001 at a.slack.com", 200, "", []byte(`{"ok":true,"channel":"C0NEWS0001","ts":"1790000000.000100"}`))
	f.Add("post 1", 200, "-1", []byte(`{"ok":true,"channel":"C0","ts":"1"}`))
	f.Fuzz(func(t *testing.T, step string, status int, wait string, body []byte) {
		reply := network.Reply{Status: status, Header: map[string]string{"Retry-After": wait}, Body: body}
		receipt, err := d.Classify(step, reply)
		if err == nil {
			if receipt.RemoteID == "" || status != 200 {
				t.Fatalf("status %d accepted as %+v", status, receipt)
			}
			return
		}
		e, ok := errors.AsType[*network.Error](err)
		if !ok || e.Message == "" || network.Printable(e.Message) != e.Message || e.Wait < 0 {
			t.Fatalf("fails with %#v", err)
		}
		var said struct {
			OK    *bool  `json:"ok"`
			Error string `json:"error"`
		}
		refused := status == 200 && json.Unmarshal(body, &said) == nil && said.OK != nil && !*said.OK
		proved := slices.ContainsFunc(d.Refusals, func(row network.Refusal) bool {
			return row.Kind == e.Kind && (row.Code == "" && row.Status == status || refused && row.Code == said.Error)
		})
		if e.Kind != network.Ambiguous && !proved {
			t.Errorf("status %d and %q mean %s, which the table does not say", status, body, e.Kind)
		}
	})
}
