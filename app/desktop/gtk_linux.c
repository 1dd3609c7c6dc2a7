//go:build linux && production && cgo

#include "gtk_linux.h"

#include <gtk/gtk.h>
#include <string.h>
#include <webkit2/webkit2.h>

// From gtk_linux.go.
extern void postbagCall(uintptr_t call);
extern void postbagFollow(char *address);

// Where the page is, and stays.
static const char *home = "wails://wails/";

static gboolean call(gpointer data) {
	postbagCall((uintptr_t)data);
	return G_SOURCE_REMOVE;
}

// postbag_later runs a call of Go's on the thread of the windows; last: after what is to be done
// there already.
void postbag_later(uintptr_t what, int last) {
	g_idle_add_full(last ? G_PRIORITY_LOW : G_PRIORITY_DEFAULT_IDLE, call, (gpointer)what, NULL);
}

static GtkWidget *view_in(GtkWidget *widget) {
	if (WEBKIT_IS_WEB_VIEW(widget))
		return widget;
	if (!GTK_IS_CONTAINER(widget))
		return NULL;
	GtkWidget *found = NULL;
	GList *children = gtk_container_get_children(GTK_CONTAINER(widget));
	for (GList *c = children; c != NULL && found == NULL; c = c->next)
		found = view_in(GTK_WIDGET(c->data));
	g_list_free(children);
	return found;
}

// The one window that has a web view.
static GtkWindow *main_window(GtkWidget **view) {
	GtkWindow *window = NULL;
	GList *windows = gtk_window_list_toplevels();
	for (GList *w = windows; w != NULL && window == NULL; w = w->next) {
		*view = view_in(GTK_WIDGET(w->data));
		if (*view != NULL)
			window = GTK_WINDOW(w->data);
	}
	g_list_free(windows);
	return window;
}

// The page is one document. Whatever would put another in its place does not happen; what
// a person clicked opens in the browser of the system.
static gboolean decide(WebKitWebView *view, WebKitPolicyDecision *decision, WebKitPolicyDecisionType type, gpointer data) {
	if (type != WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && type != WEBKIT_POLICY_DECISION_TYPE_NEW_WINDOW_ACTION)
		return FALSE;
	WebKitNavigationAction *action = webkit_navigation_policy_decision_get_navigation_action(WEBKIT_NAVIGATION_POLICY_DECISION(decision));
	const char *address = webkit_uri_request_get_uri(webkit_navigation_action_get_request(action));
	if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && address != NULL && g_str_has_prefix(address, home)) {
		const char *rest = address + strlen(home);
		if (*rest == '\0' || *rest == '#' || *rest == '?' || g_str_has_prefix(rest, "index.html"))
			return FALSE;
	}
	webkit_policy_decision_ignore(decision);
	if (address != NULL && webkit_navigation_action_is_user_gesture(action))
		postbagFollow((char *)address);
	return TRUE;
}

// postbag_guard keeps the page in the window, and lets the text fields check spelling in the
// languages of the system.
void postbag_guard(void) {
	GtkWidget *view = NULL;
	if (main_window(&view) == NULL || g_object_get_data(G_OBJECT(view), "postbag-guard") != NULL)
		return;
	g_object_set_data(G_OBJECT(view), "postbag-guard", view);
	g_signal_connect(view, "decide-policy", G_CALLBACK(decide), NULL);
	WebKitWebContext *context = webkit_web_view_get_context(WEBKIT_WEB_VIEW(view));
	const char *const *names = g_get_language_names();
	GPtrArray *languages = g_ptr_array_new();
	for (int i = 0; names[i] != NULL; i++)
		if (strchr(names[i], '.') == NULL && strcmp(names[i], "C") != 0)
			g_ptr_array_add(languages, (gpointer)names[i]);
	g_ptr_array_add(languages, NULL);
	webkit_web_context_set_spell_checking_enabled(context, TRUE);
	webkit_web_context_set_spell_checking_languages(context, (const gchar *const *)languages->pdata);
	g_ptr_array_free(languages, TRUE);
}

// postbag_screens writes the places of the screens and returns how many there are.
int postbag_screens(postbag_rect *list, int most) {
	GdkDisplay *display = gdk_display_get_default();
	if (display == NULL)
		return 0;
	int n = gdk_display_get_n_monitors(display);
	if (n > most)
		n = most;
	for (int i = 0; i < n; i++) {
		GdkRectangle r;
		gdk_monitor_get_geometry(gdk_display_get_monitor(display, i), &r);
		list[i] = (postbag_rect){r.x, r.y, r.width, r.height};
	}
	return n;
}

// postbag_where says where the window is. It returns 0 if that means nothing just now: it is
// minimised, or fills the screen.
int postbag_where(postbag_rect *place, int *maximised) {
	GtkWidget *view = NULL;
	GtkWindow *window = main_window(&view);
	GdkWindow *surface = window == NULL ? NULL : gtk_widget_get_window(GTK_WIDGET(window));
	if (surface == NULL || !gtk_widget_get_visible(GTK_WIDGET(window)))
		return 0;
	GdkWindowState state = gdk_window_get_state(surface);
	if (state & (GDK_WINDOW_STATE_ICONIFIED | GDK_WINDOW_STATE_FULLSCREEN | GDK_WINDOW_STATE_WITHDRAWN))
		return 0;
	*maximised = (state & GDK_WINDOW_STATE_MAXIMIZED) != 0;
	gtk_window_get_position(window, &place->x, &place->y);
	gtk_window_get_size(window, &place->width, &place->height);
	return 1;
}

// postbag_move puts the window where it was, as far as the system lets programs do that.
void postbag_move(int x, int y) {
	GtkWidget *view = NULL;
	GtkWindow *window = main_window(&view);
	if (window != NULL)
		gtk_window_move(window, x, y);
}
