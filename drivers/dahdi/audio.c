/* The period: one reference channel's buffer is the clock; channels in use are read and written beside it. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "drivers/dahdi/dahdi.h"

static uint64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / 1000;
}

static uint8_t law_silence(struct dahdi_driver *d, uint16_t channel)
{
	return driver_law_silence(dahdi_span_of(d, channel)->settings.law);
}

/* ---- one channel ---- */

/* Reads one period. Bytes, 0: none there, -errno. Events that are in the way are taken. */
static int period_read(struct dahdi_driver *d, uint16_t channel, uint8_t *to)
{
	for (int tries = 0; tries < 2; tries++) {
		ssize_t bytes = read(d->channel[channel].fd, to, DRIVER_PERIOD_SAMPLES);

		if (bytes >= 0)
			return (int)bytes;
		if (errno != ELAST)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		dahdi_events_take(d, channel);
	}
	return 0;
}

static int period_write(struct dahdi_driver *d, uint16_t channel, const uint8_t *from)
{
	for (int tries = 0; tries < 2; tries++) {
		if (write(d->channel[channel].fd, from, DRIVER_PERIOD_SAMPLES) >= 0)
			return 0;
		if (errno != ELAST)
			break;
		dahdi_events_take(d, channel);
	}
	return -errno;
}

/* Silence ahead of what is written, so that a media pass that is late does not tear the audio. */
static void cushion_write(struct dahdi_driver *d, uint16_t channel)
{
	uint8_t silence[DRIVER_PERIOD_SAMPLES];

	d->channel[channel].cushion_due = false;
	memset(silence, law_silence(d, channel), sizeof(silence));
	for (int i = 0; i < CUSHION_PERIODS; i++)
		(void)period_write(d, channel, silence);
}

static void used_remove(struct dahdi_driver *d, uint16_t channel)
{
	for (unsigned i = 0; i < d->used_count; i++) {
		if (d->used[i] != channel)
			continue;
		d->used[i] = d->used[--d->used_count];
		return;
	}
}

static void use_begin(struct dahdi_driver *d, uint16_t channel)
{
	struct dahdi_channel *c = &d->channel[channel];

	d->used[d->used_count++] = channel;
	memset(driver_transmitted(&d->base, channel), law_silence(d, channel), DRIVER_PERIOD_SAMPLES);
	/* What lies there is from long ago. Not the reference channel's: it is read all the time and gives the period.
	 */
	if (d->reference_span == 0 ||
	    channel != driver_channel(d->reference_span, d->span[d->reference_span - 1].reference))
		(void)dahdi_ioctl_int(c->fd, DAHDI_FLUSH, DAHDI_FLUSH_BOTH);
	dahdi_events_take(d, channel);
	(void)dahdi_ioctl_int(c->fd, DAHDI_BUFFER_EVENTS, 1);
	dahdi_echo_cancel(d, channel, true);
	dahdi_on_hook_transfer(d, channel);
	c->cushion_due = true;
	c->receive_cushion = CUSHION_PERIODS;
}

static void use_end(struct dahdi_driver *d, uint16_t channel)
{
	struct dahdi_channel *c = &d->channel[channel];

	used_remove(d, channel);
	if (c->bridged) {
		int none = 0;
		struct dahdi_confinfo leave = {.chan = 0, .confno = none, .confmode = DAHDI_CONF_NORMAL};

		c->bridged = false;
		(void)dahdi_ioctl(c->fd, DAHDI_SETCONF, &leave);
	}
	dahdi_echo_cancel(d, channel, false);
	dahdi_channel_clear(&d->base, channel, false);
	(void)dahdi_ioctl_int(c->fd, DAHDI_BUFFER_EVENTS, 0);
	memset(driver_received(&d->base, channel), law_silence(d, channel), DRIVER_PERIOD_SAMPLES);
}

void dahdi_channel_use(struct span_driver *driver, uint16_t channel, bool in_use)
{
	struct dahdi_driver *d = dahdi(driver);
	struct dahdi_channel *c = &d->channel[channel];
	const struct dahdi_span_state *span = dahdi_span_of(d, channel);
	unsigned timeslot = driver_channel_timeslot(channel);

	if (!span->running || timeslot == 0 || timeslot > span->timeslots || timeslot == span->dchannel || c->fd < 0 ||
	    c->in_use == in_use)
		return;
	c->in_use = in_use;
	if (in_use)
		use_begin(d, channel);
	else
		use_end(d, channel);
}

/* ---- the reference ---- */

static uint16_t reference_channel(const struct dahdi_driver *d, unsigned span)
{
	return driver_channel(span, d->span[span - 1].reference);
}

