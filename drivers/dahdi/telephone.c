/* Telephones: ring, battery, and what their hooks tell. The kernel runs cadence, flash and pulse timing. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "drivers/dahdi/dahdi.h"

static bool is_telephone(struct dahdi_driver *d, uint16_t channel)
{
	const struct dahdi_span_state *span = dahdi_span_of(d, channel);

	return span->running && span->settings.use == SPAN_USE_FXS && d->channel[channel].fd >= 0;
}

static void tell(struct dahdi_driver *d, uint16_t channel, enum driver_event_type type, char digit)
{
	struct driver_event event = {.type = type, .channel = channel, .digit = digit};

	driver_event_push(&d->base, &event);
}

static int hook(struct dahdi_driver *d, uint16_t channel, int what)
{
	int error = dahdi_ioctl_int(d->channel[channel].fd, DAHDI_HOOK, what);

	/* "in progress" is what a ring that has begun is called on a file that does not block */
	return error == -EINPROGRESS ? 0 : error;
}

void dahdi_on_hook_transfer(struct dahdi_driver *d, uint16_t channel)
{
	/* Analogue cards open their transmit path for it; channel banks have nothing to open and do not know the call.
	 */
	if (is_telephone(d, channel) && !d->channel[channel].off_hook)
		(void)dahdi_ioctl_int(d->channel[channel].fd, DAHDI_ONHOOKTRANSFER, ON_HOOK_TRANSFER_MS);
}

static void ring(struct dahdi_driver *d, uint16_t number, const struct driver_cadence *cadence)
{
	struct dahdi_channel *channel = &d->channel[number];
	struct dahdi_ring_cadence kernel;

	if (channel->off_hook || channel->ringing)
		return;
	memset(&kernel, 0, sizeof(kernel));
	for (unsigned i = 0; cadence && i < DRIVER_CADENCE_STEPS; i++)
		kernel.ringcadence[i] = cadence->ms[i];
	int error =
	    cadence && cadence->ms[0] && cadence->ms[1] ? dahdi_ioctl(channel->fd, DAHDI_SETCADENCE, &kernel) : 0;

	if (!error)
		error = hook(d, number, DAHDI_RING);
	if (error) {
		log_write(LOG_WARNING, LOG_DRIVER, "port %u/%u does not ring: %s", driver_channel_span(number),
		          driver_channel_timeslot(number), strerror(-error));
		return;
	}
	channel->ringing = true;
	tell(d, number, DRIVER_RINGER_ON, 0); /* the kernel tells of the second burst and on */
}

static void ring_stop(struct dahdi_driver *d, uint16_t number)
{
	if (!d->channel[number].ringing)
		return;
	d->channel[number].ringing = false;
	(void)hook(d, number, DAHDI_RINGOFF);
	tell(d, number, DRIVER_RINGER_OFF, 0);
}

void dahdi_set_line(struct span_driver *driver, uint16_t channel, enum driver_line line,
                    const struct driver_cadence *cadence)
{
	struct dahdi_driver *d = dahdi(driver);

	if (!is_telephone(d, channel))
		return;
	switch (line) {
	case DRIVER_LINE_RING:
		ring(d, channel, cadence);
		break;
	case DRIVER_LINE_OPEN:
		ring_stop(d, channel);
		/* with the telephone still lifted the kernel removes battery for its kewl time */
		(void)hook(d, channel, DAHDI_ONHOOK);
		break;
	case DRIVER_LINE_IDLE:
		ring_stop(d, channel);
		break;
	}
}

bool dahdi_off_hook(const struct span_driver *driver, uint16_t channel)
{
	return dahdi_const(driver)->channel[channel].off_hook;
}

