/*
 * FSK bursts to a telephone on hook, by spandsp: Bell 202 and V.23 receivers side by side, which of the two it was is
 * told by where the energy is. Only audio that is not silence is looked at.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>

#include "tools/lab/phone.h"

#define ALERTING_SHARE 0.3 /* of the power, for each of the two tones at least */
#define HOLD_PERIODS   15  /* a burst is over after 150 ms of silence */

struct receiver {
	struct lab_phone *phone;
	adsi_rx_state_t *adsi;
};

struct phone_fsk {
	struct receiver bell202, v23;
	unsigned hold;
	double bell202_power, v23_power;
	uint8_t last[256]; /* both receivers may understand one burst */
	size_t last_bytes;
};

static bool checksum_ok(const uint8_t *message, size_t bytes)
{
	return bytes >= 2 && (size_t)message[1] + 2 <= bytes;
}

static void take_message(void *user, const uint8_t *message, int count)
{
	struct receiver *receiver = user;
	struct phone_fsk *fsk = receiver->phone->fsk;
	size_t bytes = count > 0 ? (size_t)count : 0;
	if (!checksum_ok(message, bytes) || bytes > sizeof(fsk->last))
		return;
	if (bytes == fsk->last_bytes && !memcmp(message, fsk->last, bytes))
		return;
	memcpy(fsk->last, message, bytes);
	fsk->last_bytes = bytes;
	phone_message(receiver->phone, message, bytes, fsk->v23_power > fsk->bell202_power);
}

static int open_receiver(struct receiver *receiver, struct lab_phone *phone, int standard)
{
	receiver->phone = phone;
	receiver->adsi = adsi_rx_init(NULL, standard, take_message, receiver);
	return receiver->adsi ? 0 : -ENOMEM;
}

int phone_fsk_new(struct phone_fsk **out, struct lab_phone *phone)
{
	struct phone_fsk *fsk = calloc(1, sizeof(*fsk));
	if (!fsk)
		return -ENOMEM;
	*out = fsk; /* phone_free() tidies up what is half made */
	int status = open_receiver(&fsk->bell202, phone, ADSI_STANDARD_CLASS);
	return status ? status : open_receiver(&fsk->v23, phone, ADSI_STANDARD_CLIP);
}

void phone_fsk_free(struct phone_fsk *fsk)
{
	if (!fsk)
		return;
	if (fsk->bell202.adsi)
		adsi_rx_free(fsk->bell202.adsi);
	if (fsk->v23.adsi)
		adsi_rx_free(fsk->v23.adsi);
	free(fsk);
}

static double power_at(const int16_t *block, double hz)
{
	double coefficient = 2 * cos(2 * M_PI * hz / 8000.0), one = 0, two = 0;
	for (unsigned i = 0; i < PERIOD_SAMPLES; i++) {
		double zero = block[i] + coefficient * one - two;
		two = one;
		one = zero;
	}
	return one * one + two * two - coefficient * one * two;
}

static bool silent(const struct party *party, uint64_t at)
{
	const int16_t *table = law_table(party->mulaw);
	for (unsigned i = 0; i < PERIOD_SAMPLES; i++)
		if (abs(table[party_octet(party, at + i)]) > 64)
			return false;
	return true;
}

void phone_fsk_hear(struct lab_phone *phone, uint64_t at)
{
	struct phone_fsk *fsk = phone->fsk;
	int16_t block[PERIOD_SAMPLES];
	if (!silent(&phone->party, at)) {
		fsk->hold = HOLD_PERIODS;
	} else if (!fsk->hold) {
		return;
	} else if (!--fsk->hold) {
		fsk->last_bytes = 0;
		fsk->bell202_power = fsk->v23_power = 0;
	}
	ears_linear(&phone->party, at, block, PERIOD_SAMPLES);
	fsk->bell202_power += power_at(block, 1200) + power_at(block, 2200);
	fsk->v23_power += power_at(block, 1300) + power_at(block, 2100);
	adsi_rx(fsk->bell202.adsi, block, PERIOD_SAMPLES);
	adsi_rx(fsk->v23.adsi, block, PERIOD_SAMPLES);
}

bool phone_fsk_alerting(const struct lab_phone *phone, uint64_t at)
{
	int16_t block[PERIOD_SAMPLES];
	double total = 0, low, high;
	if (silent(&phone->party, at))
		return false;
	ears_linear(&phone->party, at, block, PERIOD_SAMPLES);
	for (unsigned i = 0; i < PERIOD_SAMPLES; i++)
		total += (double)block[i] * block[i];
	/* a tone alone has N/2 times its energy in its bin */
	low = power_at(block, 2130) / (total * PERIOD_SAMPLES / 2);
	high = power_at(block, 2750) / (total * PERIOD_SAMPLES / 2);
	return low > ALERTING_SHARE && high > ALERTING_SHARE && low + high > 2.5 * ALERTING_SHARE;
}
