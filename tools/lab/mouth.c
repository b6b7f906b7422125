/* What a party says: a tone, a sound file, digits. */
#include "tools/lab/party.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lab/phone.h"

#define RATE             8000.0
#define DIGIT_DEFAULT_MS 80
#define DIGIT_LEVEL_DBM0 -10.0
#define PAUSE_MS         500
#define ACKNOWLEDGE_MS   65
#define BEEP_HZ          1000
#define BEEP_MS          500u
#define BEEP_PAUSE_MS    300u

static const char keys[] = "123A456B789C*0#D";
static const double row_hz[] = {697, 770, 852, 941};
static const double column_hz[] = {1209, 1336, 1477, 1633};

void mouth_shut(struct mouth *mouth)
{
	mouth->mode = MOUTH_SHUT;
	free(mouth->file);
	mouth->file = NULL;
}

static int16_t clip(double value)
{
	if (value > 32767.0)
		return 32767;
	if (value < -32768.0)
		return -32768;
	return (int16_t)lrint(value);
}

static double oscillate(struct mouth *mouth, int which)
{
	double value = mouth->amplitude[which] * sin(mouth->phase[which]);
	mouth->phase[which] += mouth->step[which];
	if (mouth->phase[which] > 2 * M_PI)
		mouth->phase[which] -= 2 * M_PI;
	return value;
}

static void start_digit(struct mouth *mouth, char digit)
{
	const char *key = strchr(keys, digit);
	mouth->phase[0] = mouth->phase[1] = 0;
	if (!key) { /* a pause */
		mouth->amplitude[0] = mouth->amplitude[1] = 0;
		return;
	}
	mouth->step[0] = 2 * M_PI * row_hz[(key - keys) / 4] / RATE;
	mouth->step[1] = 2 * M_PI * column_hz[(key - keys) % 4] / RATE;
	mouth->amplitude[0] = mouth->low;
	mouth->amplitude[1] = mouth->high;
}

static int16_t digit_sample(struct mouth *mouth)
{
	char digit = mouth->digits[mouth->digit];
	bool pause = !strchr(keys, digit);
	unsigned on = pause ? PAUSE_MS * 8 : mouth->on_samples;
	if (!digit)
		return 0;
	if (!mouth->digit_at)
		start_digit(mouth, digit);
	double value = mouth->digit_at < on ? oscillate(mouth, 0) + oscillate(mouth, 1) : 0;
	if (++mouth->digit_at >= on + mouth->off_samples) {
		mouth->digit_at = 0;
		if (!mouth->digits[++mouth->digit])
			mouth->mode = MOUTH_SHUT;
	}
	return clip(value);
}

static int16_t file_sample(struct mouth *mouth)
{
	if (mouth->file_at >= mouth->file_samples) {
		mouth_shut(mouth);
		return 0;
	}
	return mouth->file[mouth->file_at++];
}

void mouth_acknowledge(struct mouth *mouth, bool mulaw)
{
	mouth->acknowledging = ACKNOWLEDGE_MS * 8;
	mouth->acknowledge_phase[0] = mouth->acknowledge_phase[1] = 0;
	mouth->acknowledge_amplitude = law_rms(mulaw, DIGIT_LEVEL_DBM0) * M_SQRT2;
}

static int16_t acknowledge_sample(struct mouth *mouth)
{
	mouth->acknowledging--;
	mouth->acknowledge_phase[0] += 2 * M_PI * row_hz[3] / RATE;
	mouth->acknowledge_phase[1] += 2 * M_PI * column_hz[3] / RATE;
	return clip(mouth->acknowledge_amplitude *
	            (sin(mouth->acknowledge_phase[0]) + sin(mouth->acknowledge_phase[1])));
}

bool mouth_speak(struct mouth *mouth, bool mulaw, int16_t *out, unsigned count)
{
	if (mouth->acknowledging) {
		for (unsigned i = 0; i < count; i++)
			out[i] = mouth->acknowledging ? acknowledge_sample(mouth) : 0;
		return true;
	}
	if (mouth->mode == MOUTH_SHUT)
		return false;
	for (unsigned i = 0; i < count; i++) {
		switch (mouth->mode) {
		case MOUTH_TONE:
			out[i] = clip(oscillate(mouth, 0));
			break;
		case MOUTH_FILE:
			out[i] = file_sample(mouth);
			break;
		case MOUTH_DIGITS:
			out[i] = digit_sample(mouth);
			break;
		case MOUTH_SHUT:
		case MOUTH_FAX: /* speaks for itself */
			out[i] = 0;
			break;
		}
	}
	return true;
}

