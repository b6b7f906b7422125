/* Gains: the kernel looks every octet up in a table of ours, before its echo canceller and its conferences. */
#include "base/log.h"
#include "drivers/dahdi/dahdi.h"
#include "dsp/gain.h"

static void table_fill(uint8_t octets[256], enum law law, int tenths_db)
{
	struct gain_table table;

	for (unsigned i = 0; i < 256; i++)
		octets[i] = (uint8_t)i;
	gain_table_set(&table, law, tenths_db);
	gain_apply(&table, octets, 256);
}

int dahdi_apply_gain(int fd, const struct driver_span *span, unsigned timeslot, bool clear)
{
	enum law law = span->law == SPAN_ALAW ? LAW_ALAW : LAW_MULAW;
	struct dahdi_gains gains = {.chan = 0};

	table_fill(gains.rxgain, law, clear ? 0 : span->receive_gain[timeslot]);
	table_fill(gains.txgain, law, clear ? 0 : span->send_gain[timeslot]);
	return dahdi_ioctl(fd, DAHDI_SETGAINS, &gains);
}

void dahdi_channel_clear(struct span_driver *driver, uint16_t channel, bool clear)
{
	struct dahdi_driver *d = dahdi(driver);
	struct dahdi_channel *c = &d->channel[channel];
	const struct driver_span *span = &dahdi_span_of(d, channel)->settings;
	unsigned timeslot = driver_channel_timeslot(channel);

	if (c->fd < 0 || c->clear == clear || !dahdi_span_of(d, channel)->running)
		return;
	c->clear = clear;
	if ((span->receive_gain[timeslot] || span->send_gain[timeslot]) &&
	    dahdi_apply_gain(c->fd, span, timeslot, clear) != 0)
		log_write(LOG_ERROR, LOG_DRIVER, "channel %u/%u: its gain cannot be changed", span->span, timeslot);
	if (c->in_use && !c->bridged)
		dahdi_echo_cancel(d, channel, !clear);
}