static void reference_set(struct dahdi_driver *d, unsigned span)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLPRI};

	if (d->reference_span == span)
		return;
	if (d->reference_span && d->channel[reference_channel(d, d->reference_span)].fd >= 0)
		epoll_ctl(d->period_epoll, EPOLL_CTL_DEL, d->channel[reference_channel(d, d->reference_span)].fd,
		          &event);
	d->reference_span = span;
	d->reference_us = monotonic_us();
	if (!span)
		return;
	epoll_ctl(d->period_epoll, EPOLL_CTL_ADD, d->channel[reference_channel(d, span)].fd, &event);
	if (!d->channel[reference_channel(d, span)].in_use)
		(void)dahdi_ioctl_int(d->channel[reference_channel(d, span)].fd, DAHDI_FLUSH, DAHDI_FLUSH_READ);
}

/* How good a span's clock is: rank 1 best, then the others by rank, those without a rank last; -1: not at all. */
static int clock_worth(const struct dahdi_driver *d, unsigned span)
{
	const uint32_t useless = SPAN_ALARM_RED | SPAN_ALARM_BLUE | SPAN_ALARM_LOOPBACK | SPAN_ALARM_NOT_OPEN;
	const struct dahdi_span_state *state = &d->span[span - 1];

	if (!state->running || driver_span_alarms(&d->base, span) & useless || d->periods < state->silent_until)
		return -1;
	return state->settings.clock_rank ? 1 + UINT8_MAX - state->settings.clock_rank : 0;
}

void dahdi_reference_choose(struct dahdi_driver *d)
{
	unsigned best = 0;
	int best_worth = -1;

	for (unsigned span = 1; span <= CONFIG_SPANS_MAX; span++) {
		int worth = clock_worth(d, span);

		/* of equals the present one stays */
		if (worth > best_worth || (worth == best_worth && worth >= 0 && span == d->reference_span)) {
			best = span;
			best_worth = worth;
		}
	}
	reference_set(d, best);
	driver_clock_source_set(&d->base, best_worth > 0 ? best : 0);
}

/* The reference has gone silent and has no alarm yet: it is passed over for a while, the next in turn is tried. */
static void reference_next(struct dahdi_driver *d)
{
	unsigned from = d->reference_span ? d->reference_span : CONFIG_SPANS_MAX;

	if (d->reference_span)
		d->span[d->reference_span - 1].silent_until = d->periods + SILENT_PERIODS;
	for (unsigned i = 1; i <= CONFIG_SPANS_MAX; i++) {
		unsigned span = (from - 1 + i) % CONFIG_SPANS_MAX + 1;

		if (span != d->reference_span && d->span[span - 1].running) {
			reference_set(d, span);
			return;
		}
	}
}

/* ---- spans come and go ---- */

static void span_begin(struct dahdi_driver *d, const struct dahdi_order *order)
{
	const struct driver_span *settings = &order->settings;
	struct dahdi_span_state *state = &d->span[settings->span - 1];
	bool anew = !state->running;

	state->settings = *settings;
	if (!anew)
		return;
	/* from the first place that is open to the last */
	state->timeslots = 31 - (unsigned)__builtin_clz(order->places);
	state->dchannel = settings->use == SPAN_USE_PRI ? driver_dchannel_timeslot(settings->type) : 0;
	state->reference = (unsigned)__builtin_ctz(order->places);
	state->running = true;
	state->looped = false;
	memset(driver_received(&d->base, driver_channel(settings->span, 0)), driver_law_silence(settings->law),
	       (size_t)32 * DRIVER_PERIOD_SAMPLES);
	dahdi_events_watch(d, settings->span, true);
	dahdi_status_begin(d, settings->span);
	for (unsigned timeslot = 1; settings->use == SPAN_USE_FXS && timeslot <= state->timeslots; timeslot++) {
		struct dahdi_params params = {.channo = 0};
		uint16_t channel = driver_channel(settings->span, timeslot);

		/* lifted before we came: nothing else will tell */
		if (dahdi_ioctl(d->channel[channel].fd, DAHDI_GET_PARAMS, &params) == 0 && params.rxisoffhook)
			dahdi_telephone_event(d, channel, DAHDI_EVENT_RINGOFFHOOK);
	}
	dahdi_reference_choose(d);
}

static void span_end(struct dahdi_driver *d, unsigned span)
{
	struct dahdi_span_state *state = &d->span[span - 1];
	uint64_t one = 1;

	if (state->running) {
		for (unsigned timeslot = 1; timeslot <= state->timeslots; timeslot++)
			dahdi_channel_use(&d->base, driver_channel(span, timeslot), false);
		dahdi_events_watch(d, span, false);
		if (d->reference_span == span)
			reference_set(d, 0);
		state->running = false;
		driver_alarms_set(&d->base, span, SPAN_ALARM_NOT_OPEN);
		dahdi_reference_choose(d);
	}
	if (write(d->released, &one, sizeof(one)) != sizeof(one))
		log_write(LOG_ERROR, LOG_DRIVER, "span %u: cannot tell that it is released", span);
}

static void orders_run(struct dahdi_driver *d)
{
	struct dahdi_order order;

	while (mailbox_receive(d->orders, &order)) {
		switch (order.kind) {
		case DAHDI_ORDER_START:
			span_begin(d, &order);
			break;
		case DAHDI_ORDER_STOP:
			span_end(d, order.settings.span);
			break;
		case DAHDI_ORDER_LOOPED:
			d->span[order.settings.span - 1].looped = order.looped;
			break;
		case DAHDI_ORDER_RESET_COUNTERS:
			driver_counters_clear(&d->base, order.settings.span);
			dahdi_status_begin(d, order.settings.span);
			break;
		}
	}
}

