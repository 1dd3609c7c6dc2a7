#ifndef POSTBAG_GTK_LINUX_H
#define POSTBAG_GTK_LINUX_H

#include <stdint.h>

typedef struct {
	int x, y, width, height;
} postbag_rect;

void postbag_later(uintptr_t call, int last);
void postbag_guard(void);
int postbag_screens(postbag_rect *list, int most);
int postbag_where(postbag_rect *place, int *maximised);
void postbag_move(int x, int y);

#endif
