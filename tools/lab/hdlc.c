/* HDLC by spandsp. This file is the lab's only adapter to its hdlc. */
#include "tools/lab/hdlc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>

struct queued {
	uint16_t bytes;
	uint8_t frame[HDLC_FRAME_MAX];
};

struct hdlc {
	hdlc_tx_state_t *tx;
	hdlc_rx_state_t *rx;
	hdlc_frame *received;
	void *user;
	struct queued queue[HDLC_QUEUE_FRAMES];
	unsigned first, count;
	struct hdlc_counters counters;
};

static void next_frame(void *user)
{
	struct hdlc *hdlc = user;
	if (!hdlc->count)
		return;
	const struct queued *queued = &hdlc->queue[hdlc->first];
	if (hdlc_tx_frame(hdlc->tx, queued->frame, queued->bytes))
		return;
	hdlc->first = (hdlc->first + 1) % HDLC_QUEUE_FRAMES;
	hdlc->count--;
	hdlc->counters.sent++;
}

static void frame_in(void *user, const uint8_t *frame, int bytes, int ok)
{
	struct hdlc *hdlc = user;
	if (bytes < 0 || !frame) /* a line status, not a frame */
		return;
	if (!ok) {
		hdlc->counters.bad++;
		return;
	}
	if (!bytes)
		return;
	hdlc->counters.received++;
	hdlc->received(hdlc->user, frame, (size_t)bytes);
}

int hdlc_new(struct hdlc **out, hdlc_frame *received, void *user)
{
	struct hdlc *hdlc = calloc(1, sizeof(*hdlc));
	if (!hdlc)
		return -ENOMEM;
	hdlc->received = received;
	hdlc->user = user;
	hdlc->tx = hdlc_tx_init(NULL, 0, 2, 0, next_frame, hdlc);
	hdlc->rx = hdlc_rx_init(NULL, 0, 1, 1, frame_in, hdlc);
	if (!hdlc->tx || !hdlc->rx) {
		hdlc_free(hdlc);
		return -ENOMEM;
	}
	hdlc_tx_flags(hdlc->tx, 8);
	*out = hdlc;
	return 0;
}

void hdlc_free(struct hdlc *hdlc)
{
	if (!hdlc)
		return;
	if (hdlc->tx)
		hdlc_tx_free(hdlc->tx);
	if (hdlc->rx)
		hdlc_rx_free(hdlc->rx);
	free(hdlc);
}

int hdlc_send(struct hdlc *hdlc, const uint8_t *frame, size_t bytes)
{
	if (!bytes || bytes > HDLC_FRAME_MAX)
		return -EMSGSIZE;
	if (hdlc->count == HDLC_QUEUE_FRAMES) {
		hdlc->counters.overflow++;
		return -ENOBUFS;
	}
	struct queued *queued = &hdlc->queue[(hdlc->first + hdlc->count++) % HDLC_QUEUE_FRAMES];
	queued->bytes = (uint16_t)bytes;
	memcpy(queued->frame, frame, bytes);
	if (hdlc->count == 1)
		next_frame(hdlc);
	return 0;
}

void hdlc_fill(struct hdlc *hdlc, uint8_t *octets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		octets[i] = (uint8_t)hdlc_tx_get_byte(hdlc->tx);
}

void hdlc_take(struct hdlc *hdlc, const uint8_t *octets, size_t count)
{
	hdlc_rx_put(hdlc->rx, octets, (int)count);
}

void hdlc_reset(struct hdlc *hdlc)
{
	hdlc->count = 0;
	hdlc_rx_restart(hdlc->rx);
}

void hdlc_counters(const struct hdlc *hdlc, struct hdlc_counters *out)
{
	*out = hdlc->counters;
}
