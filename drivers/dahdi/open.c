/* The dahdi driver: opening and closing of the driver and of channels, spans on their way between control and media. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "drivers/dahdi/dahdi.h"

int dahdi_ioctl(int fd, unsigned long request, void *argument)
{
	return ioctl(fd, request, argument) < 0 ? -errno : 0;
}

int dahdi_ioctl_int(int fd, unsigned long request, int value)
{
	return dahdi_ioctl(fd, request, &value);
}

/* ---- channels ---- */

static int buffers_set(int fd, int bytes, int count)
{
	struct dahdi_bufferinfo buffers = {
	    .txbufpolicy = DAHDI_POLICY_IMMEDIATE,
	    .rxbufpolicy = DAHDI_POLICY_IMMEDIATE,
	    .numbufs = count,
	    .bufsize = bytes,
	};

	return dahdi_ioctl(fd, DAHDI_SET_BUFINFO, &buffers);
}

static int audio_setup(int fd, const struct driver_span *span, unsigned timeslot, bool analogue)
{
	int error = 0;

	/* A clear channel carries audio only when told to: conferences, echo cancellers, the law's silence. */
	if (span->use == SPAN_USE_PRI)
		error = dahdi_ioctl_int(fd, DAHDI_AUDIOMODE, 1);
	if (!error)
		error = buffers_set(fd, DRIVER_PERIOD_SAMPLES, AUDIO_BUFFERS);
	/* dahdi_dynamic calls every span mu-law; an analogue card does what its driver says */
	if (!error && !analogue)
		error = dahdi_ioctl_int(fd, DAHDI_SETLAW, span->law == SPAN_ALAW ? DAHDI_LAW_ALAW : DAHDI_LAW_MULAW);
	if (!error)
		error = dahdi_apply_gain(fd, span, timeslot, false);
	if (!error && span->use == SPAN_USE_FXS)
		error = dahdi_apply_telephone(fd, span);
	return error;
}

