/* The tdmoe driver: spans over one datagram a period in user space. See WIRE.md and the README. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "drivers/driver_ops.h"
#include "drivers/tdmoe/message.h"
#include "drivers/pace.h"
#include "drivers/tdmoe/socket.h"
#include "drivers/tdmoe/span.h"

/* Starts and stops on their way from control to media: each span a few times between two periods. */
#define ORDERS_MAX (4 * CONFIG_SPANS_MAX)

enum order { ORDER_START, ORDER_STOP, ORDER_MAINT, ORDER_RESET_COUNTERS };
struct span_order {
	enum order order;
	enum driver_maint maint;
	struct driver_span settings;
};

struct tdmoe {
	struct span_driver base; /* first: driver.c sees only this */
	struct tdmoe_socket socket;
	bool virtual_time;
	struct mailbox *orders;
	bool started[CONFIG_SPANS_MAX]; /* control's view */

	/* media thread only */
	uint8_t *in, *out;
	struct pace pace;
	uint64_t now_samples; /* time delivered so far */
	unsigned silent_periods;
	bool answer_due;
	struct tdmoe_header header; /* of the message to answer */
	uint64_t messages_bad, frames_astray;
	int send_error; /* last one logged */
	struct tdmoe_span span[CONFIG_SPANS_MAX];
};

static struct tdmoe *tdmoe(struct span_driver *driver)
{
	return (struct tdmoe *)driver;
}

static const struct tdmoe *tdmoe_const(const struct span_driver *driver)
{
	return (const struct tdmoe *)driver;
}

static uint64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / 1000;
}

/* ---- open and close ---- */

static void tdmoe_close(struct span_driver *driver)
{
	struct tdmoe *t = tdmoe(driver);

	tdmoe_socket_close(&t->socket);
	for (unsigned i = 0; i < CONFIG_SPANS_MAX; i++)
		tdmoe_span_release(&t->span[i]);
	mailbox_free(t->orders);
	free(t->in);
	free(t->out);
	driver_base_release(&t->base);
	free(t);
}

static int memory_take(struct tdmoe *t, const struct driver_settings *settings)
{
	int error = driver_base_init(&t->base, &tdmoe_ops);

	if (!error)
		error = mailbox_new(&t->orders, "tdmoe orders", sizeof(struct span_order), ORDERS_MAX, NULL);
	for (unsigned i = 0; i < CONFIG_SPANS_MAX && !error; i++)
		error = tdmoe_span_init(&t->span[i], &t->base, i + 1, settings->control_bell);
	t->in = malloc(TDMOE_MESSAGE_BYTES_MAX);
	t->out = malloc(TDMOE_MESSAGE_BYTES_MAX);
	return error ? error : (t->in && t->out ? 0 : -ENOMEM);
}

static int tdmoe_open(const struct driver_settings *settings, struct span_driver **out, struct fault *fault)
{
	struct tdmoe *t = calloc(1, sizeof(*t));

	if (!t)
		return fault_set(fault, -ENOMEM, "tdmoe: out of memory");
	t->socket.fd = t->socket.lock_fd = -1;
	t->virtual_time = settings->virtual_time;
	t->silent_periods = CLOCK_HOLDOVER_PERIODS;
	int error = memory_take(t, settings);

	if (error)
		fault_set(fault, error, "tdmoe: out of memory");
	else
		error = tdmoe_socket_open(&t->socket, settings->local_socket, settings->remote_socket,
		                          TDMOE_MESSAGE_BYTES_MAX / 2, fault);
	if (error) {
		tdmoe_close(&t->base);
		return error;
	}
	pace_start(&t->pace, monotonic_us());
	*out = &t->base;
	return 0;
}

/* ---- spans come and go ---- */

static int order_send(struct tdmoe *t, const struct span_order *order, struct fault *fault)
{
	int error = mailbox_send(t->orders, order);

	if (error)
		return fault_set(fault, error, "span %u: too many changes at once, the media thread does not keep up",
		                 order->settings.span);
	return 0;
}

static int tdmoe_start(struct span_driver *driver, const struct driver_span *settings, struct fault *fault)
{
	struct tdmoe *t = tdmoe(driver);
	struct span_order order = {.order = ORDER_START, .settings = *settings};

	if (!t->started[settings->span - 1])
		frame_ring_clear(t->span[settings->span - 1].from_line);
	int error = order_send(t, &order, fault);

	if (!error)
		t->started[settings->span - 1] = true;
	atomic_store_explicit(&driver->status[settings->span - 1].emulated, true, memory_order_relaxed);
	return error;
}

