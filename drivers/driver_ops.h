/*
 * Private to drivers/: what stands behind driver.h. A driver embeds struct span_driver as its first member and fills
 * in the table; driver.c dispatches. Audio needs no dispatch: both drivers keep it in two flat arrays.
 */
#ifndef BELFRY_DRIVERS_DRIVER_OPS_H
#define BELFRY_DRIVERS_DRIVER_OPS_H

#include <stdatomic.h>

#include "drivers/driver.h"

/* Events wait here for driver_next_event(): media takes them each period, so a few a channel are plenty. */
#define DRIVER_EVENTS_MAX (2 * DRIVER_CHANNELS_MAX)

struct driver_ops {
	const char *name;
	int (*open)(const struct driver_settings *settings, struct span_driver **out, struct fault *fault);
	void (*close)(struct span_driver *driver);
	bool places_told; /* calls driver_places_set() itself; else every telephone span is a bank of 24 */
	int (*span_start)(struct span_driver *driver, const struct driver_span *span, struct fault *fault);
	void (*span_stop)(struct span_driver *driver, unsigned span);
	int (*period_fd)(const struct span_driver *driver);
	int (*period_begin)(struct span_driver *driver, uint64_t *elapsed_us);
	void (*period_end)(struct span_driver *driver, bool defer);
	void (*period_flush)(struct span_driver *driver);
	void (*channel_use)(struct span_driver *driver, uint16_t channel, bool in_use);
	void (*set_line)(struct span_driver *driver, uint16_t channel, enum driver_line line,
	                 const struct driver_cadence *cadence);
	bool (*off_hook)(const struct span_driver *driver, uint16_t channel);
	int (*bridge)(struct span_driver *driver, uint16_t a, uint16_t b);
	void (*unbridge)(struct span_driver *driver, uint16_t a, uint16_t b);
	bool (*span_running)(const struct span_driver *driver, unsigned span, struct driver_span *out);
	/* Optional: without it every maintenance is refused with -ENOTSUP. */
	int (*span_maint)(struct span_driver *driver, unsigned span, enum driver_maint maint, struct fault *fault);
	void (*counters_reset)(struct span_driver *driver, unsigned span);
	void (*span_look)(struct span_driver *driver, unsigned span);
	unsigned (*hardware_list)(struct span_driver *driver, struct driver_hardware *out, unsigned max);
	void (*channel_clear)(struct span_driver *driver, uint16_t channel, bool clear);
	int (*dchannel_receive)(struct span_driver *driver, unsigned span, uint8_t *frame, size_t size);
	int (*dchannel_send)(struct span_driver *driver, unsigned span, const uint8_t *frame, size_t bytes);
};

struct driver_event_queue {
	struct driver_event event[DRIVER_EVENTS_MAX];
	uint32_t head, tail; /* media thread only */
	uint64_t lost;
};

/* What any thread may ask about a span: written by one thread at a time, read by all. */
struct driver_span_status {
	struct driver_span_counters counters;
	_Atomic uint32_t alarms;
	_Atomic uint32_t sync_source;
	_Atomic bool absent, pattern, analogue, emulated;
	_Atomic uint32_t telephones, lines, empty; /* places of a telephone span, as bits */
};

struct span_driver {
	const struct driver_ops *ops;
	uint8_t *received;    /* DRIVER_CHANNELS_MAX x DRIVER_PERIOD_SAMPLES */
	uint8_t *transmitted; /* the same */
	struct driver_event_queue events;
	struct driver_span_status status[CONFIG_SPANS_MAX];
	_Atomic uint32_t clock_source;
};

#ifdef CONFIG_DRIVER_TDMOE
extern const struct driver_ops tdmoe_ops;
#endif
#ifdef CONFIG_DRIVER_DAHDI
extern const struct driver_ops dahdi_ops;
#endif

/* The common part: audio arrays, alarms "not open". 0 or -ENOMEM. */
MUST_CHECK int driver_base_init(struct span_driver *driver, const struct driver_ops *ops);
void driver_base_release(struct span_driver *driver);

/* [media] */
void driver_event_push(struct span_driver *driver, const struct driver_event *event);
/* [media] Publishes the span's alarms and tells of the change. */
void driver_alarms_set(struct span_driver *driver, unsigned span, uint32_t alarms);
/* [media] Publishes the clock source and tells of the change; span 0: none. */
void driver_clock_source_set(struct span_driver *driver, unsigned span);
/* [control] What a started span has where; NULL: it is stopped. Drivers without modules need not call it. */
void driver_places_set(struct span_driver *driver, unsigned span, const struct driver_places *places, bool analogue);
bool driver_span_valid(unsigned span);
static inline bool driver_channel_valid(uint16_t channel)
{
	return channel < DRIVER_CHANNELS_MAX;
}
/* Refuses what no driver can do: bad numbers, CRC4 on T1, telephones on E1. */
MUST_CHECK int driver_span_check(const struct driver_span *span, struct fault *fault);

static inline uint8_t driver_law_silence(enum span_law law)
{
	return law == SPAN_ALAW ? 0xd5 : 0xff;
}
static inline bool driver_echo_cancelled(const struct driver_span *span, unsigned timeslot)
{
	return span->echo_cancel != (span->echo_exceptions >> timeslot & 1);
}
static inline unsigned driver_timeslots(enum span_type type)
{
	return type == SPAN_E1 ? 31 : 24;
}
#define DRIVER_BANK_PLACES UINT32_C(0x1fffffe) /* 1 to 24 */
static inline unsigned driver_dchannel_timeslot(enum span_type type)
{
	return type == SPAN_E1 ? 16 : 24;
}
static inline uint8_t *driver_received(struct span_driver *driver, uint16_t channel)
{
	return driver->received + (size_t)channel * DRIVER_PERIOD_SAMPLES;
}
static inline uint8_t *driver_transmitted(struct span_driver *driver, uint16_t channel)
{
	return driver->transmitted + (size_t)channel * DRIVER_PERIOD_SAMPLES;
}

/* [media] Every counter of the span is nought. */
void driver_counters_clear(struct span_driver *driver, unsigned span);

/* Counters have one writer (or are read back only for a display); readers must see whole numbers. */
static inline void driver_count(uint64_t *counter, uint64_t more)
{
	__atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + more, __ATOMIC_RELAXED);
}
/* For those that two threads count. */
static inline void driver_count_shared(uint64_t *counter, uint64_t more)
{
	__atomic_fetch_add(counter, more, __ATOMIC_RELAXED);
}

#endif
