/*
 * Shows an answer a screen at a time, on a real terminal only.
 */
#ifndef BELFRY_CLIENT_PAGER_H
#define BELFRY_CLIENT_PAGER_H

#include <stdbool.h>

void pager_show(const char *text, bool paged);

#endif