/* ---- the period ---- */

static void used_read(struct dahdi_driver *d, uint16_t reference)
{
	for (unsigned i = 0; i < d->used_count; i++) {
		uint16_t channel = d->used[i];
		uint8_t *to = driver_received(&d->base, channel);

		if (!d->channel[channel].bridged)
			memset(driver_transmitted(&d->base, channel), law_silence(d, channel), DRIVER_PERIOD_SAMPLES);
		if (channel == reference)
			continue;
		/* Its blocks end at moments of their own: one lies in store, so that none is torn when we come early.
		 */
		if (d->channel[channel].receive_cushion > 0) {
			d->channel[channel].receive_cushion--;
			memset(to, law_silence(d, channel), DRIVER_PERIOD_SAMPLES);
			continue;
		}
		int bytes = period_read(d, channel, to);

		/* not there yet: the other span's clock, or its line, is behind */
		if (bytes < DRIVER_PERIOD_SAMPLES)
			memset(to + (bytes > 0 ? bytes : 0), law_silence(d, channel),
			       (size_t)(DRIVER_PERIOD_SAMPLES - (bytes > 0 ? bytes : 0)));
	}
}

/* One span a period is asked for its alarms and counts: yellow and blue come without an event. */
static void status_next(struct dahdi_driver *d)
{
	for (unsigned i = 0; i < CONFIG_SPANS_MAX; i++) {
		d->status_span = d->status_span % CONFIG_SPANS_MAX + 1;
		if (d->span[d->status_span - 1].running) {
			dahdi_status_update(d, d->status_span);
			break;
		}
	}
	dahdi_reference_choose(d);
}

static int no_period(struct dahdi_driver *d, uint64_t now_us, bool held_up, uint64_t *elapsed_us)
{
	uint64_t elapsed = held_up ? 0 : pace_no_message(&d->pace, now_us);

	if (elapsed == 0)
		return 0;
	d->periods += elapsed / PACE_PERIOD_US;
	dahdi_events_poll(d);
	if (d->reference_span == 0 || now_us - d->reference_us >= REFERENCE_PATIENCE_US)
		reference_next(d);
	driver_clock_source_set(&d->base, 0);
	*elapsed_us = elapsed;
	return 2;
}

/*
 * Whether the machine has stood still, so that we were not even asked: then it is not the line that is late, and what
 * it has sent meanwhile is given the time to arrive.
 */
static bool was_held_up(struct dahdi_driver *d, uint64_t now_us)
{
	bool held_up = now_us - d->asked_us > HELD_UP_US;

	d->asked_us = now_us;
	return held_up;
}

int dahdi_period_begin(struct span_driver *driver, uint64_t *elapsed_us)
{
	struct dahdi_driver *d = dahdi(driver);

	d->delivered = false;
	orders_run(d);
	uint64_t now_us = monotonic_us();
	bool held_up = was_held_up(d, now_us);

	if (d->reference_span == 0)
		return no_period(d, now_us, false, elapsed_us);
	uint16_t reference = reference_channel(d, d->reference_span);
	int bytes = period_read(d, reference, driver_received(driver, reference));

	if (bytes <= 0)
		return no_period(d, now_us, held_up, elapsed_us);
	d->delivered = true;
	d->periods++;
	used_read(d, reference);
	dahdi_events_poll(d);
	dahdi_telephone_check(d);
	status_next(d);
	d->reference_us = now_us;
	*elapsed_us = pace_message(&d->pace, now_us);
	return 1;
}

static void used_write(struct dahdi_driver *d)
{
	for (unsigned i = 0; i < d->used_count; i++) {
		uint16_t channel = d->used[i];

		/* what a loop gives back is not spoken over */
		if (d->channel[channel].bridged || dahdi_span_of(d, channel)->looped)
			continue;
		if (d->channel[channel].cushion_due)
			cushion_write(d, channel);
		/* full: its clock is behind ours, one period is dropped */
		if (period_write(d, channel, driver_transmitted(&d->base, channel)) == -EAGAIN)
			driver_count_shared(&dahdi_counters(d, channel)->slips, 1);
	}
}

void dahdi_period_end(struct span_driver *driver, bool defer)
{
	struct dahdi_driver *d = dahdi(driver);
	struct pollfd next = {.fd = d->period_epoll, .events = POLLIN};

	/* A line that takes nothing would have it lie in the buffers, before what is due when the line goes on. */
	if (!d->delivered)
		return;
	/*
	 * With the next period here already this one's time to be sent has passed; to send it all the same would delay
	 * everything after it for good.
	 */
	if (poll(&next, 1, 0) == 1 && d->reference_span)
		driver_count(&d->base.status[d->reference_span - 1].counters.periods_missed, 1);
	else
		used_write(d);
}