static void tdmoe_stop(struct span_driver *driver, unsigned span)
{
	struct span_order order = {.order = ORDER_STOP, .settings = {.span = (uint8_t)span}};
	struct fault fault;

	if (order_send(tdmoe(driver), &order, &fault) != 0)
		log_write(LOG_ERROR, LOG_DRIVER, "span %u not stopped: %s", span, fault.text);
	else
		tdmoe(driver)->started[span - 1] = false;
}

/* ---- maintenance, as far as these frames carry it ---- */

static int tdmoe_maint(struct span_driver *driver, unsigned span, enum driver_maint maint, struct fault *fault)
{
	static const char *const impossible[DRIVER_MAINT_COUNT] = {
	    [DRIVER_MAINT_LOOP_LINE] = "its frames carry no line loopback",
	    [DRIVER_MAINT_REMOTE_UP] = "its frames carry no loop-up code",
	    [DRIVER_MAINT_REMOTE_DOWN] = "its frames carry no loop-down code",
	    [DRIVER_MAINT_PATTERN] = "it has no test pattern of its own",
	    [DRIVER_MAINT_INSERT_FAS] = "its frames have no frame alignment signal to spoil",
	    [DRIVER_MAINT_INSERT_MULTIFRAME] = "its frames have no multiframe to spoil",
	    [DRIVER_MAINT_INSERT_CRC] = "its frames have no CRC-4 to spoil",
	    [DRIVER_MAINT_INSERT_CAS] = "its frames have no signalling multiframe to spoil",
	    [DRIVER_MAINT_INSERT_PRBS] = "it sends no test pattern of its own",
	    [DRIVER_MAINT_INSERT_BIPOLAR] = "it has no line code to violate",
	};
	struct tdmoe *t = tdmoe(driver);
	struct span_order order = {.order = ORDER_MAINT, .maint = maint, .settings = {.span = (uint8_t)span}};

	if (!t->started[span - 1])
		return fault_set(fault, -ENETDOWN, "span %u is not in operation", span);
	if (impossible[maint])
		return fault_set(fault, -ENOTSUP, "span %u is emulated: %s", span, impossible[maint]);
	return order_send(t, &order, fault);
}

static void tdmoe_counters_reset(struct span_driver *driver, unsigned span)
{
	struct span_order order = {.order = ORDER_RESET_COUNTERS, .settings = {.span = (uint8_t)span}};
	struct fault fault;

	if (order_send(tdmoe(driver), &order, &fault) != 0) {
		log_write(LOG_ERROR, LOG_DRIVER, "span %u: its counters stay: %s", span, fault.text);
		return;
	}
	/* At once for who looks now; the order does it again, for what the media thread counts meanwhile. */
	driver_counters_clear(driver, span);
}

static void tdmoe_channel_clear(struct span_driver *driver, uint16_t channel, bool clear)
{
	struct tdmoe_span *span = &tdmoe(driver)->span[driver_channel_span(channel) - 1];
	uint32_t bit = UINT32_C(1) << driver_channel_timeslot(channel);

	span->clear_channels = clear ? span->clear_channels | bit : span->clear_channels & ~bit;
}

static void orders_run(struct tdmoe *t)
{
	struct span_order order;

	while (mailbox_receive(t->orders, &order)) {
		struct tdmoe_span *span = &t->span[order.settings.span - 1];

		switch (order.order) {
		case ORDER_START:
			tdmoe_span_start(span, &order.settings);
			break;
		case ORDER_STOP:
			tdmoe_span_stop(span);
			break;
		case ORDER_MAINT:
			tdmoe_span_maint(span, order.maint);
			break;
		case ORDER_RESET_COUNTERS:
			tdmoe_span_counters_reset(span);
			break;
		}
	}
}

/* ---- a period in ---- */

static int tdmoe_period_fd(const struct span_driver *driver)
{
	return tdmoe_const(driver)->socket.fd;
}

static void message_bad(struct tdmoe *t, const char *what)
{
	if (t->messages_bad++ == 0)
		log_write(LOG_WARNING, LOG_DRIVER, "tdmoe: message thrown away: %s (counted from now on)", what);
}