static int channel_open(struct dahdi_driver *d, const struct driver_span *span, unsigned timeslot, struct fault *fault)
{
	struct dahdi_channel *channel = &d->channel[driver_channel(span->span, timeslot)];
	bool dchannel = span->use == SPAN_USE_PRI && timeslot == driver_dchannel_timeslot(span->type);
	bool analogue = d->span[span->span - 1].analogue;

	memset(channel, 0, sizeof(*channel));
	channel->number = d->span[span->span - 1].first_channel + (int)timeslot - 1;
	channel->fd = open(DAHDI_CHANNEL, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int error = channel->fd < 0 ? -errno : dahdi_ioctl_int(channel->fd, DAHDI_SPECIFY, channel->number);

	if (!error && analogue) {
		error = dahdi_law_check(channel->fd, span, fault);
		if (error)
			return error;
	}
	if (error == -EBUSY)
		return fault_set(fault, error, "channel %u/%u: another program has it open", span->span, timeslot);
	if (!error)
		error = dchannel ? buffers_set(channel->fd, DCHANNEL_BUFFER_BYTES, DCHANNEL_BUFFERS)
		                 : audio_setup(channel->fd, span, timeslot, analogue);
	if (!error)
		error = dahdi_ioctl_int(channel->fd, DAHDI_FLUSH, DAHDI_FLUSH_ALL);
	if (error)
		return fault_set(fault, error, "channel %u/%u: not opened: %s", span->span, timeslot, strerror(-error));
	return 0;
}

int dahdi_open_channels(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault)
{
	for (unsigned timeslot = 1; timeslot <= DRIVER_TIMESLOTS_MAX; timeslot++) {
		int error = dahdi_has_place(d, span->span, timeslot) ? channel_open(d, span, timeslot, fault) : 0;

		if (error) {
			dahdi_close_channels(d, span->span);
			return error;
		}
	}
	return 0;
}

void dahdi_close_channels(struct dahdi_driver *d, unsigned span)
{
	for (unsigned timeslot = 0; timeslot < 32; timeslot++) {
		struct dahdi_channel *channel = &d->channel[driver_channel(span, timeslot)];

		if (channel->fd >= 0)
			close(channel->fd);
		memset(channel, 0, sizeof(*channel));
		channel->fd = -1;
	}
}

/* ---- spans, control's side ---- */

int dahdi_order_send(struct dahdi_driver *d, const struct dahdi_order *order, struct fault *fault)
{
	int error = mailbox_send(d->orders, order);

	if (error)
		return fault_set(fault, error, "span %u: too many changes at once, the media thread does not keep up",
		                 order->settings.span);
	return 0;
}

static int order_send(struct dahdi_driver *d, bool start, const struct driver_span *settings, struct fault *fault)
{
	struct dahdi_order order = {.kind = start ? DAHDI_ORDER_START : DAHDI_ORDER_STOP,
	                            .places = d->span[settings->span - 1].places,
	                            .settings = *settings};

	return dahdi_order_send(d, &order, fault);
}

/* Asks media to let go of a span and waits until it has, a period as a rule. */
static int span_take_back(struct dahdi_driver *d, unsigned span, struct fault *fault)
{
	struct dahdi_span_state *state = &d->span[span - 1];
	struct pollfd answer = {.fd = d->released, .events = POLLIN};
	uint64_t count;

	if (!state->started)
		return 0;
	int error = order_send(d, false, &state->wanted, fault);

	if (error)
		return error;
	if (poll(&answer, 1, RELEASE_WAIT_MS) != 1 || read(d->released, &count, sizeof(count)) != sizeof(count))
		return fault_set(fault, -EAGAIN, "span %u: the media thread does not let go of it", span);
	state->started = false;
	dahdi_close_channels(d, span);
	return 0;
}

static bool same_wire(const struct driver_span *a, const struct driver_span *b)
{
	return a->type == b->type && a->use == b->use && a->law == b->law && a->framing == b->framing &&
	       a->coding == b->coding && a->crc4 == b->crc4 && a->line_build_out == b->line_build_out &&
	       a->yellow_when_closed == b->yellow_when_closed && a->echo_cancel == b->echo_cancel &&
	       a->echo_taps == b->echo_taps && a->echo_exceptions == b->echo_exceptions &&
	       !strcmp(a->location, b->location);
}

/* Whoever calls while a span's gain is changed hears the step and nothing else. */
static int gains_change(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault)
{
	for (unsigned timeslot = 1; timeslot <= DRIVER_TIMESLOTS_MAX; timeslot++) {
		const struct dahdi_channel *channel = &d->channel[driver_channel(span->span, timeslot)];
		bool dchannel = span->use == SPAN_USE_PRI && timeslot == driver_dchannel_timeslot(span->type);
		bool none = dchannel || !dahdi_has_place(d, span->span, timeslot);
		int error = none ? 0 : dahdi_apply_gain(channel->fd, span, timeslot, channel->clear);

		if (error)
			return fault_set(fault, error, "channel %u/%u: its gain cannot be set: %s", span->span,
			                 timeslot, strerror(-error));
	}
	return 0;
}

static bool same_gains(const struct driver_span *a, const struct driver_span *b)
{
	return !memcmp(a->receive_gain, b->receive_gain, sizeof(a->receive_gain)) &&
	       !memcmp(a->send_gain, b->send_gain, sizeof(a->send_gain));
}

static int span_settings_change(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault)
{
	for (unsigned timeslot = 1; span->use == SPAN_USE_FXS && timeslot <= DRIVER_TIMESLOTS_MAX; timeslot++) {
		if (!dahdi_has_place(d, span->span, timeslot))
			continue;
		int error = dahdi_apply_telephone(d->channel[driver_channel(span->span, timeslot)].fd, span);

		if (error)
			return fault_set(fault, error, "channel %u/%u: %s", span->span, timeslot, strerror(-error));
	}
	if (!same_gains(&d->span[span->span - 1].wanted, span)) {
		int error = gains_change(d, span, fault);

		if (error)
			return error;
	}
	bool untold = span->clock_rank && !d->span[span->span - 1].card_rank; /* its card has refused it before */

	if (untold || d->span[span->span - 1].wanted.clock_rank != span->clock_rank) {
		int error = dahdi_card_rank_change(d, span, fault);

		if (error)
			return error;
	}
	d->span[span->span - 1].wanted = *span;
	return order_send(d, true, span, fault);
}

static int dahdi_start(struct span_driver *driver, const struct driver_span *span, struct fault *fault)
{
	struct dahdi_driver *d = dahdi(driver);
	struct dahdi_span_state *state = &d->span[span->span - 1];

	if (state->started && same_wire(&state->wanted, span)) {
		int changed = span_settings_change(d, span, fault);

		if (!changed || !span->may_be_absent)
			return changed;
	}
	int error = span_take_back(d, span->span, fault), before = state->kernel;

	driver_places_set(driver, span->span, NULL, false);
	if (!error)
		error = dahdi_find_span(d, span, fault);
	if (!state->started && state->kernel != before && !dahdi_own_span(d, before))
		dahdi_card_rank_end(d, span->span, before, &state->wanted);
	atomic_store_explicit(&d->base.status[span->span - 1].absent, error == -ENODEV && span->may_be_absent,
	                      memory_order_relaxed);
	if (error == -ENODEV && span->may_be_absent) {
		if (span->use == SPAN_USE_FXS)
			driver_places_set(driver, span->span, &(struct driver_places){.telephones = DRIVER_BANK_PLACES},
			                  false);
		log_write(LOG_ERROR, LOG_DRIVER, "%s; its number stays reserved", fault->text);
		return 0;
	}
	if (!error)
		dahdi_tidy_up(d, span->span);
	if (!error)
		error = dahdi_config_span(d, span, fault);
	if (!error)
		error = dahdi_open_channels(d, span, fault);
	if (!error)
		error = order_send(d, true, span, fault);
	if (error) {
		if (!state->started)
			dahdi_card_rank_end(d, span->span, state->kernel, span);
		dahdi_close_channels(d, span->span);
		driver_places_set(driver, span->span, NULL, false);
		return error;
	}
	state->wanted = *span;
	state->started = true;
	dahdi_slips_begin(d, span->span);
	return 0;
}

static void dahdi_stop(struct span_driver *driver, unsigned span)
{
	struct dahdi_driver *d = dahdi(driver);
	struct dahdi_span_state *state = &d->span[span - 1];
	struct fault fault;

	if (state->started && (state->maintained || state->channels_looped || state->alarm_simulated) &&
	    dahdi_span_maint(driver, span, DRIVER_MAINT_OFF, &fault) != 0)
		log_write(LOG_ERROR, LOG_DRIVER, "%s", fault.text);
	atomic_store_explicit(&driver->status[span - 1].absent, false, memory_order_relaxed);
	if (span_take_back(d, span, &fault) != 0) {
		log_write(LOG_ERROR, LOG_DRIVER, "span %u not stopped: %s", span, fault.text);
		return;
	}
	dahdi_card_rank_end(d, span, state->kernel, &state->wanted);
	state->kernel = 0;
}

static bool dahdi_span_running(const struct span_driver *driver, unsigned span, struct driver_span *out)
{
	const struct dahdi_span_state *state = &dahdi_const(driver)->span[span - 1];

	if (state->running)
		*out = state->settings;
	return state->running;
}

/* ---- the driver ---- */

static void dahdi_close(struct span_driver *driver)
{
	struct dahdi_driver *d = dahdi(driver);
	const int files[] = {d->ctl, d->period_epoll, d->event_epoll, d->released};

	for (unsigned span = 1; span <= CONFIG_SPANS_MAX; span++)
		dahdi_close_channels(d, span);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i] >= 0)
			close(files[i]);
	mailbox_free(d->orders);
	driver_base_release(&d->base);
	free(d);
}

