/* Chooses the driver, dispatches to it, and keeps what all drivers have in common. */
#include "drivers/driver.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "drivers/driver_ops.h"

_Static_assert(CONFIG_MEDIA_PERIOD_MS % 2 == 0, "a media period is a multiple of 2 ms");
_Static_assert(sizeof(struct driver_span_counters) % sizeof(uint64_t) == 0, "counters are copied one by one");

static const struct driver_ops *const drivers[] = {
#ifdef CONFIG_DRIVER_TDMOE
    &tdmoe_ops,
#endif
#ifdef CONFIG_DRIVER_DAHDI
    &dahdi_ops,
#endif
    NULL,
};

static const char *const event_names[] = {
    [DRIVER_OFF_HOOK] = "off-hook",   [DRIVER_ON_HOOK] = "on-hook",
    [DRIVER_FLASH] = "flash",         [DRIVER_PULSE_DIGIT] = "pulse digit",
    [DRIVER_RINGER_ON] = "ringer on", [DRIVER_RINGER_OFF] = "ringer off",
    [DRIVER_ALARM] = "alarm",         [DRIVER_CLOCK_SOURCE] = "clock source",
};

static const char *const alarm_names[SPAN_ALARM_COUNT] = {"red",      "yellow", "blue", "loopback", "recovering",
                                                          "not open", "LOS",    "LFA",  "LMFA"};

const char *const driver_maint_names[DRIVER_MAINT_COUNT] = {
    [DRIVER_MAINT_OFF] = "normal working",
    [DRIVER_MAINT_LOOP_LOCAL] = "local loop",
    [DRIVER_MAINT_LOOP_LINE] = "line loop",
    [DRIVER_MAINT_LOOP_PAYLOAD] = "payload loop",
    [DRIVER_MAINT_REMOTE_UP] = "loop-up code",
    [DRIVER_MAINT_REMOTE_DOWN] = "loop-down code",
    [DRIVER_MAINT_PATTERN] = "test pattern",
    [DRIVER_MAINT_ALARM] = "simulated alarm",
    [DRIVER_MAINT_INSERT_FAS] = "FAS error",
    [DRIVER_MAINT_INSERT_MULTIFRAME] = "multiframe error",
    [DRIVER_MAINT_INSERT_CRC] = "CRC error",
    [DRIVER_MAINT_INSERT_CAS] = "CAS error",
    [DRIVER_MAINT_INSERT_PRBS] = "error in the test pattern",
    [DRIVER_MAINT_INSERT_BIPOLAR] = "bipolar violation",
};

const char *const driver_port_names[DRIVER_PORT_COUNT] = {
    [DRIVER_PORT_NONE] = "no such place",
    [DRIVER_PORT_TELEPHONE] = "telephone",
    [DRIVER_PORT_LINE] = "FXO module",
    [DRIVER_PORT_EMPTY] = "no module",
};

const char *driver_event_name(enum driver_event_type type)
{
	return text_name(event_names, ARRAY_SIZE(event_names), (int)type);
}

const char *driver_alarm_name(uint32_t alarms)
{
	if (alarms == 0)
		return "none";
	return text_name(alarm_names, ARRAY_SIZE(alarm_names), __builtin_ctz(alarms));
}

int driver_open(const struct driver_settings *settings, struct span_driver **out, struct fault *fault)
{
	for (const struct driver_ops *const *ops = drivers; *ops; ops++)
		if (settings->name && strcmp((*ops)->name, settings->name) == 0)
			return (*ops)->open(settings, out, fault);
	return fault_set(fault, -ENODEV, "no span driver is called \"%s\"", settings->name ? settings->name : "");
}

void driver_close(struct span_driver *driver)
{
	if (driver)
		driver->ops->close(driver);
}

const char *driver_name(const struct span_driver *driver)
{
	return driver->ops->name;
}

/* ---- the common part ---- */

