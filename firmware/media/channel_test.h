/*
 * Private to media: what a technician's test does with a channel instead of a call's audio. Media thread.
 */
#ifndef BELFRY_MEDIA_CHANNEL_TEST_H
#define BELFRY_MEDIA_CHANNEL_TEST_H

#include "dsp/oscillator.h"
#include "dsp/prbs.h"
#include "media/media.h"

struct channel;

struct channel_test {
	struct channel *channel; /* NULL: free */
	enum media_test test;
	uint32_t samples;    /* since the last report */
	double energy;       /* of what was received in them */
	uint32_t wrong_bits; /* to be sent yet, one an octet */
	struct oscillator tone;
	struct prbs_sender sender;
	struct prbs_receiver receiver;
};

/* Begins a test on an open channel, in the place of one that runs there. -EBUSY: as many run as may. */
MUST_CHECK int channel_test_begin(struct media *media, struct channel *c, enum media_test test);
/* One bit of the pattern is sent wrong. -EINVAL: no pattern is being sent. */
MUST_CHECK int channel_test_wrong_bit(struct channel *c);
/* Ends it with a last report; nothing if there is none. */
void channel_test_end(struct media *media, struct channel *c);
/* The period of a channel that is tested. */
void channel_test_send(struct media *media, struct channel *c, uint8_t *out);

#endif
