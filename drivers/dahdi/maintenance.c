/* Loops, test patterns, errors put in: the kernel's maintenance calls, which not every card's driver knows. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "drivers/dahdi/dahdi.h"

static const int kernel_calls[DRIVER_MAINT_COUNT] = {
    [DRIVER_MAINT_OFF] = DAHDI_MAINT_NONE,
    [DRIVER_MAINT_LOOP_LOCAL] = DAHDI_MAINT_LOCALLOOP,
    [DRIVER_MAINT_LOOP_LINE] = DAHDI_MAINT_NETWORKLINELOOP,
    [DRIVER_MAINT_LOOP_PAYLOAD] = DAHDI_MAINT_NETWORKPAYLOADLOOP,
    [DRIVER_MAINT_REMOTE_UP] = DAHDI_MAINT_LOOPUP,
    [DRIVER_MAINT_REMOTE_DOWN] = DAHDI_MAINT_LOOPDOWN,
    [DRIVER_MAINT_PATTERN] = DAHDI_MAINT_PRBS,
    [DRIVER_MAINT_ALARM] = DAHDI_MAINT_ALARM_SIM,
    [DRIVER_MAINT_INSERT_FAS] = DAHDI_MAINT_FAS_DEFECT,
    [DRIVER_MAINT_INSERT_MULTIFRAME] = DAHDI_MAINT_MULTI_DEFECT,
    [DRIVER_MAINT_INSERT_CRC] = DAHDI_MAINT_CRC_DEFECT,
    [DRIVER_MAINT_INSERT_CAS] = DAHDI_MAINT_CAS_DEFECT,
    [DRIVER_MAINT_INSERT_PRBS] = DAHDI_MAINT_PRBS_DEFECT,
    [DRIVER_MAINT_INSERT_BIPOLAR] = DAHDI_MAINT_BIPOLAR_DEFECT,
};

static int kernel_maint(struct dahdi_driver *d, unsigned span, int command)
{
	struct dahdi_maintinfo maint = {.spanno = d->span[span - 1].kernel, .command = command};

	return dahdi_ioctl(d->ctl, DAHDI_MAINT, &maint);
}

/*
 * The kernel passes "none" on only when it knows of a loop, which it does not after a test pattern or a simulated
 * alarm: a local loop of a moment makes it listen.
 */
static int kernel_off(struct dahdi_driver *d, unsigned span)
{
	(void)kernel_maint(d, span, DAHDI_MAINT_LOCALLOOP);
	return kernel_maint(d, span, DAHDI_MAINT_NONE);
}

static bool is_emulated(struct dahdi_driver *d, unsigned span)
{
	struct dahdi_spaninfo info = {.spanno = d->span[span - 1].kernel};

	return dahdi_ioctl(d->ctl, DAHDI_SPANSTAT, &info) == 0 && dahdi_is_emulated(&info);
}

static int refused(struct dahdi_driver *d, unsigned span, enum driver_maint maint, int error, struct fault *fault)
{
	if (error != -ENOSYS && error != -ENOTTY && error != -EINVAL)
		return fault_set(fault, error, "span %u: no %s: %s", span, driver_maint_names[maint], strerror(-error));
	return fault_set(fault, -ENOTSUP,
	                 is_emulated(d, span) ? "span %u is emulated: its frames carry no %s"
	                                      : "span %u: its card or the card's driver knows no %s",
	                 span, driver_maint_names[maint]);
}

static int loop_tell(struct dahdi_driver *d, unsigned span, bool looped, struct fault *fault)
{
	struct dahdi_order order = {.kind = DAHDI_ORDER_LOOPED, .looped = looped, .settings = {.span = (uint8_t)span}};

	return dahdi_order_send(d, &order, fault);
}

/* All of them, whatever becomes of one; the first error. */
static int channels_tell(struct dahdi_driver *d, unsigned span, bool looped)
{
	const struct driver_span *wanted = &d->span[span - 1].wanted;
	unsigned dchannel = wanted->use == SPAN_USE_PRI ? driver_dchannel_timeslot(wanted->type) : 0;
	int error = 0;

	for (unsigned slot = 1; slot <= DRIVER_TIMESLOTS_MAX; slot++) {
		int fd = d->channel[driver_channel(span, slot)].fd;
		int failed = slot != dchannel && fd >= 0 ? dahdi_ioctl_int(fd, DAHDI_LOOPBACK, looped) : 0;

		error = error ? error : failed;
	}
	return error;
}

/* Where the hardware has no payload loop the kernel gives back the B channels one by one: all, or none that it lets. */
static int channels_loop(struct dahdi_driver *d, unsigned span)
{
	int error = channels_tell(d, span, true);

	d->span[span - 1].channels_looped = !error || channels_tell(d, span, false) != 0;
	return error;
}