/* A file a channel, and as much again for everybody else. */
static void files_allow(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= 2 * DRIVER_CHANNELS_MAX)
		return;
	files.rlim_cur = files.rlim_max < 2 * DRIVER_CHANNELS_MAX ? files.rlim_max : 2 * DRIVER_CHANNELS_MAX;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

static int files_open(struct dahdi_driver *d, struct fault *fault)
{
	d->ctl = open(DAHDI_CTL, O_RDWR | O_CLOEXEC);
	if (d->ctl < 0) {
		int error = -errno;
		return fault_set(fault, error, "dahdi: cannot open " DAHDI_CTL ": %s: are the DAHDI modules loaded?",
		                 strerror(-error));
	}
	d->period_epoll = epoll_create1(EPOLL_CLOEXEC);
	d->event_epoll = epoll_create1(EPOLL_CLOEXEC);
	d->released = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (d->period_epoll < 0 || d->event_epoll < 0 || d->released < 0) {
		int error = -errno;
		return fault_set(fault, error, "dahdi: %s", strerror(-error));
	}
	return 0;
}

static int dahdi_driver_open(const struct driver_settings *settings, struct span_driver **out, struct fault *fault)
{
	struct dahdi_driver *d = calloc(1, sizeof(*d));
	struct timespec now;

	if (!d)
		return fault_set(fault, -ENOMEM, "dahdi: out of memory");
	d->ctl = d->period_epoll = d->event_epoll = d->released = -1;
	d->control_bell = settings->control_bell;
	for (unsigned i = 0; i < DRIVER_CHANNELS_MAX; i++)
		d->channel[i].fd = -1;
	files_allow();
	int error = driver_base_init(&d->base, &dahdi_ops);

	if (!error)
		error = mailbox_new(&d->orders, "dahdi orders", sizeof(struct dahdi_order), ORDERS_MAX, NULL);
	if (error)
		fault_set(fault, error, "dahdi: out of memory");
	else
		error = files_open(d, fault);
	if (error) {
		dahdi_close(&d->base);
		return error;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	pace_start(&d->pace, (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / 1000);
	*out = &d->base;
	return 0;
}

static int dahdi_period_fd(const struct span_driver *driver)
{
	return dahdi_const(driver)->period_epoll;
}

/* The period has gone out in period_end(): virtual time, where a flush has a meaning, does not exist here. */
static void dahdi_period_flush(struct span_driver *driver)
{
	(void)driver;
}

const struct driver_ops dahdi_ops = {
    .name = "dahdi",
    .places_told = true,
    .open = dahdi_driver_open,
    .close = dahdi_close,
    .span_start = dahdi_start,
    .span_stop = dahdi_stop,
    .period_fd = dahdi_period_fd,
    .period_begin = dahdi_period_begin,
    .period_end = dahdi_period_end,
    .period_flush = dahdi_period_flush,
    .channel_use = dahdi_channel_use,
    .set_line = dahdi_set_line,
    .off_hook = dahdi_off_hook,
    .bridge = dahdi_bridge,
    .unbridge = dahdi_unbridge,
    .span_running = dahdi_span_running,
    .span_maint = dahdi_span_maint,
    .counters_reset = dahdi_counters_reset,
    .hardware_list = dahdi_hardware_list,
    .span_look = dahdi_span_look,
    .channel_clear = dahdi_channel_clear,
    .dchannel_receive = dahdi_dchannel_receive,
    .dchannel_send = dahdi_dchannel_send,
};
