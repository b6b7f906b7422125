/*
 * The support bundle: belfryd runs us as `belfry -s SOCKET -B FILE DATA` with the secrets that must not be in it, a
 * line each, on standard input. A listed set of rows becomes a folder, the folder a tar file, and the finished file is
 * taken apart again and searched: it appears under its name only if nothing was found.
 */
#ifndef BELFRY_CLIENT_BUNDLE_H
#define BELFRY_CLIENT_BUNDLE_H

#include "console.h"

/* 0, or 1 with the reason on standard output. */
int bundle_make(struct console *console, const char *file, const char *data);

#endif
