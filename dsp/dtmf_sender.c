#include "dsp/dtmf_sender.h"

#include <string.h>

#include "dsp/dtmf.h"

#define LOW_DBM0  (-10.0f)
#define HIGH_DBM0 (-8.0f)

static void next_digit(struct dtmf_sender *s)
{
	s->on = s->next < s->count;
	if (!s->on)
		return;
	int index = dtmf_digit_index(s->digits[s->next++]);
	oscillator_set(&s->low, dtmf_row_hz[index / 4], LOW_DBM0);
	oscillator_set(&s->high, dtmf_column_hz[index % 4], HIGH_DBM0);
	s->left = DTMF_SENDER_ON_MS * DSP_RATE / 1000;
}

void dtmf_sender_init(struct dtmf_sender *s, const char *digits, size_t count)
{
	*s = (struct dtmf_sender){.count = 0};
	for (size_t i = 0; i < count && digits[i] && s->count < DTMF_SENDER_DIGITS_MAX; i++)
		if (dtmf_digit_index(digits[i]) >= 0)
			s->digits[s->count++] = digits[i];
	next_digit(s);
}

bool dtmf_sender_busy(const struct dtmf_sender *s)
{
	return s->left > 0;
}

static void next_part(struct dtmf_sender *s)
{
	if (s->on) {
		s->on = false;
		s->left = DTMF_SENDER_OFF_MS * DSP_RATE / 1000;
	} else {
		next_digit(s);
	}
}

void dtmf_sender_process(struct dtmf_sender *s, int16_t *samples, size_t count)
{
	while (count > 0 && s->left > 0) {
		size_t now = s->left < count ? s->left : count;
		for (size_t i = 0; i < now; i++)
			samples[i] = s->on ? (int16_t)(oscillator_next(&s->low) + oscillator_next(&s->high)) : 0;
		samples += now;
		count -= now;
		s->left -= (uint32_t)now;
		if (s->left == 0)
			next_part(s);
	}
	memset(samples, 0, count * sizeof(*samples));
}