int driver_base_init(struct span_driver *driver, const struct driver_ops *ops)
{
	size_t bytes = (size_t)DRIVER_CHANNELS_MAX * DRIVER_PERIOD_SAMPLES;

	driver->ops = ops;
	driver->received = malloc(bytes);
	driver->transmitted = malloc(bytes);
	if (!driver->received || !driver->transmitted) {
		driver_base_release(driver);
		return -ENOMEM;
	}
	/* mu-law silence; a span that starts fills in its own law */
	memset(driver->received, 0xff, bytes);
	memset(driver->transmitted, 0xff, bytes);
	for (unsigned i = 0; i < CONFIG_SPANS_MAX; i++) {
		atomic_init(&driver->status[i].alarms, SPAN_ALARM_NOT_OPEN);
		atomic_init(&driver->status[i].sync_source, 0);
		atomic_init(&driver->status[i].absent, false);
		atomic_init(&driver->status[i].pattern, false);
		atomic_init(&driver->status[i].analogue, false);
		atomic_init(&driver->status[i].emulated, false);
		atomic_init(&driver->status[i].telephones, 0);
		atomic_init(&driver->status[i].lines, 0);
		atomic_init(&driver->status[i].empty, 0);
	}
	atomic_init(&driver->clock_source, 0);
	return 0;
}

void driver_base_release(struct span_driver *driver)
{
	free(driver->received);
	free(driver->transmitted);
	driver->received = driver->transmitted = NULL;
}

void driver_places_set(struct span_driver *driver, unsigned span, const struct driver_places *places, bool analogue)
{
	struct driver_span_status *status = &driver->status[span - 1];

	atomic_store_explicit(&status->telephones, places ? places->telephones : 0, memory_order_relaxed);
	atomic_store_explicit(&status->lines, places ? places->lines : 0, memory_order_relaxed);
	atomic_store_explicit(&status->empty, places ? places->empty : 0, memory_order_relaxed);
	atomic_store_explicit(&status->analogue, analogue, memory_order_relaxed);
}

bool driver_span_valid(unsigned span)
{
	return span >= 1 && span <= CONFIG_SPANS_MAX;
}

int driver_span_check(const struct driver_span *span, struct fault *fault)
{
	if (!driver_span_valid(span->span))
		return fault_set(fault, -EINVAL, "span %u: this build has spans 1 to %d", span->span, CONFIG_SPANS_MAX);
	if (span->type == SPAN_T1 && span->crc4)
		return fault_set(fault, -EINVAL, "span %u: CRC4 exists on E1 only", span->span);
	if (span->type == SPAN_E1 && span->use == SPAN_USE_FXS)
		return fault_set(fault, -EINVAL,
		                 "span %u: telephones need a T1 channel bank or an analogue card: type t1", span->span);
	if (span->use == SPAN_USE_FXS && span->flash_min_ms > span->flash_max_ms)
		return fault_set(fault, -EINVAL, "span %u: a hook flash of at least %u and at most %u ms cannot be",
		                 span->span, span->flash_min_ms, span->flash_max_ms);
	for (unsigned slot = 1; slot <= DRIVER_TIMESLOTS_MAX; slot++)
		if (abs(span->receive_gain[slot]) > DRIVER_GAIN_MAX || abs(span->send_gain[slot]) > DRIVER_GAIN_MAX)
			return fault_set(fault, -EINVAL, "span %u: gains are at most %d dB either way", span->span,
			                 DRIVER_GAIN_MAX / 10);
	return 0;
}

void driver_counters_clear(struct span_driver *driver, unsigned span)
{
	uint64_t *counter = (uint64_t *)(void *)&driver->status[span - 1].counters;

	for (size_t i = 0; i < sizeof(struct driver_span_counters) / sizeof(*counter); i++)
		__atomic_store_n(&counter[i], 0, __ATOMIC_RELAXED);
}

void driver_event_push(struct span_driver *driver, const struct driver_event *event)
{
	struct driver_event_queue *queue = &driver->events;

	if (queue->tail - queue->head == DRIVER_EVENTS_MAX) {
		if (queue->lost++ == 0)
			log_write(LOG_ERROR, LOG_DRIVER, "event queue full: %s of channel %u lost",
			          driver_event_name(event->type), event->channel);
		return;
	}
	queue->event[queue->tail++ % DRIVER_EVENTS_MAX] = *event;
}

void driver_alarms_set(struct span_driver *driver, unsigned span, uint32_t alarms)
{
	struct driver_span_status *status = &driver->status[span - 1];
	struct driver_event event = {.type = DRIVER_ALARM, .channel = driver_channel(span, 0), .alarms = alarms};

	if (atomic_load_explicit(&status->alarms, memory_order_relaxed) == alarms)
		return;
	atomic_store_explicit(&status->alarms, alarms, memory_order_relaxed);
	driver_event_push(driver, &event);
	log_write(LOG_NOTICE, LOG_DRIVER, "span %u: alarm %s (0x%x)", span, driver_alarm_name(alarms), alarms);
}