static int loops_off(struct dahdi_driver *d, unsigned span, struct fault *fault)
{
	struct dahdi_span_state *state = &d->span[span - 1];
	int channels = state->channels_looped ? channels_tell(d, span, false) : 0;
	int kernel = state->maintained ? kernel_off(d, span) : 0, error = channels ? channels : kernel;

	state->channels_looped = channels != 0;
	state->maintained = kernel != 0;
	if (error)
		return fault_set(fault, error, "span %u: loop or pattern not taken off: %s", span, strerror(-error));
	return loop_tell(d, span, false, fault);
}

/* Some cards go on simulating until their line is set up anew. */
static int alarm_off(struct dahdi_driver *d, unsigned span, struct fault *fault)
{
	struct dahdi_span_state *state = &d->span[span - 1];
	int error = state->alarm_simulated ? dahdi_config_line(d, &state->wanted, fault) : 0;

	state->alarm_simulated = error != 0;
	if (error)
		return fault_set(fault, error, "span %u: simulated alarm not taken off: %s", span, strerror(-error));
	return 0;
}

/* Each by itself: what the kernel refuses to end keeps nothing else on, and is there to be ended the next time. */
static int off(struct dahdi_driver *d, unsigned span, struct fault *fault)
{
	struct fault why = {""};
	int error = loops_off(d, span, fault), alarm_error = alarm_off(d, span, error ? &why : fault);

	return error ? error : alarm_error;
}

static bool lasts(enum driver_maint maint)
{
	return maint <= DRIVER_MAINT_REMOTE_UP || maint == DRIVER_MAINT_PATTERN || maint == DRIVER_MAINT_ALARM;
}

int dahdi_span_maint(struct span_driver *driver, unsigned span, enum driver_maint maint, struct fault *fault)
{
	struct dahdi_driver *d = dahdi(driver);
	struct dahdi_span_state *state = &d->span[span - 1];
	bool payload = maint == DRIVER_MAINT_LOOP_PAYLOAD;

	if (!state->started)
		return fault_set(fault, -ENETDOWN, "span %u is not in operation", span);
	if (maint == DRIVER_MAINT_OFF)
		return off(d, span, fault);
	/* The kernel takes the codes for begun even where it refuses them, and calls the span looped for ten seconds.
	 */
	bool code = maint == DRIVER_MAINT_REMOTE_UP || maint == DRIVER_MAINT_REMOTE_DOWN;

	if (code && state->wanted.type == SPAN_E1)
		return fault_set(fault, -ENOTSUP, "span %u: E1 knows no %s; loop the far end by hand", span,
		                 driver_maint_names[maint]);
	int error = kernel_maint(d, span, kernel_calls[maint]);

	if (payload && error == -ENOSYS)
		error = channels_loop(d, span);
	else
		state->maintained = state->maintained || (!error && lasts(maint));
	if (error)
		return refused(d, span, maint, error, fault);
	state->alarm_simulated = state->alarm_simulated || maint == DRIVER_MAINT_ALARM;
	return payload || maint == DRIVER_MAINT_LOOP_LINE ? loop_tell(d, span, true, fault) : 0;
}

void dahdi_counters_reset(struct span_driver *driver, unsigned span)
{
	struct dahdi_driver *d = dahdi(driver);
	struct dahdi_order order = {.kind = DAHDI_ORDER_RESET_COUNTERS, .settings = {.span = (uint8_t)span}};
	struct fault fault;

	if (!d->span[span - 1].started)
		return;
	/* A card that cannot goes on counting; what is shown begins at nought all the same. */
	(void)kernel_maint(d, span, DAHDI_RESET_COUNTERS);
	dahdi_slips_begin(d, span);
	if (dahdi_order_send(d, &order, &fault) != 0)
		log_write(LOG_ERROR, LOG_DRIVER, "span %u: its counters stay: %s", span, fault.text);
}

/* The kernel keeps a loop when the process that asked for it has died; or it has refused to end one of ours. */
void dahdi_tidy_up(struct dahdi_driver *d, unsigned span)
{
	struct dahdi_span_state *state = &d->span[span - 1];
	struct dahdi_spaninfo info = {.spanno = state->kernel};

	state->channels_looped = false; /* none is open */
	if (state->tidied && !state->maintained)
		return;
	state->tidied = true;
	bool known = dahdi_ioctl(d->ctl, DAHDI_SPANSTAT, &info) == 0;
	/* Not its prbs: cards have a register of theirs there, in which other bits are set. */
	bool left = known && info.alarms & DAHDI_ALARM_LOOPBACK;
	int error = kernel_off(d, span);

	state->maintained = error && (state->maintained || left);
	if (state->maintained)
		log_write(LOG_ERROR, LOG_DRIVER, "span %u: a loop from before is not taken off: %s", span,
		          strerror(-error));
	else if (!error && left)
		log_write(LOG_WARNING, LOG_DRIVER, "span %u: a loop from before the start was taken off", span);
}
