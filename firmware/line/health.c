/* The hour of one span: deltas of its counters by the minute. */
#include "line/health.h"

#include <string.h>

#include "base/clock.h"

#define MINUTE_US (60 * US_PER_S)

void health_reset(struct health *health)
{
	memset(health, 0, sizeof(*health));
}

static void counts_of(const struct health_sample *sample, const uint64_t *losses, uint64_t out[HEALTH_COUNTS])
{
	const struct driver_span_counters *c = sample->counters;

	out[HEALTH_COUNT_SLIPS] = c->slips;
	out[HEALTH_COUNT_LOST] = c->frames_lost + c->frames_bad;
	out[HEALTH_COUNT_BIT_ERRORS] = c->hdlc_bad_crc + c->hdlc_bad_length + c->hdlc_aborts + c->crc4_errors +
	                               c->code_violations + c->bipolar_violations + c->framing_errors + c->fas_errors;
	out[HEALTH_COUNT_ERRORED_SECONDS] = c->errored_seconds;
	out[HEALTH_COUNT_DCHANNEL_LOSSES] = *losses;
	out[HEALTH_COUNT_UNANSWERED] = sample->status->unanswered;
	out[HEALTH_COUNT_RESTARTS] = sample->status->restarts;
}

/* Minutes that have gone by since the last sample begin at nought. */
static void minutes_advance(struct health *health, uint64_t minute)
{
	uint64_t gone = minute - health->minute;

	for (uint64_t i = 1; i <= gone && i <= HEALTH_MINUTES; i++)
		memset(health->minutes[(health->minute + i) % HEALTH_MINUTES], 0, sizeof(health->minutes[0]));
	health->minute = minute;
}

static void begin(struct health *health, const struct health_sample *sample)
{
	health->begun = true;
	health->first_us = health->alarms_us = health->dchannel_us = sample->at_us;
	health->minute = sample->at_us / MINUTE_US;
	health->status = *sample->status;
	counts_of(sample, &health->seen[HEALTH_COUNT_DCHANNEL_LOSSES], health->seen);
}

/* Where frames are lost or slip, the D channel's check sums fail of themselves: that is no second fault. */
static void spare_bit_errors(struct health *health, const uint64_t counts[HEALTH_COUNTS])
{
	if (counts[HEALTH_COUNT_LOST] != health->seen[HEALTH_COUNT_LOST] ||
	    counts[HEALTH_COUNT_SLIPS] != health->seen[HEALTH_COUNT_SLIPS] || health->status.alarms != 0 ||
	    health->status.dchannel == LINE_DCHANNEL_DOWN)
		health->seen[HEALTH_COUNT_BIT_ERRORS] = counts[HEALTH_COUNT_BIT_ERRORS];
}

void health_sample(struct health *health, const struct health_sample *sample)
{
	const struct line_span_status *now = sample->status;
	uint64_t counts[HEALTH_COUNTS], losses = health->seen[HEALTH_COUNT_DCHANNEL_LOSSES];

	if (!health->begun)
		begin(health, sample);
	minutes_advance(health, sample->at_us / MINUTE_US);
	if (now->alarms != health->status.alarms)
		health->alarms_us = sample->at_us;
	if (now->dchannel != health->status.dchannel) {
		health->dchannel_us = sample->at_us;
		losses += now->dchannel == LINE_DCHANNEL_DOWN && !(now->alarms & SPAN_ALARM_RED);
	}
	counts_of(sample, &losses, counts);
	spare_bit_errors(health, counts);
	for (unsigned i = 0; i < HEALTH_COUNTS; i++) {
		if (counts[i] > health->seen[i]) {
			health->minutes[health->minute % HEALTH_MINUTES][i] += (uint32_t)(counts[i] - health->seen[i]);
			health->last_us[i] = sample->at_us;
		}
		health->seen[i] = counts[i];
	}
	health->at_us = sample->at_us;
	health->status = *now;
	health->span = now->settings.driver.span;
	health->clock_source = sample->clock_source;
}