static void clock_source_update(struct tdmoe *t)
{
	unsigned best = 0, best_rank = UINT8_MAX + 1;

	for (unsigned i = 0; i < CONFIG_SPANS_MAX; i++) {
		const struct tdmoe_span *span = &t->span[i];
		unsigned rank = span->settings.clock_rank;

		if (rank == 0 || rank >= best_rank || !tdmoe_span_delivers(span) || span->flags & TDMOE_FLAG_LOOPBACK)
			continue;
		best = i + 1;
		best_rank = rank;
	}
	driver_clock_source_set(&t->base, best);
}

static void frames_take(struct tdmoe *t, struct tdmoe_cursor *cursor)
{
	struct tdmoe_frame frame;

	for (int got = tdmoe_message_next(cursor, &frame); got != 0; got = tdmoe_message_next(cursor, &frame)) {
		bool ours = driver_span_valid(frame.span) && t->span[frame.span - 1].running;

		if (!ours)
			t->frames_astray++;
		else if (got == 1)
			tdmoe_span_frame(&t->span[frame.span - 1], &frame, t->now_samples);
		else
			tdmoe_span_bad_frame(&t->span[frame.span - 1]);
	}
}

/* Distributes the message's frames. True if at least one configured span had one. */
static bool period_take(struct tdmoe *t, struct tdmoe_cursor *cursor)
{
	bool carried = false;

	for (unsigned i = 0; i < CONFIG_SPANS_MAX; i++)
		if (t->span[i].running)
			tdmoe_span_period_begin(&t->span[i]);
	frames_take(t, cursor);
	for (unsigned i = 0; i < CONFIG_SPANS_MAX; i++) {
		if (!t->span[i].running)
			continue;
		carried = carried || t->span[i].filled;
		tdmoe_span_period_received(&t->span[i], t->now_samples);
	}
	return carried;
}

static int message_take(struct tdmoe *t, size_t bytes, uint64_t *elapsed_us)
{
	struct tdmoe_header header;
	struct tdmoe_cursor cursor;

	if (tdmoe_message_open(t->in, bytes, &header, &cursor) != 0) {
		message_bad(t, "not of this format");
		return 0;
	}
	if (header.samples != DRIVER_PERIOD_SAMPLES) {
		message_bad(t, "its period is not the one that this firmware was built for");
		return 0;
	}
	t->header = header;
	t->answer_due = true;
	if (period_take(t, &cursor))
		t->silent_periods = 0;
	else if (t->silent_periods < CLOCK_HOLDOVER_PERIODS)
		t->silent_periods++;
	clock_source_update(t);
	*elapsed_us = t->virtual_time ? PACE_PERIOD_US : pace_message(&t->pace, monotonic_us());
	t->now_samples += *elapsed_us / US_PER_SAMPLE;
	return t->silent_periods < CLOCK_HOLDOVER_PERIODS ? 1 : 2;
}

/* No message: real time goes on without the far end. */
static int no_message(struct tdmoe *t, uint64_t *elapsed_us)
{
	uint64_t elapsed = t->virtual_time ? 0 : pace_no_message(&t->pace, monotonic_us());

	if (elapsed == 0)
		return 0;
	t->now_samples += elapsed / US_PER_SAMPLE;
	t->silent_periods = CLOCK_HOLDOVER_PERIODS;
	for (unsigned i = 0; i < CONFIG_SPANS_MAX; i++)
		if (t->span[i].running)
			tdmoe_span_absent(&t->span[i], (unsigned)(elapsed / PACE_PERIOD_US), t->now_samples);
	clock_source_update(t);
	*elapsed_us = elapsed;
	return 2;
}

static int tdmoe_period_begin(struct span_driver *driver, uint64_t *elapsed_us)
{
	struct tdmoe *t = tdmoe(driver);

	if (t->answer_due)
		driver->ops->period_flush(driver);
	orders_run(t);
	int bytes = tdmoe_socket_receive(&t->socket, t->in, TDMOE_MESSAGE_BYTES_MAX);

	if (bytes == -EMSGSIZE) {
		message_bad(t, "longer than all spans' frames");
		return 0;
	}
	if (bytes < 0)
		return bytes;
	return bytes == 0 ? no_message(t, elapsed_us) : message_take(t, (size_t)bytes, elapsed_us);
}

/* ---- a period out ---- */

