/*
 * Tells the service manager how the box is: READY=1, WATCHDOG=1, STOPPING=1 as a datagram to the socket that
 * NOTIFY_SOCKET names (sd_notify(3); the protocol is three lines, the library would be one more to verify).
 *
 * Thread: main.
 */
#ifndef BELFRY_BASE_NOTIFY_H
#define BELFRY_BASE_NOTIFY_H

#include <stdint.h>

#include "base/attributes.h"

/* 0 also where nobody wants to know (no NOTIFY_SOCKET). -errno: the manager could not be told. */
MUST_CHECK int notify_send(const char *state);
/* How often the manager wants to hear WATCHDOG=1 at least, in microseconds; 0: it does not. */
uint64_t notify_watchdog_us(void);

#endif