void driver_clock_source_set(struct span_driver *driver, unsigned span)
{
	struct driver_event event = {.type = DRIVER_CLOCK_SOURCE,
	                             .channel = span ? driver_channel(span, 0) : DRIVER_NO_CHANNEL};

	if (atomic_load_explicit(&driver->clock_source, memory_order_relaxed) == span)
		return;
	atomic_store_explicit(&driver->clock_source, span, memory_order_relaxed);
	driver_event_push(driver, &event);
	if (span)
		log_write(LOG_NOTICE, LOG_DRIVER, "clock taken from span %u", span);
	else
		log_write(LOG_WARNING, LOG_DRIVER, "no span to take the clock from: holdover");
}

/* ---- dispatch ---- */

int driver_span_start(struct span_driver *driver, const struct driver_span *span, struct fault *fault)
{
	int error = driver_span_check(span, fault);

	if (error)
		return error;
	error = driver->ops->span_start(driver, span, fault);
	if (!error && span->use == SPAN_USE_FXS && !driver->ops->places_told)
		driver_places_set(driver, span->span, &(struct driver_places){.telephones = DRIVER_BANK_PLACES}, false);
	return error;
}

void driver_span_stop(struct span_driver *driver, unsigned span)
{
	if (!driver_span_valid(span))
		return;
	driver->ops->span_stop(driver, span);
	driver_places_set(driver, span, NULL, false);
}

int driver_span_maint(struct span_driver *driver, unsigned span, enum driver_maint maint, struct fault *fault)
{
	if (!driver_span_valid(span))
		return fault_set(fault, -ENETDOWN, "span %u is not in operation", span);
	if (!driver->ops->span_maint)
		return fault_set(fault, -ENOTSUP, "span %u: its driver knows no %s", span, driver_maint_names[maint]);
	return driver->ops->span_maint(driver, span, maint, fault);
}

void driver_counters_reset(struct span_driver *driver, unsigned span)
{
	if (driver_span_valid(span) && driver->ops->counters_reset)
		driver->ops->counters_reset(driver, span);
}

void driver_span_look(struct span_driver *driver, unsigned span)
{
	if (driver_span_valid(span) && driver->ops->span_look)
		driver->ops->span_look(driver, span);
}

unsigned driver_hardware_list(struct span_driver *driver, struct driver_hardware *out, unsigned max)
{
	return driver->ops->hardware_list ? driver->ops->hardware_list(driver, out, max) : 0;
}

int driver_period_fd(const struct span_driver *driver)
{
	return driver->ops->period_fd(driver);
}

int driver_period_begin(struct span_driver *driver, uint64_t *elapsed_us)
{
	return driver->ops->period_begin(driver, elapsed_us);
}

void driver_channel_use(struct span_driver *driver, uint16_t channel, bool in_use)
{
	if (driver_channel_valid(channel) && driver->ops->channel_use)
		driver->ops->channel_use(driver, channel, in_use);
}

void driver_channel_clear(struct span_driver *driver, uint16_t channel, bool clear)
{
	if (driver_channel_valid(channel) && driver->ops->channel_clear)
		driver->ops->channel_clear(driver, channel, clear);
}

const uint8_t *driver_receive(const struct span_driver *driver, uint16_t channel)
{
	return driver->received + (driver_channel_valid(channel) ? (size_t)channel * DRIVER_PERIOD_SAMPLES : 0);
}

uint8_t *driver_transmit(struct span_driver *driver, uint16_t channel)
{
	return driver->transmitted + (driver_channel_valid(channel) ? (size_t)channel * DRIVER_PERIOD_SAMPLES : 0);
}

void driver_period_end(struct span_driver *driver, bool defer)
{
	driver->ops->period_end(driver, defer);
}

void driver_period_flush(struct span_driver *driver)
{
	driver->ops->period_flush(driver);
}

bool driver_next_event(struct span_driver *driver, struct driver_event *event)
{
	struct driver_event_queue *queue = &driver->events;

	if (queue->head == queue->tail)
		return false;
	*event = queue->event[queue->head++ % DRIVER_EVENTS_MAX];
	/* Stamped when taken: media advances the clock by the period's length before it asks for its events. */
	event->at_us = clock_now_us();
	return true;
}

void driver_set_line(struct span_driver *driver, uint16_t channel, enum driver_line line,
                     const struct driver_cadence *cadence)
{
	if (driver_channel_valid(channel))
		driver->ops->set_line(driver, channel, line, cadence);
}

