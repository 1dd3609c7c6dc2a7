/* A window to drag files from, as a file manager is one: it offers the addresses in its arguments
 * as text/uri-list and says on its output what became of the drag. */
#include <gtk/gtk.h>
#include <stdio.h>

static void give(GtkWidget *w, GdkDragContext *c, GtkSelectionData *to, guint info, guint time, gpointer uris) {
	gtk_selection_data_set_uris(to, (gchar **)uris);
}

static void ended(GtkWidget *w, GdkDragContext *c, gpointer data) {
	puts("ended");
	fflush(stdout);
}

static gboolean shown(GtkWidget *w, GdkEvent *e, gpointer data) {
	puts("shown");
	fflush(stdout);
	return FALSE;
}

int main(int argc, char **argv) {
	gtk_init(&argc, &argv);
	GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
	GtkTargetEntry targets[] = {{"text/uri-list", 0, 0}};
	gtk_window_set_title(GTK_WINDOW(window), "dragsource");
	gtk_window_set_default_size(GTK_WINDOW(window), 120, 80);
	gtk_window_set_decorated(GTK_WINDOW(window), FALSE);
	gtk_window_set_keep_above(GTK_WINDOW(window), TRUE);
	gtk_window_move(GTK_WINDOW(window), 0, 0);
	GtkWidget *box = gtk_event_box_new();
	gtk_container_add(GTK_CONTAINER(window), box);
	gtk_drag_source_set(box, GDK_BUTTON1_MASK, targets, 1, GDK_ACTION_COPY);
	g_signal_connect(box, "drag-data-get", G_CALLBACK(give), argv + 1);
	g_signal_connect(box, "drag-end", G_CALLBACK(ended), NULL);
	g_signal_connect(window, "map-event", G_CALLBACK(shown), NULL);
	gtk_widget_show_all(window);
	gtk_main();
	return 0;
}