static size_t answer_compose(struct tdmoe *t)
{
	struct tdmoe_header header = t->header;
	struct tdmoe_span *running[CONFIG_SPANS_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < CONFIG_SPANS_MAX; i++) {
		if (!t->span[i].running)
			continue;
		tdmoe_span_prepare(&t->span[i]);
		running[count++] = &t->span[i];
	}
	header.frames = (uint16_t)(count * TDMOE_FRAMES_PER_PERIOD);
	uint8_t *to = tdmoe_put_header(t->out, &header);

	for (unsigned k = 0; k < TDMOE_FRAMES_PER_PERIOD; k++) {
		for (unsigned i = 0; i < count; i++) {
			size_t bytes = tdmoe_frame_bytes(running[i]->timeslots);

			*to++ = (uint8_t)(bytes >> 8);
			*to++ = (uint8_t)bytes;
			to = tdmoe_span_put_frame(running[i], k, to);
		}
	}
	return (size_t)(to - t->out);
}

static void send_failed(struct tdmoe *t, int error)
{
	for (unsigned i = 0; i < CONFIG_SPANS_MAX; i++)
		if (t->span[i].running)
			driver_count(&t->base.status[i].counters.periods_missed, 1);
	if (error != t->send_error)
		log_write(LOG_WARNING, LOG_DRIVER, "tdmoe: cannot send to %s: %s", t->socket.remote.sun_path,
		          strerror(-error));
}

static void tdmoe_period_flush(struct span_driver *driver)
{
	struct tdmoe *t = tdmoe(driver);

	if (!t->answer_due)
		return;
	t->answer_due = false;
	int error = tdmoe_socket_send(&t->socket, t->out, answer_compose(t));

	if (error)
		send_failed(t, error);
	t->send_error = error;
}

static void tdmoe_period_end(struct span_driver *driver, bool defer)
{
	if (!defer)
		tdmoe_period_flush(driver);
}

/* ---- telephones, D channels ---- */

static bool has_bank(const struct tdmoe *t, uint16_t channel)
{
	const struct tdmoe_span *span = &t->span[driver_channel_span(channel) - 1];
	unsigned timeslot = driver_channel_timeslot(channel);

	return span->running && span->settings.use == SPAN_USE_FXS && timeslot >= 1 && timeslot <= span->timeslots;
}

static void tdmoe_set_line(struct span_driver *driver, uint16_t channel, enum driver_line line,
                           const struct driver_cadence *cadence)
{
	struct tdmoe *t = tdmoe(driver);

	if (has_bank(t, channel))
		channel_bank_set_line(&t->span[driver_channel_span(channel) - 1].bank, driver_channel_timeslot(channel),
		                      line, cadence, t->now_samples);
}

static bool tdmoe_off_hook(const struct span_driver *driver, uint16_t channel)
{
	const struct tdmoe *t = tdmoe_const(driver);

	return has_bank(t, channel) &&
	       channel_bank_off_hook(&t->span[driver_channel_span(channel) - 1].bank, driver_channel_timeslot(channel));
}

static bool tdmoe_span_running(const struct span_driver *driver, unsigned span, struct driver_span *out)
{
	const struct tdmoe_span *found = &tdmoe_const(driver)->span[span - 1];

	if (found->running)
		*out = found->settings;
	return found->running;
}

static int tdmoe_dchannel_receive(struct span_driver *driver, unsigned span, uint8_t *frame, size_t size)
{
	struct tdmoe *t = tdmoe(driver);

	return t->started[span - 1] ? frame_ring_take(t->span[span - 1].from_line, frame, size) : 0;
}

static int tdmoe_dchannel_send(struct span_driver *driver, unsigned span, const uint8_t *frame, size_t bytes)
{
	struct tdmoe *t = tdmoe(driver);

	if (!t->started[span - 1])
		return -ENETDOWN;
	int error = frame_ring_put(t->span[span - 1].to_line, frame, bytes);

	if (error)
		driver_count_shared(&t->base.status[span - 1].counters.dchannel_refused, 1);
	return error;
}

const struct driver_ops tdmoe_ops = {
    .name = "tdmoe",
    .open = tdmoe_open,
    .close = tdmoe_close,
    .span_start = tdmoe_start,
    .span_stop = tdmoe_stop,
    .period_fd = tdmoe_period_fd,
    .period_begin = tdmoe_period_begin,
    .period_end = tdmoe_period_end,
    .period_flush = tdmoe_period_flush,
    .set_line = tdmoe_set_line,
    .off_hook = tdmoe_off_hook,
    .span_running = tdmoe_span_running,
    .span_maint = tdmoe_maint,
    .counters_reset = tdmoe_counters_reset,
    .channel_clear = tdmoe_channel_clear,
    .dchannel_receive = tdmoe_dchannel_receive,
    .dchannel_send = tdmoe_dchannel_send,
};