static void lifted(struct dahdi_driver *d, uint16_t number)
{
	struct dahdi_channel *channel = &d->channel[number];
	bool was_ringing = channel->ringing;

	channel->ringing = false;
	/* takes the ring off and lets the kernel watch for flash and pulses */
	(void)hook(d, number, DAHDI_OFFHOOK);
	if (was_ringing)
		tell(d, number, DRIVER_RINGER_OFF, 0);
	if (!channel->off_hook) {
		channel->off_hook = true;
		tell(d, number, DRIVER_OFF_HOOK, 0);
	}
}

static void hung_up(struct dahdi_driver *d, uint16_t number)
{
	struct dahdi_channel *channel = &d->channel[number];

	/*
	 * Ready to ring again. Not DAHDI_ONHOOK: with a telephone that is lifted anew by now it would take battery
	 * away.
	 */
	(void)hook(d, number, DAHDI_RINGOFF);
	if (channel->off_hook) {
		channel->off_hook = false;
		tell(d, number, DRIVER_ON_HOOK, 0);
	}
}

void dahdi_telephone_event(struct dahdi_driver *d, uint16_t channel, int event)
{
	if (!is_telephone(d, channel))
		return;
	if (event & DAHDI_EVENT_PULSEDIGIT) {
		char digit = (char)(event & 0xff);

		if (digit >= '0' && digit <= '9')
			tell(d, channel, DRIVER_PULSE_DIGIT, digit);
		return;
	}
	switch (event) {
	case DAHDI_EVENT_RINGOFFHOOK:
		lifted(d, channel);
		break;
	case DAHDI_EVENT_ONHOOK:
		hung_up(d, channel);
		break;
	case DAHDI_EVENT_WINKFLASH:
		tell(d, channel, DRIVER_FLASH, 0);
		break;
	case DAHDI_EVENT_RINGERON:
		if (d->channel[channel].ringing)
			tell(d, channel, DRIVER_RINGER_ON, 0);
		break;
	case DAHDI_EVENT_RINGEROFF:
		if (d->channel[channel].ringing) {
			dahdi_on_hook_transfer(d, channel);
			tell(d, channel, DRIVER_RINGER_OFF, 0);
		}
		break;
	default:
		break;
	}
}

static uint16_t next_telephone(struct dahdi_driver *d)
{
	for (int step = 0; step < HOOK_STEPS; step++) {
		d->hook_checked = (uint16_t)((d->hook_checked + 1) % DRIVER_CHANNELS_MAX);
		if (is_telephone(d, d->hook_checked))
			break;
	}
	return d->hook_checked;
}

/*
 * The kernel has a moment in which it drops a hook event (for 300 ms after it has put battery back), and its queue of
 * events has an end. One telephone a period is asked; one that has been otherwise than we think for longer than a
 * flash or a pulse takes was missed.
 */
void dahdi_telephone_check(struct dahdi_driver *d)
{
	struct dahdi_params params = {.channo = 0};
	uint16_t number = next_telephone(d);
	struct dahdi_channel *channel = &d->channel[number];

	if (!is_telephone(d, number) || dahdi_ioctl(channel->fd, DAHDI_GET_PARAMS, &params) != 0)
		return;
	if ((params.rxisoffhook != 0) == channel->off_hook) {
		channel->hook_wrong_since = 0;
		return;
	}
	if (!channel->hook_wrong_since)
		channel->hook_wrong_since = d->periods;
	if ((d->periods - channel->hook_wrong_since) * DRIVER_PERIOD_MS <
	    dahdi_span_of(d, number)->settings.flash_max_ms + HOOK_MISSED_MS)
		return;
	channel->hook_wrong_since = 0;
	log_write(LOG_WARNING, LOG_DRIVER, "port %u/%u: the kernel did not tell that it was %s",
	          driver_channel_span(number), driver_channel_timeslot(number),
	          params.rxisoffhook ? "lifted" : "hung up");
	dahdi_telephone_event(d, number, params.rxisoffhook ? DAHDI_EVENT_RINGOFFHOOK : DAHDI_EVENT_ONHOOK);
}
