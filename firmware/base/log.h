/*
 * The log: one line a fact, with the object's identity in it, for technicians.
 *
 * Any thread, real-time ones included: a line is formatted on the caller's stack and put into a bounded lock-free
 * ring; log_drain() (admin thread, or the main loop) writes it to standard error and hands it to the reader.
 * When the ring is full debug and info lines give way first; lost lines are counted per level and said in the log.
 */
#ifndef BELFRY_BASE_LOG_H
#define BELFRY_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };
enum log_room {
	LOG_BASE,
	LOG_CONFIG,
	LOG_STORE,
	LOG_DRIVER,
	LOG_LINE,
	LOG_MEDIA,
	LOG_ACD,
	LOG_CALL,
	LOG_ADMIN,
	LOG_ALARM, /* alarms raised and over; told to a management system by themselves */
	LOG_ROOM_COUNT
};

#define LOG_LINE_BYTES 240

const char *log_level_name(enum log_level level);
const char *log_room_name(enum log_room room);

MUST_CHECK int log_start(enum log_level threshold);
void log_set_threshold(enum log_level threshold);
void log_write(enum log_level level, enum log_room room, const char *format, ...) PRINTF_LIKE(3, 4);

/* Writes what is queued to standard error; reader (may be NULL) sees each line too. Returns lines written. */
uint32_t log_drain(void (*reader)(void *argument, uint64_t wall_us, enum log_level level, enum log_room room,
                                  const char *text),
                   void *argument);
uint64_t log_lost(void);
void log_stop(void);

#endif
