/*
 * Private to config: a server as it is typed, HOST[:PORT]. Pure.
 */
#ifndef BELFRY_CONFIG_SERVER_H
#define BELFRY_CONFIG_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"

/*
 * A name, an IPv4 address, an IPv6 address (in brackets if a port follows); port: initial if none is typed.
 * False: it is none; then host and port are as they were.
 */
bool server_split(const char *word, uint16_t initial, char host[CONFIG_TEXT_BYTES], uint16_t *port);

#endif