void party_say_tone(struct party *party, double hz, double dbm0)
{
	struct mouth *mouth = &party->mouth;
	mouth_shut(mouth);
	mouth->mode = MOUTH_TONE;
	mouth->phase[0] = 0;
	mouth->step[0] = 2 * M_PI * hz / RATE;
	mouth->amplitude[0] = law_rms(party->mulaw, dbm0) * M_SQRT2;
}

int party_say_file(struct party *party, const char *wav, char *error, size_t size)
{
	int16_t *samples;
	size_t count;
	int status = wave_read(wav, party->mulaw, &samples, &count, error, size);
	if (status)
		return status;
	mouth_shut(&party->mouth);
	party->mouth.file = samples;
	party->mouth.file_samples = count;
	party->mouth.file_at = 0;
	party->mouth.mode = MOUTH_FILE;
	return 0;
}

int party_say_greeting(struct party *party, const char *wav, char *error, size_t size)
{
	size_t pause = BEEP_PAUSE_MS * 8, beep = BEEP_MS * 8;
	struct mouth *mouth = &party->mouth;
	int status = party_say_file(party, wav, error, size);
	if (status)
		return status;
	int16_t *longer = realloc(mouth->file, (mouth->file_samples + pause + beep) * sizeof(*longer));
	if (!longer) {
		snprintf(error, size, "%s: no memory", wav);
		mouth_shut(mouth);
		return -ENOMEM;
	}
	double amplitude = law_rms(party->mulaw, DIGIT_LEVEL_DBM0) * M_SQRT2;
	memset(longer + mouth->file_samples, 0, pause * sizeof(*longer));
	for (size_t i = 0; i < beep; i++)
		longer[mouth->file_samples + pause + i] = clip(amplitude * sin(2 * M_PI * BEEP_HZ * (double)i / RATE));
	mouth->file = longer;
	mouth->file_samples += pause + beep;
	return 0;
}

void party_say_nothing(struct party *party)
{
	mouth_shut(&party->mouth);
}

static bool digits_known(const char *digits, bool pulse)
{
	for (; *digits; digits++)
		if (!strchr(pulse ? "0123456789w," : "0123456789*#ABCDw,", *digits))
			return false;
	return true;
}

int party_dial(struct party *party, const char *digits, const struct lab_dial *how, char *error, size_t size)
{
	struct lab_dial plain = {0};
	struct mouth *mouth = &party->mouth;
	if (!how)
		how = &plain;
	if (!digits_known(digits, how->pulse) || strlen(digits) >= sizeof(mouth->digits)) {
		snprintf(error, size, "cannot dial '%.64s'%s", digits, how->pulse ? " by pulses" : "");
		return -EINVAL;
	}
	if (how->pulse) {
		if (!party->phone) {
			snprintf(error, size, "only telephones dial by pulses");
			return -EINVAL;
		}
		return phone_dial_pulses(party->phone, digits, how);
	}
	mouth_shut(mouth);
	double level = how->level_dbm0 < 0 || how->level_dbm0 > 0 ? how->level_dbm0 : DIGIT_LEVEL_DBM0;
	memcpy(mouth->digits, digits, strlen(digits) + 1);
	mouth->digit = mouth->digit_at = 0;
	mouth->on_samples = 8 * (how->on_ms ? how->on_ms : DIGIT_DEFAULT_MS);
	mouth->off_samples = 8 * (how->off_ms ? how->off_ms : DIGIT_DEFAULT_MS);
	mouth->low = law_rms(party->mulaw, level) * M_SQRT2;
	mouth->high = law_rms(party->mulaw, level + how->twist_db) * M_SQRT2;
	mouth->mode = *digits ? MOUTH_DIGITS : MOUTH_SHUT;
	if (party->phone)
		phone_dialled(party->phone);
	return 0;
}

bool party_dialling(const struct party *party)
{
	return party->mouth.mode == MOUTH_DIGITS || (party->phone && phone_pulsing(party->phone));
}
