/*
 * The dahdi driver in a QEMU guest: a media thread that does as the checks tell it, and what else they share.
 */
#ifndef BELFRY_TESTS_DRIVERS_GUEST_H
#define BELFRY_TESTS_DRIVERS_GUEST_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "drivers/driver.h"

extern struct span_driver *driver;
extern unsigned checks, failures;
extern bool echo_cancel; /* of spans that start() starts */
extern int ctl;          /* /dev/dahdi/ctl */

/* What the media thread does and sees, under one lock: this is a test. */
struct media_side {
	uint16_t send_on, listen_on; /* DRIVER_NO_CHANNEL: none */
	uint8_t counter;
	uint64_t right, wrong, silent;
	bool synced;
	uint8_t expected;
	char events[2000];
	uint64_t periods, fallback_periods, elapsed_us;
	void (*command)(void); /* once */
	void (*audio)(void);   /* every period, between reading and writing */
	int result;
};
extern pthread_mutex_t lock;
extern struct media_side m;

int media_begin(void);
void media_end(void);

void check(bool good, const char *format, ...) PRINTF_LIKE(2, 3);
void pause_ms(int ms);
/* Runs a command in the media thread and waits for it. */
void in_media(void (*command)(void));
bool saw(const char *event, int within_ms);
void hear(uint16_t send_on, uint16_t listen_on, int ms);
void span_make(const char *address, int channels);
void start(unsigned span, enum span_type type, enum span_use use, enum span_law law);

/* bridge_delay.c */
void check_bridge_delay(void);

#endif
