/* Line tests: a tone to measure, the channel looped, or a bit pattern out and back; and the level that is received. */
#include "media/channel_test.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "dsp/dsp.h"
#include "media/internal.h"

/* The reference tone of ITU-T O.6 (1,004 Hz where 1,000 would fall on the sampling clock), at the level of speech. */
#define TONE_HZ      1004.0f
#define TONE_DBM0    -10.0f
#define LEVEL_NONE   -700 /* tenths of a dBm0: nothing that could be measured */
#define REPORT_EVERY DSP_RATE

static int level_tenths_dbm0(const struct channel_test *test)
{
	double rms = test->samples ? sqrt(test->energy / test->samples) : 0;

	if (rms < 1)
		return LEVEL_NONE;
	return (int)lround(200 * log10(rms * M_SQRT2 / (double)DSP_PEAK_0_DBM0));
}

static void report(struct media *media, struct channel_test *test)
{
	struct media_event event = {.type = MEDIA_TEST_REPORT, .channel = test->channel->number};

	event.test.synchronised = test->receiver.synchronised;
	event.test.bits = test->receiver.bits;
	event.test.errors = test->receiver.errors;
	event.test.losses = (uint32_t)test->receiver.losses;
	event.test.level_tenths_dbm0 = (int16_t)level_tenths_dbm0(test);
	test->samples = 0;
	test->energy = 0;
	events_send(&media->events, &event);
}

static struct channel_test *free_test(struct media *media)
{
	for (unsigned i = 0; i < MEDIA_TESTS_MAX; i++)
		if (!media->test[i].channel)
			return &media->test[i];
	return NULL;
}

void channel_test_end(struct media *media, struct channel *c)
{
	if (!c->test)
		return;
	report(media, c->test);
	driver_channel_clear(media->driver, c->number, false);
	c->test->channel = NULL;
	c->test = NULL;
}

int channel_test_begin(struct media *media, struct channel *c, enum media_test test)
{
	struct channel_test *t = c->test ? c->test : free_test(media);

	if (!t)
		return -EBUSY;
	*t = (struct channel_test){.channel = c, .test = test};
	oscillator_set(&t->tone, TONE_HZ, TONE_DBM0);
	prbs_sender_init(&t->sender);
	prbs_receiver_init(&t->receiver);
	c->test = t;
	driver_channel_clear(media->driver, c->number, test == MEDIA_TEST_ECHO || test == MEDIA_TEST_BIT_ERRORS);
	return 0;
}

int channel_test_wrong_bit(struct channel *c)
{
	if (!c->test || c->test->test != MEDIA_TEST_BIT_ERRORS)
		return -EINVAL;
	c->test->wrong_bits++;
	return 0;
}

static void send_pattern(struct channel_test *test, uint8_t *out)
{
	prbs_send(&test->sender, out, PERIOD);
	for (unsigned i = 0; i < PERIOD && test->wrong_bits > 0; i++, test->wrong_bits--)
		out[i] ^= 0x10;
}

static void send_tone(struct channel_test *test, enum law law, uint8_t *out)
{
	int16_t samples[PERIOD];

	for (unsigned i = 0; i < PERIOD; i++)
		samples[i] = (int16_t)oscillator_next(&test->tone);
	law_encode(law, out, samples, PERIOD);
}

void channel_test_send(struct media *media, struct channel *c, uint8_t *out)
{
	struct channel_test *test = c->test;
	const int16_t *heard = channel_linear(media, c);

	for (unsigned i = 0; i < PERIOD; i++)
		test->energy += (double)heard[i] * heard[i];
	test->samples += PERIOD;
	if (test->test == MEDIA_TEST_TONE) {
		send_tone(test, (enum law)c->law, out);
	} else if (test->test == MEDIA_TEST_ECHO) {
		memcpy(out, channel_received(media, c), PERIOD);
	} else if (test->test == MEDIA_TEST_BIT_ERRORS) {
		prbs_receive(&test->receiver, channel_received(media, c), PERIOD);
		send_pattern(test, out);
	}
	if (test->samples >= REPORT_EVERY)
		report(media, test);
}
