/* D channels: frames straight from and to the kernel's HDLC. Control's files; media only rings the bell. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "drivers/dahdi/dahdi.h"

static struct dahdi_channel *dchannel(struct dahdi_driver *d, unsigned span, uint16_t *number)
{
	const struct dahdi_span_state *state = &d->span[span - 1];

	if (!state->started || state->wanted.use != SPAN_USE_PRI)
		return NULL;
	*number = driver_channel(span, driver_dchannel_timeslot(state->wanted.type));
	return &d->channel[*number];
}

/* An event keeps read() and write() from working until it is fetched; alarms reach media on other channels. */
static void event_fetch(struct dahdi_driver *d, uint16_t number, int fd)
{
	struct driver_span_counters *count = dahdi_counters(d, number);
	int event = DAHDI_EVENT_NONE;

	if (dahdi_ioctl(fd, DAHDI_GETEVENT, &event) != 0)
		return;
	if (event == DAHDI_EVENT_ABORT)
		driver_count(&count->hdlc_aborts, 1);
	else if (event == DAHDI_EVENT_BADFCS)
		driver_count(&count->hdlc_bad_crc, 1);
	else if (event == DAHDI_EVENT_OVERRUN)
		driver_count(&count->hdlc_bad_length, 1);
}

int dahdi_dchannel_receive(struct span_driver *driver, unsigned span, uint8_t *frame, size_t size)
{
	struct dahdi_driver *d = dahdi(driver);
	uint8_t buffer[DCHANNEL_BUFFER_BYTES];
	uint16_t number;
	struct dahdi_channel *channel = dchannel(d, span, &number);

	/* Bounded: the kernel keeps no more events than this. */
	for (int tries = 0; channel && tries <= DAHDI_MAX_EVENTSIZE; tries++) {
		ssize_t bytes = read(channel->fd, buffer, sizeof(buffer));

		if (bytes < 0 && errno == ELAST) {
			event_fetch(d, number, channel->fd);
			continue;
		}
		if (bytes < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		if (bytes <= FCS_BYTES || (size_t)bytes - FCS_BYTES > size) {
			driver_count(&dahdi_counters(d, number)->hdlc_bad_length, 1);
			continue;
		}
		memcpy(frame, buffer, (size_t)bytes - FCS_BYTES);
		return (int)bytes - FCS_BYTES;
	}
	return 0;
}

int dahdi_dchannel_send(struct span_driver *driver, unsigned span, const uint8_t *frame, size_t bytes)
{
	struct dahdi_driver *d = dahdi(driver);
	uint8_t buffer[DRIVER_DCHANNEL_BYTES + FCS_BYTES];
	uint16_t number;
	struct dahdi_channel *channel = dchannel(d, span, &number);

	if (!channel)
		return -ENETDOWN;
	if (bytes == 0 || bytes > DRIVER_DCHANNEL_BYTES)
		return -EMSGSIZE;
	memcpy(buffer, frame, bytes);
	memset(buffer + bytes, 0, FCS_BYTES); /* the kernel puts the FCS there */
	for (int tries = 0; tries <= DAHDI_MAX_EVENTSIZE; tries++) {
		if (write(channel->fd, buffer, bytes + FCS_BYTES) >= 0)
			return 0;
		if (errno != ELAST)
			break;
		event_fetch(d, number, channel->fd);
	}
	if (errno != EAGAIN && errno != ELAST)
		return -errno;
	driver_count_shared(&dahdi_counters(d, number)->dchannel_refused, 1);
	return -ENOBUFS;
}
