/*
 * The log: a mailbox of formatted lines between any thread and the one that drains it.
 */
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/text.h"

#define LOG_LINES 2048
/* Above this many waiting lines debug and info give way, so that an error still finds room. */
#define LOG_LINES_FOR_ALL (LOG_LINES * 3 / 4)
#define LOG_LEVELS        (LOG_DEBUG + 1)

static const char *const level_names[LOG_LEVELS] = {"error", "warning", "notice", "info", "debug"};
static const char *const room_names[LOG_ROOM_COUNT] = {"base",  "config", "store", "driver", "line",
                                                       "media", "acd",    "call",  "admin",  "alarm"};

struct log_line {
	uint64_t wall_us;
	uint8_t level;
	uint8_t room;
	char text[LOG_LINE_BYTES];
};

static struct mailbox *lines;
static _Atomic int log_threshold = LOG_WARNING; /* until log_start() */
static _Atomic uint64_t lost[LOG_LEVELS];
static uint64_t lost_said[LOG_LEVELS]; /* the drainer's */

const char *log_level_name(enum log_level level)
{
	return text_name(level_names, ARRAY_SIZE(level_names), (int)level);
}

const char *log_room_name(enum log_room room)
{
	return text_name(room_names, ARRAY_SIZE(room_names), (int)room);
}

int log_start(enum log_level threshold)
{
	int error = lines ? -EALREADY : mailbox_new(&lines, "log", sizeof(struct log_line), LOG_LINES, NULL);

	if (!error)
		log_set_threshold(threshold);
	return error;
}

void log_set_threshold(enum log_level threshold)
{
	atomic_store_explicit(&log_threshold, (int)threshold, memory_order_relaxed);
}

static void print_line(const struct log_line *line)
{
	char when[32];

	clock_format_utc(line->wall_us, when, sizeof(when));
	dprintf(STDERR_FILENO, "%s %s %s: %s\n", when, level_names[line->level], room_names[line->room], line->text);
}

void log_write(enum log_level level, enum log_room room, const char *format, ...)
{
	struct log_line line;
	va_list arguments;

	if ((int)level > atomic_load_explicit(&log_threshold, memory_order_relaxed))
		return;
	if (lines && (level == LOG_INFO || level == LOG_DEBUG) && mailbox_waiting(lines) >= LOG_LINES_FOR_ALL) {
		atomic_fetch_add_explicit(&lost[level], 1, memory_order_relaxed);
		return;
	}
	line.wall_us = clock_wall_us();
	line.level = (uint8_t)level;
	line.room = (uint8_t)room;
	va_start(arguments, format);
	vsnprintf(line.text, sizeof(line.text), format, arguments);
	va_end(arguments);
	if (!lines)
		print_line(&line);
	else if (mailbox_send(lines, &line))
		atomic_fetch_add_explicit(&lost[level], 1, memory_order_relaxed);
}

/* Puts a line about newly lost lines of this level into *line. False: none were lost. */
static bool losses(int level, struct log_line *line)
{
	uint64_t now = atomic_load_explicit(&lost[level], memory_order_relaxed);

	if (now == lost_said[level])
		return false;
	line->wall_us = clock_wall_us();
	line->level = LOG_WARNING;
	line->room = LOG_BASE;
	snprintf(line->text, sizeof(line->text),
	         "the log was full: %" PRIu64 " %s lines lost (%" PRIu64 " since start)", now - lost_said[level],
	         level_names[level], now);
	lost_said[level] = now;
	return true;
}

uint32_t log_drain(void (*reader)(void *argument, uint64_t wall_us, enum log_level level, enum log_room room,
                                  const char *text),
                   void *argument)
{
	struct log_line line;
	uint32_t count = 0;
	int level = 0;

	if (!lines)
		return 0;
	/* No more than the ring holds: with busy writers the drainer would otherwise never come back. */
	while (count < LOG_LINES + LOG_LEVELS) {
		if (!mailbox_receive(lines, &line)) {
			while (level < LOG_LEVELS && !losses(level, &line))
				level++;
			if (level == LOG_LEVELS)
				break;
		}
		print_line(&line);
		if (reader)
			reader(argument, line.wall_us, (enum log_level)line.level, (enum log_room)line.room, line.text);
		count++;
	}
	return count;
}

uint64_t log_lost(void)
{
	uint64_t sum = 0;
	int level;

	for (level = 0; level < LOG_LEVELS; level++)
		sum += atomic_load_explicit(&lost[level], memory_order_relaxed);
	return sum;
}

void log_stop(void)
{
	if (!lines)
		return;
	while (log_drain(NULL, NULL))
		;
	mailbox_free(lines);
	lines = NULL;
}