bool driver_off_hook(const struct span_driver *driver, uint16_t channel)
{
	return driver_channel_valid(channel) && driver->ops->off_hook(driver, channel);
}

int driver_bridge(struct span_driver *driver, uint16_t a, uint16_t b)
{
	if (!driver_channel_valid(a) || !driver_channel_valid(b) || a == b)
		return -EINVAL;
	return driver->ops->bridge ? driver->ops->bridge(driver, a, b) : -ENOTSUP;
}

void driver_unbridge(struct span_driver *driver, uint16_t a, uint16_t b)
{
	if (driver_channel_valid(a) && driver_channel_valid(b) && driver->ops->unbridge)
		driver->ops->unbridge(driver, a, b);
}

bool driver_span_running(const struct span_driver *driver, unsigned span, struct driver_span *out)
{
	return driver_span_valid(span) && driver->ops->span_running(driver, span, out);
}

int driver_dchannel_receive(struct span_driver *driver, unsigned span, uint8_t *frame, size_t size)
{
	return driver_span_valid(span) ? driver->ops->dchannel_receive(driver, span, frame, size) : -EINVAL;
}

int driver_dchannel_send(struct span_driver *driver, unsigned span, const uint8_t *frame, size_t bytes)
{
	return driver_span_valid(span) ? driver->ops->dchannel_send(driver, span, frame, bytes) : -EINVAL;
}

void driver_span_counters(const struct span_driver *driver, unsigned span, struct driver_span_counters *out)
{
	memset(out, 0, sizeof(*out));
	if (!driver_span_valid(span))
		return;
	const uint64_t *from = (const uint64_t *)(const void *)&driver->status[span - 1].counters;
	uint64_t *to = (uint64_t *)(void *)out;

	for (size_t i = 0; i < sizeof(*out) / sizeof(*to); i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

uint32_t driver_span_alarms(const struct span_driver *driver, unsigned span)
{
	if (!driver_span_valid(span))
		return SPAN_ALARM_NOT_OPEN;
	return atomic_load_explicit(&driver->status[span - 1].alarms, memory_order_relaxed);
}

unsigned driver_clock_source(const struct span_driver *driver)
{
	return atomic_load_explicit(&driver->clock_source, memory_order_relaxed);
}

unsigned driver_span_sync_source(const struct span_driver *driver, unsigned span)
{
	if (!driver_span_valid(span))
		return 0;
	if (!driver->ops->hardware_list)
		return driver_clock_source(driver);
	return atomic_load_explicit(&driver->status[span - 1].sync_source, memory_order_relaxed);
}

bool driver_span_absent(const struct span_driver *driver, unsigned span)
{
	return driver_span_valid(span) && atomic_load_explicit(&driver->status[span - 1].absent, memory_order_relaxed);
}

enum driver_port driver_port(const struct span_driver *driver, unsigned span, unsigned timeslot)
{
	const struct driver_span_status *status = &driver->status[driver_span_valid(span) ? span - 1 : 0];

	if (!driver_span_valid(span) || timeslot < 1 || timeslot > DRIVER_TIMESLOTS_MAX)
		return DRIVER_PORT_NONE;
	if (atomic_load_explicit(&status->telephones, memory_order_relaxed) >> timeslot & 1)
		return DRIVER_PORT_TELEPHONE;
	if (atomic_load_explicit(&status->lines, memory_order_relaxed) >> timeslot & 1)
		return DRIVER_PORT_LINE;
	if (atomic_load_explicit(&status->empty, memory_order_relaxed) >> timeslot & 1)
		return DRIVER_PORT_EMPTY;
	return DRIVER_PORT_NONE;
}

bool driver_span_analogue(const struct span_driver *driver, unsigned span)
{
	return driver_span_valid(span) &&
	       atomic_load_explicit(&driver->status[span - 1].analogue, memory_order_relaxed);
}

bool driver_span_has_line(const struct span_driver *driver, unsigned span)
{
	return !driver_span_valid(span) ||
	       (!driver_span_analogue(driver, span) &&
	        !atomic_load_explicit(&driver->status[span - 1].emulated, memory_order_relaxed));
}

bool driver_span_pattern(const struct span_driver *driver, unsigned span)
{
	return driver_span_valid(span) && atomic_load_explicit(&driver->status[span - 1].pattern, memory_order_relaxed);
}
