/* Bridges inside the kernel: no sample passes through user space on its way from one leg to the other. */
#include <errno.h>

#include "drivers/dahdi/dahdi.h"

static int conference_set(struct dahdi_driver *d, uint16_t channel, int mode, int *number)
{
	struct dahdi_confinfo conference = {.chan = 0, .confno = *number, .confmode = mode};
	int error = dahdi_ioctl(d->channel[channel].fd, DAHDI_SETCONF, &conference);

	if (!error)
		*number = conference.confno;
	return error;
}

static void conference_leave(struct dahdi_driver *d, uint16_t channel)
{
	int none = 0;

	(void)conference_set(d, channel, DAHDI_CONF_NORMAL, &none);
}

static bool is_trunk(struct dahdi_driver *d, uint16_t channel)
{
	return dahdi_span_of(d, channel)->settings.use == SPAN_USE_PRI;
}

void dahdi_echo_cancel(struct dahdi_driver *d, uint16_t channel, bool on)
{
	const struct driver_span *settings = &dahdi_span_of(d, channel)->settings;

	if (driver_echo_cancelled(settings, driver_channel_timeslot(channel)) && !(on && d->channel[channel].clear))
		(void)dahdi_ioctl_int(d->channel[channel].fd, DAHDI_ECHOCANCEL, on ? settings->echo_taps : 0);
}

/* One law: the octets are copied as they are. */
static int copy_octets(struct dahdi_driver *d, uint16_t a, uint16_t b)
{
	int from_b = d->channel[b].number, from_a = d->channel[a].number;
	int error = conference_set(d, a, DAHDI_CONF_DIGITALMON, &from_b);

	return error ? error : conference_set(d, b, DAHDI_CONF_DIGITALMON, &from_a);
}

/* Two laws: a conference of two, where the kernel converts. */
static int conference_of_two(struct dahdi_driver *d, uint16_t a, uint16_t b)
{
	const int mode = DAHDI_CONF_CONF | DAHDI_CONF_LISTENER | DAHDI_CONF_TALKER;
	int number = -1; /* the first that is free */
	int error = conference_set(d, a, mode, &number);

	return error ? error : conference_set(d, b, mode, &number);
}

int dahdi_bridge(struct span_driver *driver, uint16_t a, uint16_t b)
{
	struct dahdi_driver *d = dahdi(driver);
	struct dahdi_channel *legs[] = {&d->channel[a], &d->channel[b]};

	if (!legs[0]->in_use || !legs[1]->in_use || legs[0]->bridged || legs[1]->bridged)
		return -ENOTSUP;
	bool one_law = dahdi_span_of(d, a)->settings.law == dahdi_span_of(d, b)->settings.law;
	int error = one_law ? copy_octets(d, a, b) : conference_of_two(d, a, b);

	if (error) {
		conference_leave(d, a);
		conference_leave(d, b);
		return -ENOTSUP;
	}
	legs[0]->bridged = legs[1]->bridged = true;
	/* what was written and not yet sent would come after what the other leg says */
	(void)dahdi_ioctl_int(legs[0]->fd, DAHDI_FLUSH, DAHDI_FLUSH_WRITE);
	(void)dahdi_ioctl_int(legs[1]->fd, DAHDI_FLUSH, DAHDI_FLUSH_WRITE);
	if (is_trunk(d, a) && is_trunk(d, b)) {
		dahdi_echo_cancel(d, a, false);
		dahdi_echo_cancel(d, b, false);
	}
	return 0;
}

static void leg_restore(struct dahdi_driver *d, uint16_t channel, bool echo)
{
	if (!d->channel[channel].bridged)
		return;
	d->channel[channel].bridged = false;
	conference_leave(d, channel);
	if (echo)
		dahdi_echo_cancel(d, channel, true);
	d->channel[channel].cushion_due = true;
}

void dahdi_unbridge(struct span_driver *driver, uint16_t a, uint16_t b)
{
	struct dahdi_driver *d = dahdi(driver);
	bool echo_was_off = is_trunk(d, a) && is_trunk(d, b);

	leg_restore(d, a, echo_was_off);
	leg_restore(d, b, echo_was_off);
}
